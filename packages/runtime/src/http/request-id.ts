import { randomUUID } from 'node:crypto'
import type { RequestHandler } from 'express'
import { requestIdHeader } from '../identity.ts'
import './locals.ts'

const maxIdLength = 64

/** Gives each request an id of our own, since one from a client would be written to our logs, and returns it. */
export const assignRequestId: RequestHandler = (_request, response, next) => {
  const requestId = randomUUID()
  response.locals.requestId = requestId
  response.setHeader(requestIdHeader, requestId)
  next()
}

/** Accepts the id that the gateway assigned. */
export const acceptRequestId: RequestHandler = (request, response, next) => {
  const requestId = String(request.headers[requestIdHeader] ?? 'none')
  // It is written to logs and responses before the identity that vouches for it is verified.
  response.locals.requestId = requestId.length > maxIdLength ? 'too-long' : requestId
  next()
}
