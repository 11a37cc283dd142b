import type { IncomingMessage } from 'node:http'
import type { Challenge } from './challenge.ts'
import { countHeader } from './header-lines.ts'

/** RFC 6750, section 2.1: the scheme in any case, one space or more, a b64token. */
const bearer = /^Bearer +([A-Za-z0-9\-._~+/]+=*)$/i

/**
 * The access token of a request, from its header and nowhere else: in a URL or a form it would end up in logs.
 * @throws {ProblemError} `missing-token`, `invalid-token`, `invalid-request`
 */
export async function accessTokenOf(
  request: IncomingMessage,
  query: URLSearchParams,
  challenge: Challenge,
): Promise<string> {
  if (query.has('access_token')) {
    throw challenge.invalidRequest('A token in the query is not taken; send it in the header Authorization')
  }
  const header = request.headers.authorization
  if (countHeader(request, 'authorization') > 1)
    throw challenge.invalidRequest('There are two Authorization headers; send one')
  if (header === undefined || !/^Bearer( |$)/i.test(header)) {
    if (await hasTokenInForm(request)) {
      throw challenge.invalidRequest('A token in a form is not taken; send it in the header Authorization')
    }
    throw challenge.missingToken()
  }
  const token = bearer.exec(header)?.[1]
  if (token === undefined) throw challenge.invalidToken('malformed')
  return token
}

/** How much of a form is looked at, and for how long; a token is far shorter, and comes at once. */
const maxFormBytes = 65_536
const maxFormMs = 1000

/** Such a request is refused either way; this finds out what to tell its sender. */
async function hasTokenInForm(request: IncomingMessage): Promise<boolean> {
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(request.headers['content-type'] ?? ''))
    return false
  return new URLSearchParams(await beginningOf(request)).has('access_token')
}

/** What has come of a body when it ends, or is enough, or has taken its time, or its sender has left. */
function beginningOf(request: IncomingMessage): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    const settle = () => {
      clearTimeout(timer)
      request.off('data', read).off('end', settle).off('close', settle)
      resolve(text)
    }
    const read = (chunk: Buffer) => {
      text += chunk.toString('latin1')
      if (text.length > maxFormBytes) settle()
    }
    const timer = setTimeout(settle, maxFormMs)
    if (request.destroyed) settle()
    else request.on('data', read).once('end', settle).once('close', settle)
  })
}
