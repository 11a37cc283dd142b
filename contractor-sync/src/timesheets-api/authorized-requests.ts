import { ndjson } from '@timesheets/contracts/upload'
import { InvalidResponseError, TransientError } from '../errors.ts'
import { type Endpoint, type HttpRequest, type HttpResponse, requestJson } from '../http/http-client.ts'
import { type LineRequest, requestLines } from '../http/line-request.ts'
import type { AccessToken, IssuedToken } from './access-token.ts'
import { toRefusal } from './refusal.ts'

const endpoint: Endpoint = { name: 'The Timesheets API', setting: 'API_URL' }

export interface ApiSettings {
  readonly apiUrl: string
  readonly requestTimeoutSeconds: number
}

/**
 * Sends requests with an access token to the Timesheets API. A token may be revoked before it expires: one that the API rejects
 * is replaced once.
 */
export class AuthorizedRequests {
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
   * Sends a request for JSON.
   * @param path below API_URL
   * @throws {TransientError} the API or the token issuer is down
   */
  async request(path: string, request: Omit<HttpRequest, 'timeoutMs'>): Promise<HttpResponse> {
    const { timeoutMs, signal } = this.#limits
    return await this.#retryUnauthorized(({ value }) => {
      const headers = { accept: 'application/json', ...request.headers, authorization: `Bearer ${value}` }
      return requestJson(endpoint, `${this.#apiUrl}${path}`, { ...request, headers, timeoutMs, signal })
    })
  }

  /**
   * Sends a request for JSON lines, and yields the parsed lines.
   * @param path below API_URL
   * @throws the errors of `request`, and those of `toRefusal` for another status than 200
   */
  async *requestLines(
    path: string,
    request: Pick<LineRequest, 'method' | 'headers' | 'body'>,
  ): AsyncGenerator<unknown> {
    const { timeoutMs: idleTimeoutMs, signal } = this.#limits
    const response = await this.#retryUnauthorized(({ value }) => {
      const headers = { accept: ndjson, ...request.headers, authorization: `Bearer ${value}` }
      const url = `${this.#apiUrl}${path}`
      return requestLines(endpoint, url, { ...request, headers, idleTimeoutMs, signal })
    })
    if (response.status !== 200) throw toRefusal({ status: response.status, body: response.error })
    yield* response.lines
  }

  async #retryUnauthorized<T extends { readonly status: number }>(
    send: (token: IssuedToken) => Promise<T>,
  ): Promise<T> {
    const token = await this.#token.get()
    const response = await send(token).catch(retrySooner)
    if (response.status !== 401) return response
    await this.#token.discard(token)
    return await send(await this.#token.get()).catch(retrySooner)
  }
}

/** The same request most likely fails with 500 again, so do not wait as long as for an outage. */
function retrySooner(error: unknown): never {
  if (error instanceof TransientError && error.status === 500)
    throw new InvalidResponseError(error.message, { retryable: true, cause: error })
  throw error
}
