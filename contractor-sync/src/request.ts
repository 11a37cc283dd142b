import { Outage, Refused, UnexpectedAnswer } from './failure.ts'

/** Who is asked, in the words of an error: "Harvest (HARVEST_URL)". */
export interface Peer {
  readonly name: string
  /** The variable that says where it is. */
  readonly setting: string
}

export interface Request {
  readonly method?: 'GET' | 'POST'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | URLSearchParams
  /** For the whole of it, body included. */
  readonly timeoutMs: number
  /** Gives the request up at once. */
  readonly signal?: AbortSignal | undefined
}

/** An answer that is neither an outage nor unreadable; whether its status is good is for the caller to say. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  /** Parsed JSON; of a bad status perhaps undefined. */
  readonly body: unknown
}

/**
 * Asks once.
 * @throws {Outage} no connection, none kept, no answer in time, 429 or 5xx
 * @throws {Refused} a certificate that cannot be trusted, or a redirect: neither heals by itself
 * @throws {UnexpectedAnswer} a good status, with a body that is not whole JSON
 */
export async function request(peer: Peer, url: string, request: Request): Promise<Answer> {
  const timeout = AbortSignal.timeout(request.timeoutMs)
  const signal = request.signal === undefined ? timeout : AbortSignal.any([request.signal, timeout])
  const { method = 'GET', headers, body } = request
  let response: Response
  let text: string
  try {
    // A redirect could lead a token to another server.
    response = await fetch(url, { method, headers, body: body ?? null, signal, redirect: 'manual' })
    text = await response.text()
  } catch (error) {
    request.signal?.throwIfAborted()
    throw unreachable(peer, error, request.timeoutMs)
  }
  const { status } = response
  if (status === 429 || status >= 500) throw outage(peer, response)
  if (status >= 300 && status < 400) {
    throw new Refused(`${peer.name} answers with a redirect (${status}): correct ${peer.setting}`)
  }
  return { status, headers: response.headers, body: parse(peer, response, text) }
}

/** Told by OpenSSL and Node; no retry makes a certificate trustworthy. */
const certificateFaults = /CERT|SELF_SIGNED|UNABLE_TO_(GET_ISSUER|VERIFY_LEAF)/

function unreachable(peer: Peer, error: unknown, timeoutMs: number): Error {
  if ((error as Error).name === 'TimeoutError') {
    return new Outage(`${peer.name} did not answer within ${timeoutMs / 1000} s`, { cause: error })
  }
  const { cause = error } = error as { cause?: unknown }
  const { code = '', message } = cause as { code?: string; message: string }
  if (certificateFaults.test(code)) {
    return new Refused(
      `The certificate of ${peer.name} is not trusted (${code}): check ${peer.setting}, or name its authority in NODE_EXTRA_CA_CERTS`,
      { cause: error },
    )
  }
  return new Outage(`${peer.name} cannot be reached (${code || message}); is ${peer.setting} right?`, {
    cause: error,
  })
}

function outage(peer: Peer, { status, headers }: Response): Outage {
  const retryAfterMs = readRetryAfter(headers.get('retry-after'), Date.now())
  const message =
    status === 429
      ? `${peer.name} is asked too often (429)`
      : `${peer.name} has trouble of its own (it answers ${status})`
  return new Outage(message, { status, retryAfterMs })
}

/**
 * Reads `Retry-After`: seconds or an HTTP-date (RFC 9110, section 10.2.3).
 * @returns undefined where there is none, or it is neither
 */
export function readRetryAfter(value: string | null, nowMs: number): number | undefined {
  if (value === null) return undefined
  if (/^\s*\d+\s*$/.test(value)) return Number(value) * 1000
  const untilMs = Date.parse(value)
  return Number.isNaN(untilMs) ? undefined : Math.max(0, untilMs - nowMs)
}

function parse(peer: Peer, { ok, status, headers }: Response, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    if (!ok) return undefined
    const type = headers.get('content-type') ?? 'no content type'
    throw new UnexpectedAnswer(
      `${peer.name} answers ${status} with what is not JSON, or not all of it (${type}): does ${peer.setting} lead to a page, or past a proxy?`,
    )
  }
}
