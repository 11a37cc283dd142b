import { createTimesheetsClient, nextCursor, type TimesheetsClient } from '@timesheets/client/client'
import { itemStatuses } from '@timesheets/contracts/status'
import { z } from 'zod'
import { Refused, UnexpectedAnswer } from '../errors.ts'
import { demand } from '../http/parse-response.ts'
import type { AccessToken } from './access-token.ts'
import { createApiFetch, whole } from './api-fetch.ts'
import type { SyncedEntry } from './synced-entry.ts'

/** All that a run does is allowed by it. */
export const neededScope = 'batch:upload'

const problemSchema = z.object({ type: z.string(), detail: z.string(), instance: z.string().optional() })

/** What is read of the answer to a batch; members that later versions add are let be. */
const batchAnswer = z.object({
  items: z.array(
    z.object({
      index: z.int(),
      status: z.enum(itemStatuses),
      message: z.string().optional(),
      problem: problemSchema.optional(),
    }),
  ),
})

/** What is read of a page of the directory. */
const peopleAnswer = z.array(
  z.object({
    user_id: z.string(),
    emails: z.array(z.string()),
    tracker_ids: z.record(z.string(), z.array(z.string())),
  }),
)

/** As many people as a page may hold. */
const peopleAPage = 500

/** A page of the directory of people. */
export interface PeoplePage {
  readonly people: z.infer<typeof peopleAnswer>
  /** The cursor of the page that follows; undefined: there is none. */
  readonly next: string | undefined
}

/** What became of one item. */
export type Outcome = z.infer<typeof batchAnswer>['items'][number]

/** Items that go out together, and the very text that does. */
export interface Batch {
  readonly items: readonly SyncedEntry[]
  readonly body: string
}

interface ApiSettings {
  readonly apiUrl: string
  readonly requestTimeoutSeconds: number
}

/** The API as this program uses it, by the client that is made of its document. */
export class ApiClient {
  readonly #client: TimesheetsClient

  /** @param signal gives up what is under way */
  constructor({ apiUrl, requestTimeoutSeconds }: ApiSettings, token: AccessToken, signal?: AbortSignal) {
    const fetch = createApiFetch(token, { timeoutMs: requestTimeoutSeconds * 1000, signal })
    this.#client = createTimesheetsClient({ baseUrl: apiUrl, fetch })
  }

  /**
   * Uploads a batch, once; safe to repeat, since every item has its identity.
   * @param options dryRun: say what would become of the items, write nothing
   * @returns an outcome for every item, in their order
   * @throws {Refused} this client may not upload
   * @throws {Outage} the API or the token issuer cannot answer now
   * @throws {UnexpectedAnswer} anything else, above all an answer that does not account for every item
   */
  async upload(batch: Batch, { dryRun }: { dryRun: boolean }): Promise<readonly Outcome[]> {
    const { data, error, response } = await whole(
      this.#client.POST('/timesheets/upload', {
        ...(dryRun ? { params: { query: { dry_run: true } } } : {}),
        body: batch.items,
        bodySerializer: () => batch.body,
      }),
    )
    if (response.status !== 200) throw refusal(response.status, error)
    const { items } = demand(batchAnswer, data, "The Timesheets API's answer")
    if (items.length !== batch.items.length || items.some(({ index }, i) => index !== i)) {
      throw new UnexpectedAnswer(
        `The API answers for ${items.length} items, in another order or number than the ${batch.items.length} sent`,
      )
    }
    return items
  }

  /**
   * A page of the directory of people.
   * @param cursor of the page, from the one before
   * @throws as `upload`
   */
  async people(cursor?: string): Promise<PeoplePage> {
    const query = { limit: peopleAPage, ...(cursor === undefined ? {} : { cursor }) }
    const { data, error, response } = await whole(this.#client.GET('/people', { params: { query } }))
    if (response.status !== 200) throw refusal(response.status, error)
    const people = demand(peopleAnswer, data, "The Timesheets API's page of people")
    return { people, next: nextCursor(response) }
  }
}

function refusal(status: number, body: unknown): Error {
  const problem = problemSchema.safeParse(body).data
  const said = problem === undefined ? `${status}` : `${status}: ${problem.detail}`
  const id = problem?.instance === undefined ? '' : ` (request ${problem.instance})`
  if (status === 401) {
    return new Refused(
      `The API refuses a fresh token (${said}): AUTH0_AUDIENCE and the issuer here must be those of the gateway${id}`,
    )
  }
  if (status === 403) {
    return new Refused(
      `The API does not let this client in (${said}): grant it the scope ${neededScope}${id}`,
    )
  }
  if (status === 404 || status === 405) {
    return new Refused(`There is no Timesheets API at API_URL (${said}): correct API_URL${id}`)
  }
  return new UnexpectedAnswer(`The API does not take the request (${said})${id}`)
}
