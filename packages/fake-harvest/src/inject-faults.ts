import { setTimeout as delay } from 'node:timers/promises'
import type { RequestHandler, Response } from 'express'
import { ApiError, apiErrors } from './api-error.ts'
import { type Fault, type Faults, replacesResponse } from './faults.ts'

/**
 * Middleware that injects the armed faults into a request: it delays it, or sends a response itself. `sendBody` applies
 * the faults that corrupt the body.
 */
export function injectFaults(faults: Faults): RequestHandler {
  return async (request, response, next) => {
    const active = faults.take(request.baseUrl + request.path)
    response.locals.faults = active
    for (const slow of active.filter(({ fault }) => fault === 'slow')) {
      await delay(slow.delayMs, undefined, { ref: false })
    }
    const replacement = active.find(replacesResponse)
    if (replacement === undefined) next()
    else respondWithFault(replacement, response)
  }
}

/** Returns the active fault of this kind. */
export function findFault(response: Response, kind: Fault['fault']): Fault | undefined {
  return activeFaults(response).find(({ fault }) => fault === kind)
}

/** Returns all active faults of the request. */
export function activeFaults(response: Response): readonly Fault[] {
  return (response.locals.faults as readonly Fault[] | undefined) ?? []
}

function respondWithFault({ fault, retryAfterSeconds }: Fault, response: Response): void {
  switch (fault) {
    case 'reset':
      response.socket?.resetAndDestroy()
      return
    case '401':
      throw apiErrors.invalidToken()
    case '403':
      throw apiErrors.forbidden()
    case '404':
      throw apiErrors.notFound()
    case '429':
      throw apiErrors.throttled(retryAfterSeconds === undefined ? 1 : retryAfterSeconds)
    case '500':
      throw new ApiError(500, { status: 500, error: 'Internal Server Error' })
  }
  // 502 to 504 come from a proxy in front of Harvest, which sends HTML.
  if (retryAfterSeconds != null) response.set('Retry-After', String(retryAfterSeconds))
  response
    .status(Number(fault))
    .type('html')
    .send(`<html><head><title>${fault}</title></head><body><center><h1>${fault}</h1></center></body></html>`)
}
