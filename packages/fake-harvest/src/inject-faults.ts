import { setTimeout as delay } from 'node:timers/promises'
import type { RequestHandler, Response } from 'express'
import { type Fault, type Faults, replaces } from './faults.ts'
import { Refusal, refusals } from './refusal.ts'

/**
 * Lets the armed faults hit a request: waits, answers in the service's place, or leaves the rest for
 * `answer`.
 */
export function strike(faults: Faults): RequestHandler {
  return async (request, response, next) => {
    const hitting = faults.take(request.baseUrl + request.path)
    response.locals.faults = hitting
    for (const slow of hitting.filter(({ fault }) => fault === 'slow')) {
      await delay(slow.delayMs, undefined, { ref: false })
    }
    const replacing = hitting.find(replaces)
    if (replacing === undefined) next()
    else answerInstead(replacing, response)
  }
}

/** The fault of this kind that hits the request which is being answered. */
export function faultOf(response: Response, kind: Fault['fault']): Fault | undefined {
  return faultsOf(response).find(({ fault }) => fault === kind)
}

/** All faults that hit the request which is being answered. */
export function faultsOf(response: Response): readonly Fault[] {
  return (response.locals.faults as readonly Fault[] | undefined) ?? []
}

function answerInstead({ fault, retryAfterSeconds }: Fault, response: Response): void {
  switch (fault) {
    case 'reset':
      response.socket?.resetAndDestroy()
      return
    case '401':
      throw refusals.invalidToken()
    case '403':
      throw refusals.forbidden()
    case '404':
      throw refusals.notFound()
    case '429':
      throw refusals.throttled(retryAfterSeconds === undefined ? 1 : retryAfterSeconds)
    case '500':
      throw new Refusal(500, { status: 500, error: 'Internal Server Error' })
  }
  // 502 to 504 come from what stands before the service, and that speaks no JSON.
  if (retryAfterSeconds != null) response.set('Retry-After', String(retryAfterSeconds))
  response
    .status(Number(fault))
    .type('html')
    .send(`<html><head><title>${fault}</title></head><body><center><h1>${fault}</h1></center></body></html>`)
}
