import type { EntryBody, TombstoneBody } from '@timesheets/contracts/entry'
import { personSchema } from '@timesheets/contracts/person'
import { problemSchema } from '@timesheets/contracts/problem-schema'
import { uploadItemResultSchema } from '@timesheets/contracts/upload'
import { z } from 'zod'
import { ConfigurationError, InvalidResponseError, TransientError } from '../errors.ts'
import { type Endpoint, type HttpRequest, type HttpResponse, requestJson } from '../http/http-client.ts'
import { parseResponse } from '../http/parse-response.ts'
import type { AccessToken } from './access-token.ts'

/** The one scope that a sync needs. */
export const requiredScope = 'batch:upload'

const endpoint: Endpoint = { name: 'The Timesheets API', setting: 'API_URL' }

/** People in one page of the directory; the API's maximum. */
const peoplePageSize = 500

// A newer API may send more fields than the contract of this version: read what is needed, and ignore the rest.
const itemSchema = uploadItemResultSchema
  .pick({ index: true, status: true, message: true, correction: true, problem: true })
  .strip()
const batchSchema = z.object({ items: z.array(itemSchema) })
const peopleSchema = z.array(personSchema.pick({ user_id: true, emails: true, tracker_ids: true }).strip())
const refusalSchema = problemSchema.pick({ detail: true, instance: true })

/** What the API did with one item of a batch. */
export type UploadResult = z.infer<typeof itemSchema>

/** An entry of the contract with its identity, which makes a repeated upload safe. */
export type IdentifiedEntry = EntryBody & { readonly source: string; readonly external_id: string }

/** States that the source has no hours under this identity. */
export type IdentifiedTombstone = TombstoneBody & { readonly source: string }

export type UploadItem = IdentifiedEntry | IdentifiedTombstone

/** Items of one upload. */
export interface Batch {
  readonly items: readonly UploadItem[]
  /** `items` as JSON: serialized once, when their size was measured. */
  readonly body: string
}

/** One page of the directory of people. */
export interface PeoplePage {
  readonly people: z.infer<typeof peopleSchema>
  /** Cursor of the next page; undefined on the last one. */
  readonly next: string | undefined
}

interface ApiSettings {
  readonly apiUrl: string
  readonly requestTimeoutSeconds: number
}

/** The operations of the Timesheets API that a sync uses. */
export class ApiClient {
  readonly #apiUrl: string
  readonly #token: AccessToken
  readonly #limits: Pick<HttpRequest, 'timeoutMs' | 'signal'>

  /** @param signal aborts requests */
  constructor({ apiUrl, requestTimeoutSeconds }: ApiSettings, token: AccessToken, signal?: AbortSignal) {
    this.#apiUrl = apiUrl
    this.#token = token
    this.#limits = { timeoutMs: requestTimeoutSeconds * 1000, signal }
  }

  /**
   * Uploads a batch. Safe to repeat, since every item has its identity.
   * @param options dryRun: report what would change, and write nothing
   * @returns one result per item, in their order
   * @throws {ConfigurationError} this client may not upload, or API_URL is wrong
   * @throws {TransientError} the API or the token issuer is down
   * @throws {InvalidResponseError} any other response, also one that does not account for every item
   */
  async upload(batch: Batch, { dryRun }: { dryRun: boolean }): Promise<readonly UploadResult[]> {
    const path = `/timesheets/upload${dryRun ? '?dry_run=true' : ''}`
    const response = await this.#request(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: batch.body,
    })
    if (response.status !== 200) throw toRefusal(response)
    const { items } = parseResponse(batchSchema, response.body, "The Timesheets API's response")
    if (items.length !== batch.items.length || items.some(({ index }, i) => index !== i)) {
      throw new InvalidResponseError(
        `The Timesheets API returned ${items.length} results that do not match the ${batch.items.length} items sent`,
      )
    }
    return items
  }

  /**
   * Reads one page of the directory of people.
   * @param cursor `next` of the page before
   * @throws the errors of `upload`
   */
  async listPeople(cursor?: string): Promise<PeoplePage> {
    const query = new URLSearchParams({
      limit: `${peoplePageSize}`,
      ...(cursor === undefined ? {} : { cursor }),
    })
    const response = await this.#request(`/people?${query}`, { headers: {} })
    if (response.status !== 200) throw toRefusal(response)
    const people = parseResponse(peopleSchema, response.body, "The Timesheets API's page of people")
    return { people, next: parseNextCursor(response.headers) }
  }

  /** A token may be revoked before it expires: one that the API rejects is replaced once. */
  async #request(path: string, request: Omit<HttpRequest, 'timeoutMs'>): Promise<HttpResponse> {
    const token = await this.#token.get()
    const response = await this.#send(path, request, token.value)
    if (response.status !== 401) return response
    await this.#token.discard(token)
    return await this.#send(path, request, (await this.#token.get()).value)
  }

  async #send(path: string, request: Omit<HttpRequest, 'timeoutMs'>, token: string): Promise<HttpResponse> {
    const headers = { accept: 'application/json', ...request.headers, authorization: `Bearer ${token}` }
    try {
      return await requestJson(endpoint, `${this.#apiUrl}${path}`, { ...request, headers, ...this.#limits })
    } catch (error) {
      // The same request most likely fails with 500 again, so do not wait as long as for an outage.
      if (error instanceof TransientError && error.status === 500)
        throw new InvalidResponseError(error.message, { retryable: true, cause: error })
      throw error
    }
  }
}

/**
 * Returns the cursor in the `Link` header (RFC 8288) of a list. Only the query is used: the host in it is the public
 * one, which may not be reachable from here.
 * @returns undefined on the last page
 */
export function parseNextCursor(headers: Headers): string | undefined {
  const [, query] = /<[^>?]*\?([^>]*)>;\s*rel="?next"?/.exec(headers.get('link') ?? '') ?? []
  return new URLSearchParams(query).get('cursor') ?? undefined
}

function toRefusal({ status, body }: HttpResponse): Error {
  const problem = refusalSchema.safeParse(body).data
  const reason = problem === undefined ? `${status}` : `${status}: ${problem.detail}`
  const id = problem?.instance === undefined ? '' : ` (request ${problem.instance})`
  if (status === 401) {
    return new ConfigurationError(
      `The API rejects a fresh token (${reason}): AUTH0_AUDIENCE and the issuer must be those of the gateway${id}`,
    )
  }
  if (status === 403) {
    return new ConfigurationError(
      `The API denies access to this client (${reason}): grant it the scope ${requiredScope}${id}`,
    )
  }
  if (status === 404 || status === 405) {
    return new ConfigurationError(`No Timesheets API responds at API_URL (${reason}): correct API_URL${id}`)
  }
  return new InvalidResponseError(`The API rejected the request (${reason})${id}`)
}
