import type { IncomingMessage, RequestListener } from 'node:http'
import { ProblemError } from '@timesheets/contracts/problem'
import type { RequestHandler } from 'express'
import { countHeader } from './header-count.ts'

/** Requests with an invalid target or Host, and what is wrong with them. */
const invalidRequests = new WeakMap<IncomingMessage, unknown>()

/**
 * Runs before express, which parses the request target before any middleware does, and responds to some invalid ones
 * with a page of its own. The app gets only a target in canonical form, and one Host; for an invalid request it gets the
 * target `/`, and `rejectInvalidTarget` passes the error on.
 * @param publicUrl what clients call this API; its host replaces the client's Host
 */
export function guardRequestTarget(app: RequestListener, publicUrl: string): RequestListener {
  const { host } = new URL(publicUrl)
  return (request, response) => {
    try {
      requireSingleHost(request)
      request.url = toOriginForm(request.url ?? '')
      requireCanonicalTarget(request.url)
    } catch (error) {
      invalidRequests.set(request, error)
      request.url = '/'
    }
    const coding = request.headers['transfer-encoding']
    request.headers.host = host
    if (coding === undefined || coding === 'chunked') app(request, response)
    // Node emits a request with another coding before it reports some of them as an error, with a response of its own.
    else setImmediate(() => request.socket.writable && app(request, response))
  }
}

/** Passes the error of `guardRequestTarget` to the problem handler. */
export const rejectInvalidTarget: RequestHandler = (request, _response, next) => {
  next(invalidRequests.get(request))
}

/**
 * Requires one Host header; HTTP/1.0 may omit it (RFC 9112, section 3.2). The value is ignored: PUBLIC_URL is the public
 * name.
 */
function requireSingleHost(request: IncomingMessage): void {
  const count = countHeader(request, 'host')
  if (count > 1) throw new ProblemError('invalid-request', 'There are two Host headers; send one')
  if (count === 0 && request.httpVersion !== '1.0')
    throw new ProblemError('invalid-request', 'There is no Host header, which HTTP/1.1 requires')
}

/**
 * Removes scheme and host of an absolute target, which a server must accept (RFC 9112, section 3.2.2). Any other target is
 * returned unchanged.
 */
export function toOriginForm(raw: string): string {
  if (raw.startsWith('/')) return raw
  const [base = '', authority] = /^https?:\/\/([^/?#@\\]+)(?=[/?]|$)/i.exec(raw) ?? []
  if (authority === undefined || !URL.canParse(base)) return raw
  const rest = raw.slice(base.length)
  return rest.startsWith('/') ? rest : `/${rest}`
}

/**
 * Rejects a target that two parsers could understand differently. The target is forwarded as it is, so it must be in
 * canonical form already (RFC 3986, section 6.2.2).
 * @throws {ProblemError} `invalid-request`, `invalid-parameter`
 */
export function requireCanonicalTarget(target: string): void {
  const queryStart = target.indexOf('?')
  const path = queryStart < 0 ? target : target.slice(0, queryStart)
  const query = queryStart < 0 ? '' : target.slice(queryStart + 1)
  if (!isCanonicalPath(path)) throw nonCanonicalPath()
  if (!isPrintableAscii(query) || query.includes('#') || !isPercentEncodedUtf8(query)) {
    throw new ProblemError('invalid-parameter', 'The query is not percent-encoded (RFC 3986, section 2.1)')
  }
}

function isCanonicalPath(path: string): boolean {
  if (!path.startsWith('/') || !isPrintableAscii(path) || /[\\#]|\/\/|\/\.{1,2}(\/|$)/.test(path))
    return false
  return !path.includes('%') || (isPercentEncodedUtf8(path) && !hasNonCanonicalEncoding(path))
}

/** A letter, digit, dot, hyphen or underscore that need not be encoded, a separator, or a control character. */
function hasNonCanonicalEncoding(path: string): boolean {
  const encoded = path.match(/%[0-7][0-9a-f]/gi) ?? []
  return encoded.some((octet) => /[\w.\-/\\\p{Cc}]/u.test(decodeURIComponent(octet)))
}

function isPrintableAscii(text: string): boolean {
  return /^[\x21-\x7e]*$/.test(text)
}

/** Every `%` begins an octet, and the octets are UTF-8. */
function isPercentEncodedUtf8(text: string): boolean {
  if (!text.includes('%')) return true
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}

function nonCanonicalPath(): ProblemError {
  return new ProblemError(
    'invalid-request',
    'The path is not in canonical form: use no dot segments, empty segments or backslashes, encode only characters that need it, and no slashes or control characters',
  )
}
