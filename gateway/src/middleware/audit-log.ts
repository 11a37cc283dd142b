import { ProblemError } from '@timesheets/contracts/problem'
import type { Logger } from '@timesheets/runtime/logger'
import type { ErrorRequestHandler } from 'express'
import '../locals.ts'

const refusals: ReadonlySet<string> = new Set(['missing-token', 'invalid-token', 'insufficient-scope'])

/** How many lines a second are written; the rest is counted in the next line. */
const maxLinesPerSecond = 10

/**
 * Writes a line for each refused token or scope, at most ten a second. It runs after `bearerChallenge`.
 * A refused identity is logged by the proxy's error, as a problem of the service.
 */
export function auditRefusals(logger: Logger, hashPerson: (person: string) => string): ErrorRequestHandler {
  let windowEndsAt = 0
  let count = 0
  let suppressed = 0
  return (error, request, response, next) => {
    next(error)
    if (!(error instanceof ProblemError) || !refusals.has(error.slug)) return
    const now = performance.now()
    if (now >= windowEndsAt) {
      windowEndsAt = now + 1000
      count = 0
    }
    count++
    if (count > maxLinesPerSecond) {
      suppressed++
      return
    }
    const { identity, operation, refusal, requestId } = response.locals
    logger.warn(
      {
        audit: error.slug,
        refusal,
        operation,
        client: identity?.client,
        person: identity === undefined ? undefined : hashPerson(identity.person),
        address: request.socket.remoteAddress,
        requestId,
        suppressed,
      },
      'refused',
    )
    suppressed = 0
  }
}
