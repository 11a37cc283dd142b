import { summaryWords } from '@timesheets/contracts/status'
import { z } from 'zod'
import type { AccessToken } from './access-token.ts'
import { Outage, Refused, UnexpectedAnswer } from './failure.ts'
import type { SyncedEntry } from './mapping.ts'
import { type Answer, type Peer, request } from './request.ts'
import { demand } from './shape.ts'

/** All that a run does is allowed by it. */
export const neededScope = 'batch:upload'

const api: Peer = { name: 'The Timesheets API', setting: 'API_URL' }

const problemSchema = z.object({ type: z.string(), detail: z.string(), instance: z.string().optional() })

/** What is read of the answer to a batch; members that later versions add are let be. */
const batchAnswer = z.object({
  items: z.array(
    z.object({
      index: z.int(),
      status: z.enum(summaryWords),
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

/** The API as this program uses it. */
export class ApiClient {
  readonly #settings: ApiSettings
  readonly #token: AccessToken

  constructor(settings: ApiSettings, token: AccessToken) {
    this.#settings = settings
    this.#token = token
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
    const url = `${this.#settings.apiUrl}/timesheets/upload${dryRun ? '?dry_run=true' : ''}`
    const answer = await this.#ask(url, batch.body)
    if (answer.status !== 200) throw refusal(answer)
    const { items } = demand(batchAnswer, answer.body, "The Timesheets API's answer")
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
    const query = new URLSearchParams({
      limit: `${peopleAPage}`,
      ...(cursor === undefined ? {} : { cursor }),
    })
    const answer = await this.#ask(`${this.#settings.apiUrl}/people?${query}`)
    if (answer.status !== 200) throw refusal(answer)
    const people = demand(peopleAnswer, answer.body, "The Timesheets API's page of people")
    // Only its query counts: the way to the API from here may be another than the public one.
    const [, search] = /<[^>?]*\?([^>]*)>;\s*rel="?next"?/.exec(String(answer.headers.link ?? '')) ?? []
    return { people, next: new URLSearchParams(search).get('cursor') ?? undefined }
  }

  /** A token may be revoked before its time: one that is refused is replaced, once. */
  async #ask(url: string, body?: string): Promise<Answer> {
    const token = await this.#token.get()
    const answer = await this.#send(url, body, token.value)
    if (answer.status !== 401) return answer
    await this.#token.discard(token)
    return await this.#send(url, body, (await this.#token.get()).value)
  }

  /** Posts a body, where there is one. */
  async #send(url: string, body: string | undefined, token: string): Promise<Answer> {
    const headers = { authorization: `Bearer ${token}`, accept: 'application/json' }
    try {
      return await request(api, url, {
        ...(body === undefined
          ? { headers }
          : { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body }),
        timeoutMs: this.#settings.requestTimeoutSeconds * 1000,
      })
    } catch (error) {
      // What it broke on will most likely break it again: no reason to wait as long as for an outage.
      if (error instanceof Outage && error.status === 500)
        throw new UnexpectedAnswer(error.message, { mayPass: true, cause: error })
      throw error
    }
  }
}

function refusal({ status, body }: Answer): Error {
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
