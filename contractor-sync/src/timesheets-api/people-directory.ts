import { UnexpectedAnswer } from '../errors.ts'
import type { Patience } from '../http/retry.ts'
import type { ApiClient } from './client.ts'

/** Who is who, by Timesheets' own directory: the names that one tracker and e-mail know people by. */
export interface Directory {
  readonly byTrackerId: ReadonlyMap<string, string>
  /** E-mails in lower case, as the directory keeps them. */
  readonly byEmail: ReadonlyMap<string, string>
}

export const emptyDirectory: Directory = { byTrackerId: new Map(), byEmail: new Map() }

/**
 * Reads the whole directory, page by page.
 * @param source of whose tracker ids it is asked
 * @throws as `ApiClient.people`
 */
export async function readDirectory(
  api: Pick<ApiClient, 'people'>,
  source: string,
  patience: Pick<Patience, 'attempt'>,
): Promise<Directory> {
  const byTrackerId = new Map<string, string>()
  const byEmail = new Map<string, string>()
  const cursors = new Set<string>()
  let cursor: string | undefined
  for (;;) {
    const { people, next } = await patience.attempt(() => api.people(cursor))
    for (const { user_id: userId, emails, tracker_ids: trackerIds } of people) {
      for (const email of emails) byEmail.set(email, userId)
      for (const id of trackerIds[source] ?? []) byTrackerId.set(id, userId)
    }
    if (next === undefined) return { byTrackerId, byEmail }
    if (cursors.has(next)) throw new UnexpectedAnswer('The pages of people lead in a circle')
    cursors.add(next)
    cursor = next
  }
}
