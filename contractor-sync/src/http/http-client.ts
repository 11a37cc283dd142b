import { STATUS_CODES, validateHeaderValue } from 'node:http'
import { ConfigurationError, InvalidResponseError, TransientError } from '../errors.ts'

/** A server that we call, as error messages name it. */
export interface Endpoint {
  /** For people: "Harvest". */
  readonly name: string
  /** The environment variable that holds its URL. */
  readonly setting: string
}

export interface HttpRequest {
  readonly method?: 'GET' | 'POST' | 'PATCH'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  /** For the whole exchange, the response's body included. */
  readonly timeoutMs: number
  /** Aborts the request at once. */
  readonly signal?: AbortSignal | undefined
}

/** A complete response. The caller decides whether its status is good. */
export interface HttpResponse {
  readonly status: number
  readonly headers: Headers
  /** Parsed JSON. Undefined if the status is 300 or more and the body is not JSON. */
  readonly body: unknown
}

/** Far more than a page of 2,000 entries or of people, and far less than the memory. */
const maxResponseBytes = 64 * 1024 * 1024

/** Statuses below 500 that mean "not now" (RFC 9110, section 15.5.9; RFC 8470; RFC 6585). */
const transientStatuses = new Set([408, 425, 429])

const redirectStatuses = new Set([301, 302, 303, 307, 308])

/**
 * Sends one request and reads a JSON response. Does not retry.
 * @throws {TransientError} no connection, a broken connection, no complete response in time; 408, 425, 429 or 5xx
 * @throws {ConfigurationError} what only a changed setting mends: an untrusted certificate, no TLS on the other
 *   side, a header that cannot be sent, a redirect
 * @throws {InvalidResponseError} the response is too long, or its status is good and its body is not complete JSON
 */
export async function requestJson(
  endpoint: Endpoint,
  url: string,
  request: HttpRequest,
): Promise<HttpResponse> {
  const timeout = AbortSignal.timeout(request.timeoutMs)
  const signal = request.signal === undefined ? timeout : AbortSignal.any([request.signal, timeout])
  let response: Response
  let bytes: Uint8Array
  try {
    response = await send(url, request, signal)
    bytes = await readBody(endpoint, response)
  } catch (error) {
    request.signal?.throwIfAborted()
    if (error instanceof InvalidResponseError) throw error
    throw timeout.aborted
      ? new TransientError(`${endpoint.name} did not respond within ${request.timeoutMs / 1000} s`, {
          cause: error,
        })
      : toConnectionError(endpoint, error as Error)
  }
  assertNotTransient(endpoint, response)
  const { status, headers } = response
  return { status, headers, body: parseBody(endpoint, response, bytes) }
}

/**
 * Throws for a response that no caller has to look at.
 * @throws {TransientError} 408, 425, 429 or 5xx
 * @throws {ConfigurationError} a redirect
 */
export function assertNotTransient(endpoint: Endpoint, response: Response): void {
  const { status } = response
  if (transientStatuses.has(status) || status >= 500) throw toTransientError(endpoint, response)
  if (redirectStatuses.has(status)) {
    // Following it could send the token to another server.
    throw new ConfigurationError(
      `${endpoint.name} responds with a redirect (${status}); correct ${endpoint.setting}`,
    )
  }
}

async function send(url: string, request: HttpRequest, signal: AbortSignal): Promise<Response> {
  const { method = 'GET', headers, body } = request
  // fetch would quote the value, which may be a secret, in its error.
  for (const [name, value] of Object.entries(headers)) validateHeaderValue(name, value)
  return await fetch(url, {
    method,
    headers,
    signal,
    redirect: 'manual',
    ...(body === undefined ? {} : { body }),
  })
}

