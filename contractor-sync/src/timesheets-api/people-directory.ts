import { InvalidResponseError } from '../errors.ts'
import type { RetryBudget } from '../http/retry.ts'
import type { ApiClient } from './client.ts'

/** The `user_id`s of Timesheets by the names that one tracker knows people by. */
export interface PeopleDirectory {
  readonly byTrackerId: ReadonlyMap<string, string>
  /** Keys are in lower case, as the API returns e-mail addresses. */
  readonly byEmail: ReadonlyMap<string, string>
}

export const emptyDirectory: PeopleDirectory = { byTrackerId: new Map(), byEmail: new Map() }

/**
 * Reads all pages of the directory.
 * @param source the tracker for which ids are looked up
 * @throws the errors of `ApiClient.listPeople`
 */
export async function readDirectory(
  api: Pick<ApiClient, 'listPeople'>,
  source: string,
  retryBudget: Pick<RetryBudget, 'run'>,
): Promise<PeopleDirectory> {
  const byTrackerId = new Map<string, string>()
  const byEmail = new Map<string, string>()
  const cursors = new Set<string>()
  let cursor: string | undefined
  for (;;) {
    const { people, next } = await retryBudget.run(() => api.listPeople(cursor))
    for (const { user_id: userId, emails, tracker_ids: trackerIds } of people) {
      for (const email of emails) byEmail.set(email, userId)
      for (const id of trackerIds[source] ?? []) byTrackerId.set(id, userId)
    }
    if (next === undefined) return { byTrackerId, byEmail }
    if (cursors.has(next)) throw new InvalidResponseError('The pages of people form a loop')
    cursors.add(next)
    cursor = next
  }
}
