import type { RequestHandler } from 'express'
import { apiErrors } from './api-error.ts'

/** "100 requests per 15 seconds": https://help.getharvest.com/api-v2/introduction/overview/general/#rate-limiting */
const windowMs = 15_000

/**
 * Accepts `limit` requests per window of 15 s and responds with 429 to the rest; 0 means no limit. There is only one
 * token, so there is only one window.
 */
export function rateLimit(limit: number, now: () => Date): RequestHandler {
  let startedMs = Number.NEGATIVE_INFINITY
  let accepted = 0
  return (_request, _response, next) => {
    if (limit === 0) return next()
    const nowMs = now().getTime()
    if (nowMs - startedMs >= windowMs) {
      startedMs = nowMs
      accepted = 0
    }
    if (accepted >= limit) throw apiErrors.throttled(Math.ceil((startedMs + windowMs - nowMs) / 1000))
    accepted += 1
    next()
  }
}