async function readBody({ name, setting }: Endpoint, response: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.length
    // Leaving the loop cancels the body, which closes the connection.
    if (length > maxResponseBytes) {
      const limit = `${maxResponseBytes / 1024 / 1024} MB`
      throw new InvalidResponseError(
        `${name} sent more than ${limit}; does ${setting} lead to the right server?`,
      )
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** Error codes of OpenSSL and Node for a certificate that is not trusted. */
const certificateErrors = /CERT|SELF_SIGNED|UNABLE_TO_(GET_ISSUER|VERIFY_LEAF)/
/** Error codes for a server that speaks no TLS, or another version of it. */
const tlsErrors = /^(EPROTO|ERR_SSL_)/

/** Explains why a request failed without a complete response. */
export function toConnectionError({ name, setting }: Endpoint, error: Error): Error {
  // fetch reports every failure of the network as a TypeError; the reason is its cause.
  const cause = (error.cause ?? error) as NodeJS.ErrnoException
  const { code = '', message } = cause
  if (certificateErrors.test(code)) {
    const hint = `check ${setting}, or add the authority with NODE_EXTRA_CA_CERTS`
    return new ConfigurationError(`The certificate of ${name} is not trusted (${code}): ${hint}`, { cause })
  }
  if (tlsErrors.test(code)) {
    const hint = `check ${setting}, its port, and whether it should begin with http:`
    return new ConfigurationError(`${name} does not speak TLS (${code}): ${hint}`, { cause })
  }
  if (code === 'ERR_INVALID_CHAR') {
    // Node's message names the header, and does not show its value.
    return new ConfigurationError(
      `The request to ${name} cannot be sent (${message}): correct the setting of that header`,
      { cause },
    )
  }
  // The Fetch standard blocks ports of other protocols (section 2.9): no connection was tried.
  if (message === 'bad port') {
    return new ConfigurationError(`${name} cannot be called on that port; use another one in ${setting}`)
  }
  return new TransientError(
    `${name} cannot be reached (${code || message}); is it running, and is ${setting} correct?`,
    {
      cause,
    },
  )
}

function toTransientError({ name }: Endpoint, { status, headers }: Response): TransientError {
  const retryAfterMs = parseRetryAfter(headers.get('retry-after'), Date.now())
  const message = `${name} returned ${status} ${STATUS_CODES[status] ?? ''}`.trimEnd()
  return new TransientError(message, { status, retryAfterMs })
}

/**
 * Parses `Retry-After`: seconds or an HTTP-date (RFC 9110, section 10.2.3).
 * @returns milliseconds; undefined if there is no header, or it is neither
 */
export function parseRetryAfter(value: string | null, nowMs: number): number | undefined {
  if (value === null) return undefined
  if (/^\s*\d+\s*$/.test(value)) return Number(value) * 1000
  const untilMs = Date.parse(value)
  return Number.isNaN(untilMs) ? undefined : Math.max(0, untilMs - nowMs)
}

function parseBody(endpoint: Endpoint, { status, headers }: Response, bytes: Uint8Array): unknown {
  const contentType = headers.get('content-type') ?? ''
  try {
    return JSON.parse(decodeText(endpoint, bytes, contentType))
  } catch (error) {
    if (status >= 300) return undefined
    throw error instanceof InvalidResponseError ? error : rejectTruncatedJson(endpoint, status, contentType)
  }
}

/** Text that cannot be decoded is an error: with U+FFFD in place of letters it would be stored wrong in silence. */
function decodeText({ name }: Endpoint, bytes: Uint8Array, contentType: string): string {
  // JSON is UTF-8 (RFC 8259, section 8.1), unless the server declares another charset.
  const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(contentType)?.[1] ?? 'utf-8'
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes)
  } catch {
    throw new InvalidResponseError(
      `${name} sent text that cannot be read as ${charset} (${contentType || 'no content type'})`,
      // A response that was cut within a character looks the same.
      { retryable: true },
    )
  }
}

function rejectTruncatedJson(
  { name, setting }: Endpoint,
  status: number,
  contentType: string,
): InvalidResponseError {
  const what = `${status}, ${contentType || 'no content type'}`
  return new InvalidResponseError(
    `${name} sent a body that is not complete JSON (${what}); does ${setting} lead to a web page or a proxy?`,
    { retryable: true },
  )
}
