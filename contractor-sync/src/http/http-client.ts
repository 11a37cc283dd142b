import { once } from 'node:events'
import http, { type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { Outage, Refused, UnexpectedAnswer } from '../errors.ts'

/** Who is asked, in the words of an error: "Harvest (HARVEST_URL)". */
export interface Peer {
  readonly name: string
  /** The variable that says where it is. */
  readonly setting: string
}

export interface Request {
  readonly method?: 'GET' | 'POST'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  /** For the whole of it, body included. */
  readonly timeoutMs: number
  /** Gives the request up at once. */
  readonly signal?: AbortSignal | undefined
}

/** An answer that is neither an outage nor unreadable; whether its status is good is for the caller to say. */
export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** Parsed JSON; of a bad status perhaps undefined. */
  readonly body: unknown
}

/** The same, its body not yet understood. */
export interface TextAnswer extends Omit<Answer, 'body'> {
  readonly text: string
}

/**
 * Asks once, for JSON.
 * @throws as `requestText`
 * @throws {UnexpectedAnswer} a good status, with a body that is not whole JSON
 */
export async function request(peer: Peer, url: string, request: Request): Promise<Answer> {
  const { text, ...answer } = await requestText(peer, url, request)
  return { ...answer, body: parse(peer, { ...answer, text }) }
}

/** Far more than a page of 2,000 entries or of people, and far less than the memory. */
const maxAnswerBytes = 64 * 1024 * 1024

/** Beside 5xx, what says "not now": it waited too long for us, it is too early, we ask too often. */
const passingStatuses = new Set([408, 425, 429])

/**
 * Asks once.
 * @throws {Outage} no connection, none kept, no answer in time, 408, 425, 429 or 5xx
 * @throws {Refused} what does not heal by itself: a certificate that cannot be trusted, no TLS where it is
 *   wanted, a header that cannot be sent, a redirect
 * @throws {UnexpectedAnswer} one without end
 */
export async function requestText(peer: Peer, url: string, request: Request): Promise<TextAnswer> {
  const timeout = AbortSignal.timeout(request.timeoutMs)
  const signal = request.signal === undefined ? timeout : AbortSignal.any([request.signal, timeout])
  let response: IncomingMessage
  let text: string
  try {
    response = await send(url, request, signal)
    text = await readText(peer, response)
  } catch (error) {
    request.signal?.throwIfAborted()
    if (error instanceof UnexpectedAnswer) throw error
    throw timeout.aborted
      ? new Outage(`${peer.name} did not answer within ${request.timeoutMs / 1000} s`, { cause: error })
      : unreachable(peer, error as NodeJS.ErrnoException)
  }
  const { statusCode: status = 0, headers } = response
  if (passingStatuses.has(status) || status >= 500) throw outage(peer, status, headers)
  if (status >= 300 && status < 400) {
    // Not followed: it could lead a token to another server.
    throw new Refused(`${peer.name} answers with a redirect (${status}): correct ${peer.setting}`)
  }
  return { status, headers, text }
}

/** Node's own client: in a process that makes ten requests and ends, it costs half of what `fetch` does. */
async function send(url: string, request: Request, signal: AbortSignal): Promise<IncomingMessage> {
  const { method = 'GET', headers, body } = request
  const open = url.startsWith('https:') ? (await import('node:https')).request : http.request
  const outgoing = open(url, { method, headers, signal })
  const answered = once(outgoing, 'response')
  // What breaks after the answer began is told by the answer.
  outgoing.on('error', () => {})
  outgoing.end(body)
  const [response] = (await answered) as [IncomingMessage]
  return response
}

async function readText({ name, setting }: Peer, response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response) {
    bytes += chunk.length
    if (bytes > maxAnswerBytes) {
      const most = `${maxAnswerBytes / 1024 / 1024} MB`
      throw new UnexpectedAnswer(`${name} answers with more than ${most}; does ${setting} lead to it?`)
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

/** Told by OpenSSL and Node; no retry makes a certificate trustworthy. */
const certificateFaults = /CERT|SELF_SIGNED|UNABLE_TO_(GET_ISSUER|VERIFY_LEAF)/

function unreachable({ name, setting }: Peer, cause: NodeJS.ErrnoException): Error {
  const { code = '', message } = cause
  if (certificateFaults.test(code)) {
    const advice = `check ${setting}, or name its authority in NODE_EXTRA_CA_CERTS`
    return new Refused(`The certificate of ${name} is not trusted (${code}): ${advice}`, { cause })
  }
  if (code === 'ERR_INVALID_CHAR') {
    // Node's message has the header's name, and not its value.
    return new Refused(`${name} cannot be asked (${message}): correct the setting it comes from`, { cause })
  }
  if (code === 'EPROTO') {
    const advice = `check ${setting}, its port, and whether it is to be http`
    return new Refused(`${name} does not speak TLS as we do: ${advice}`, { cause })
  }
  return new Outage(`${name} cannot be reached (${code || message}); is it up, and ${setting} right?`, {
    cause,
  })
}

function outage({ name }: Peer, status: number, headers: IncomingHttpHeaders): Outage {
  const retryAfterMs = readRetryAfter(headers['retry-after'], Date.now())
  const message =
    status === 429 ? `${name} is asked too often (429)` : `${name} has trouble of its own (${status})`
  return new Outage(message, { status, retryAfterMs })
}

/**
 * Reads `Retry-After`: seconds or an HTTP-date (RFC 9110, section 10.2.3).
 * @returns undefined where there is none, or it is neither
 */
export function readRetryAfter(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined
  if (/^\s*\d+\s*$/.test(value)) return Number(value) * 1000
  const untilMs = Date.parse(value)
  return Number.isNaN(untilMs) ? undefined : Math.max(0, untilMs - nowMs)
}

function parse(peer: Peer, answer: TextAnswer): unknown {
  try {
    return JSON.parse(answer.text)
  } catch {
    if (answer.status >= 400) return undefined
    throw notJson(peer, answer)
  }
}

/** Where JSON was promised. */
export function notJson(
  { name, setting }: Peer,
  { status, headers }: Omit<TextAnswer, 'text'>,
): UnexpectedAnswer {
  const what = `${status}, ${headers['content-type'] ?? 'no content type'}`
  return new UnexpectedAnswer(
    `${name} answers with what is not JSON, or not all of it (${what}); does ${setting} lead to a page, or past a proxy?`,
    { mayPass: true },
  )
}
