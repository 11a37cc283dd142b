import { ProblemError } from '@timesheets/contracts/problem'
import type { ErrorRequestHandler } from 'express'
import type { Logger } from '../logger.ts'
import { sendJson } from './send-json.ts'
import './locals.ts'

/** Turns an error of one server's own kinds into a problem; returns undefined for other errors. */
export type ToProblem = (error: unknown) => ProblemError | undefined

/**
 * The last middleware: the one place where errors become responses (RFC 9457). An error that is not a known problem is a
 * defect: it is logged, and the caller gets only the id of the request.
 */
export function problemHandler(logger: Logger, toProblem: ToProblem = () => undefined): ErrorRequestHandler {
  return (error, _request, response, _next) => {
    const problem = error instanceof ProblemError ? error : (toProblem(error) ?? toOwnProblem(error))
    const { requestId } = response.locals
    response.locals.problem = problem.slug
    if (problem.status >= 500)
      logger.error({ err: problem.cause ?? problem, requestId, problem: problem.slug }, problem.message)
    if (response.headersSent && response.locals.endsWithProblemLine === true) {
      response.end(`${JSON.stringify({ problem: problem.toProblem(requestId) })}\n`)
      return
    }
    if (response.headersSent) {
      // Part of a response is sent: closing the connection is the only way to show that the rest is missing.
      response.destroy()
      return
    }
    for (const name of response.getHeaderNames()) {
      if (contentHeaders.has(name)) response.removeHeader(name)
    }
    response
      .status(problem.status)
      .setHeaders(new Map(Object.entries({ 'cache-control': 'no-store', ...problem.headers })))
    response.setHeader('content-type', 'application/problem+json')
    sendJson(response, problem.toProblem(requestId))
  }
}

/** Headers of a response that was being prepared, and that describe a body which is not sent. */
const contentHeaders: ReadonlySet<string> = new Set([
  'content-disposition',
  'content-encoding',
  'content-length',
  'content-type',
  'etag',
  'link',
  'location',
])

function toOwnProblem(cause: unknown): ProblemError {
  // express could not decode a path parameter, so the path names nothing.
  if (cause instanceof URIError) return new ProblemError('not-found', 'This API has no such path')
  return new ProblemError('internal-error', 'The request could not be completed; report its id (instance)', {
    cause,
  })
}
