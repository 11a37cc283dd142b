import type { RequestHandler } from 'express'
import { refusals } from './refusal.ts'

/** "100 requests per 15 seconds": https://help.getharvest.com/api-v2/introduction/overview/general/#rate-limiting */
const windowMs = 15_000

/**
 * Accepts `limit` requests in 15 s and answers the rest with 429 until the window ends; 0 = no limit.
 * There is one token, so one window is all there is to keep.
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
    if (accepted >= limit) throw refusals.throttled(Math.ceil((startedMs + windowMs - nowMs) / 1000))
    accepted += 1
    next()
  }
}
