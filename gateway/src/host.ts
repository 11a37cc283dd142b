import type { IncomingMessage } from 'node:http'
import { ProblemError } from '@timesheets/contracts/problem'
import { countHeader } from './header-lines.ts'

/**
 * Demands one Host header, which HTTP/1.0 may do without. What it says is nobody's business here: `PUBLIC_URL` is
 * what the outside calls us.
 * @throws {ProblemError} `invalid-request` (RFC 9112, section 3.2)
 */
export function demandHost(request: IncomingMessage): void {
  const count = countHeader(request, 'host')
  if (count > 1) throw new ProblemError('invalid-request', 'There are two Host headers; send one')
  if (count === 0 && request.httpVersion !== '1.0')
    throw new ProblemError('invalid-request', 'There is no Host header, which HTTP/1.1 asks for')
}
