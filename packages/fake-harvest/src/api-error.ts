import type { ErrorRequestHandler, RequestHandler } from 'express'
import type { ZodError } from 'zod'
import { TooManyEdits } from './too-many-edits.ts'

/** An answer other than 200, in the shape Harvest gives it. */
export class Refusal extends Error {
  readonly status: number
  readonly body: object
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, body: object, headers: Readonly<Record<string, string>> = {}) {
    super(`${status} ${JSON.stringify(body)}`)
    this.status = status
    this.body = body
    this.headers = headers
  }
}

/**
 * What Harvest answers by status.
 * https://help.getharvest.com/api-v2/introduction/overview/general/#errors
 */
export const refusals = {
  noUserAgent: () =>
    new Refusal(400, {
      error: 'invalid_request',
      error_description: 'A User-Agent header with the name of your application and a contact is required.',
    }),
  invalidToken: () =>
    new Refusal(401, {
      error: 'invalid_token',
      error_description:
        'The access token provided is expired, revoked, malformed or invalid for other reasons.',
    }),
  forbidden: () =>
    new Refusal(403, {
      error: 'forbidden',
      error_description: "You don't have authorization to perform your request.",
    }),
  notFound: () => new Refusal(404, { status: 404, error: 'Not Found' }),
  throttled: (retryAfterSeconds: number | null) =>
    new Refusal(
      429,
      { status: 429, error: 'Too Many Requests', message: 'Your request has been throttled.' },
      retryAfterSeconds === null ? {} : { 'Retry-After': String(retryAfterSeconds) },
    ),
  invalid: (message: string) => new Refusal(422, { message }),
}

/** The 422 of what does not fit a schema; it names the first parameter that is wrong. */
export function refuseParameter(error: ZodError): Refusal {
  const [issue] = error.issues
  return refusals.invalid(`${issue?.path.join('.') || 'The request'} ${issue?.message}`)
}

/** Harvest answers a path it does not know with a page, not with JSON. */
export const unknownPath: RequestHandler = (_request, response) => {
  response.status(404).type('html').send("<!DOCTYPE html><title>HARVEST: Can't find page</title>")
}

/** The one place that turns errors into answers. */
export const answerError: ErrorRequestHandler = (error, _request, response, next) => {
  if (response.headersSent) return next(error)
  const refusal = refusalOf(error)
  response.set(refusal.headers).status(refusal.status).json(refusal.body)
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error
  if (error instanceof TooManyEdits) return new Refusal(507, { message: error.message })
  // Express's own: a body that is not JSON, too large, a path that cannot be decoded.
  const { status, message } = error as { status?: number; message?: string }
  if (status !== undefined && status < 500) return new Refusal(status, { message })
  console.error(error)
  return new Refusal(500, { status: 500, error: 'Internal Server Error' })
}
