import type { ErrorRequestHandler, RequestHandler } from 'express'
import type { ZodError } from 'zod'
import { TooManyEditsError } from './edit-limit.ts'

/** An error response in Harvest's format. */
export class ApiError extends Error {
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
 * Harvest's error responses.
 * https://help.getharvest.com/api-v2/introduction/overview/general/#errors
 */
export const apiErrors = {
  noUserAgent: () =>
    new ApiError(400, {
      error: 'invalid_request',
      error_description: 'A User-Agent header with the name of your application and a contact is required.',
    }),
  invalidToken: () =>
    new ApiError(401, {
      error: 'invalid_token',
      error_description:
        'The access token provided is expired, revoked, malformed or invalid for other reasons.',
    }),
  forbidden: () =>
    new ApiError(403, {
      error: 'forbidden',
      error_description: "You don't have authorization to perform your request.",
    }),
  notFound: () => new ApiError(404, { status: 404, error: 'Not Found' }),
  throttled: (retryAfterSeconds: number | null) =>
    new ApiError(
      429,
      { status: 429, error: 'Too Many Requests', message: 'Your request has been throttled.' },
      retryAfterSeconds === null ? {} : { 'Retry-After': String(retryAfterSeconds) },
    ),
  invalid: (message: string) => new ApiError(422, { message }),
}

/** Creates the 422 for a value that does not match its schema. It names the first invalid parameter. */
export function invalidParameter(error: ZodError): ApiError {
  const [issue] = error.issues
  return apiErrors.invalid(`${issue?.path.join('.') || 'The request'} ${issue?.message}`)
}

/** Responds to an unknown path with an HTML page, as Harvest does. */
export const sendNotFoundPage: RequestHandler = (_request, response) => {
  response.status(404).type('html').send("<!DOCTYPE html><title>HARVEST: Can't find page</title>")
}

/** Maps every error to a response. */
export const handleError: ErrorRequestHandler = (error, _request, response, next) => {
  if (response.headersSent) return next(error)
  const apiError = toApiError(error)
  response.set(apiError.headers).status(apiError.status).json(apiError.body)
}

function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  if (error instanceof TooManyEditsError) return new ApiError(507, { message: error.message })
  // Errors of Express: a body that is not JSON or too large, a path that cannot be decoded.
  const { status, message } = error as { status?: number; message?: string }
  if (status !== undefined && status < 500) return new ApiError(status, { message })
  console.error(error)
  return new ApiError(500, { status: 500, error: 'Internal Server Error' })
}
