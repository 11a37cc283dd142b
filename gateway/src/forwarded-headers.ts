import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'
import { ProblemError } from '@timesheets/contracts/problem'

/** How a request's body is framed; these are ours to set, whatever `Connection` names. */
const framing = ['content-length', 'transfer-encoding']

/** What goes on to the service; all else stays here. */
const forwarded = [
  'accept',
  'content-encoding',
  'content-type',
  'idempotency-key',
  'if-match',
  'if-none-match',
  'sync-run',
  ...framing,
]

/** What comes back. */
const returned = [
  'accept',
  'accept-encoding',
  'allow',
  'cache-control',
  'content-disposition',
  'content-length',
  'content-type',
  'etag',
  'idempotent-replayed',
  'link',
  'location',
  'retry-after',
  'vary',
]

/**
 * The headers of a client's request that go on, without those meant for this hop alone (RFC 9110, section 7.6.1).
 * @throws {ProblemError} `invalid-request` where the body is framed in a way that is not passed on
 */
export function forwardedHeaders(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const coding = headers['transfer-encoding']
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') {
    throw new ProblemError('invalid-request', 'The only Transfer-Encoding that is taken is chunked')
  }
  const hop = (headers.connection ?? '').split(',').map((word) => word.trim().toLowerCase())
  return pick(
    headers,
    forwarded.filter((name) => framing.includes(name) || !hop.includes(name)),
  )
}

/** A 401 is never passed on, so a challenge is the service's to give only with a 403 (RFC 6750, section 3.1). */
export function returnedHeaders(status: number, headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  return pick(headers, status === 403 ? [...returned, 'www-authenticate'] : returned)
}

function pick(headers: IncomingHttpHeaders, names: readonly string[]): Record<string, string | string[]> {
  return Object.fromEntries(
    names.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])),
  )
}
