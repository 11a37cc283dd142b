import { Outage, UnexpectedAnswer } from '../errors.ts'
import {
  notJson,
  type Peer,
  requestText,
  type Request as Sent,
  type TextAnswer,
} from '../http/http-client.ts'
import type { AccessToken } from './access-token.ts'

const api: Peer = { name: 'The Timesheets API', setting: 'API_URL' }

type Limits = Pick<Sent, 'timeoutMs' | 'signal'>

/**
 * Sends what the typed client asks for, with this program's token, by its own client of HTTP.
 * @returns an answer whose status is for the caller to judge
 * @throws {Outage} the API or the token issuer cannot answer now
 * @throws {Refused} a certificate that cannot be trusted, or a redirect
 * @throws {UnexpectedAnswer} a good status without JSON, or 500
 */
export function createApiFetch(token: AccessToken, limits: Limits): (request: Request) => Promise<Response> {
  return async (request) => {
    const body = request.body === null ? undefined : await request.text()
    const answer = await authorized(token, (value) => send(request, body, value, limits))
    if (answer.status < 300 && !isJson(answer)) throw notJson(api, answer)
    const headers = Object.entries(answer.headers).map(([name, value]) => [name, String(value)])
    return new Response(answer.text, { status: answer.status, headers: headers as [string, string][] })
  }
}

/** A token may be revoked before its time: one that is refused is replaced, once. */
async function authorized(
  token: AccessToken,
  attempt: (token: string) => Promise<TextAnswer>,
): Promise<TextAnswer> {
  const current = await token.get()
  const answer = await attempt(current.value)
  if (answer.status !== 401) return answer
  await token.discard(current)
  return await attempt((await token.get()).value)
}

async function send(
  request: Request,
  body: string | undefined,
  token: string,
  limits: Limits,
): Promise<TextAnswer> {
  try {
    return await requestText(api, request.url, {
      method: request.method as 'GET' | 'POST',
      headers: { ...Object.fromEntries(request.headers), authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body }),
      ...limits,
    })
  } catch (error) {
    // What it broke on will most likely break it again: no reason to wait as long as for an outage.
    if (error instanceof Outage && error.status === 500)
      throw new UnexpectedAnswer(error.message, { mayPass: true, cause: error })
    throw error
  }
}

/** Whole, it is the client that finds out. */
function isJson({ headers, text }: TextAnswer): boolean {
  return /^application\/json\b/.test(headers['content-type'] ?? '') && text !== ''
}

/**
 * Awaits a call of the typed client.
 * @throws {UnexpectedAnswer} instead of the parser's error, where an answer is cut
 */
export async function whole<T>(call: Promise<T>): Promise<T> {
  try {
    return await call
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw notJson(api, { status: 200, headers: { 'content-type': 'application/json' } })
  }
}
