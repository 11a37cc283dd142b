import type { Request, RequestHandler, Response } from 'express'

/** Called once per request, when its response has been sent or cut. */
export type ResponseObserver = (request: Request, response: Response, durationMs: number) => void

/** Calls the observers by one listener per response, because each listener costs CPU and memory in every request. */
export function observeResponses(...observers: readonly ResponseObserver[]): RequestHandler {
  return (request, response, next) => {
    const startedAt = performance.now()
    response.once('close', () => {
      const durationMs = performance.now() - startedAt
      for (const observe of observers) observe(request, response, durationMs)
    })
    next()
  }
}
