import type { IncomingMessage } from 'node:http'
import type { Challenge } from './challenge.ts'

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
  if (countOf(request, 'authorization') > 1)
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

/** The parser keeps the first of a repeated header and says nothing of the rest. */
function countOf(request: IncomingMessage, name: string): number {
  return request.rawHeaders.filter((word, i) => i % 2 === 0 && word.toLowerCase() === name).length
}

/** How much of a form is looked at; a token is far shorter. */
const maxFormBytes = 65_536

/** Such a request is refused either way; this finds out what to tell its sender. */
async function hasTokenInForm(request: IncomingMessage): Promise<boolean> {
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(request.headers['content-type'] ?? ''))
    return false
  let form = ''
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      form += (chunk as Buffer).toString('latin1')
      if (form.length > maxFormBytes) break
    }
  } catch {
    // The client left: what it is told, nobody reads.
  }
  return new URLSearchParams(form).has('access_token')
}
