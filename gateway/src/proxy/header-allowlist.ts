import type { IncomingHttpHeaders } from 'node:http'
import { ProblemError } from '@timesheets/contracts/problem'

/** How the body is framed; `Connection` cannot remove these. */
const framingHeaders = ['content-length', 'transfer-encoding']

/** Request headers that are forwarded to the service. */
const requestHeaders = [
  'accept',
  'content-encoding',
  'content-type',
  'idempotency-key',
  'if-match',
  'if-none-match',
  'sync-run',
  ...framingHeaders,
]

/** Response headers that are forwarded to the client. */
const responseHeaders = [
  'accept',
  'accept-encoding',
  'allow',
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-length',
  'content-type',
  'etag',
  'idempotent-replayed',
  'link',
  'location',
  'retry-after',
  'vary',
]

/** A 401 of the service is never forwarded, so only its 403 may carry a challenge (RFC 6750, section 3.1). */
const forbiddenResponseHeaders = [...responseHeaders, 'www-authenticate']

/**
 * Picks the request headers to forward, without those that `Connection` names (RFC 9110, section 7.6.1).
 * @throws {ProblemError} `invalid-request` for a transfer coding other than chunked
 */
export function pickRequestHeaders(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const coding = headers['transfer-encoding']
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') {
    throw new ProblemError('invalid-request', 'The only Transfer-Encoding that is supported is chunked')
  }
  const picked = pick(headers, requestHeaders)
  for (const name of headers.connection?.toLowerCase().split(/\s*,\s*/) ?? []) {
    if (!framingHeaders.includes(name.trim())) delete picked[name.trim()]
  }
  return picked
}

/** Picks the response headers to forward. */
export function pickResponseHeaders(status: number, headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return pick(headers, status === 403 ? forbiddenResponseHeaders : responseHeaders)
}

function pick(headers: IncomingHttpHeaders, names: readonly string[]): IncomingHttpHeaders {
  const picked: IncomingHttpHeaders = {}
  for (const name of names) {
    const value = headers[name]
    if (value !== undefined) picked[name] = value
  }
  return picked
}
