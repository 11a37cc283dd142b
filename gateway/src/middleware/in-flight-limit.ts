import { ProblemError } from '@timesheets/contracts/problem'
import type { RequestHandler } from 'express'

/** How many requests may be at the service at once: of one caller, and of all. Each can hold some 250 KB of buffers. */
const maxPerCaller = 64
const maxInAll = 256

/**
 * Bounds the requests that are forwarded, until their response has been sent: of each caller (a person with a client), so
 * that no one can use up the gateway, and in all. Beyond the bound the response is 503 with `Retry-After`. Runs after
 * `authenticate`.
 */
export function limitInFlight(): RequestHandler {
  const byCaller = new Map<string, number>()
  let inAll = 0
  return (_request, response, next) => {
    const { client, person } = response.locals.identity!
    const caller = `${client}\n${person}`
    const count = byCaller.get(caller) ?? 0
    if (count >= maxPerCaller || inAll >= maxInAll) {
      next(createTooMany(count >= maxPerCaller))
      return
    }
    byCaller.set(caller, count + 1)
    inAll++
    response.once('close', () => {
      inAll--
      const left = byCaller.get(caller)! - 1
      if (left === 0) byCaller.delete(caller)
      else byCaller.set(caller, left)
    })
    next()
  }
}

function createTooMany(isOfCaller: boolean): ProblemError {
  const detail = isOfCaller
    ? `More than ${maxPerCaller} requests of this caller are in progress; wait for their responses`
    : 'Too many requests are in progress; try again'
  return new ProblemError('not-ready', detail, { headers: { 'retry-after': '1' } })
}
