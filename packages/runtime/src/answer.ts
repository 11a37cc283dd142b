import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { ProblemError } from '@timesheets/contracts/problem'
import type { Logger } from './logger.ts'

/** How much of a request that was answered early is still read before its connection is closed. */
const maxDrainBytes = 64 * 1024 * 1024
const maxDrainMs = 30_000

/** Answers with JSON, whole, at once. */
export function answerJson(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: OutgoingHttpHeaders = {},
): void {
  answerText(request, response, status, JSON.stringify(body), {
    'content-type': 'application/json',
    ...headers,
  })
}

/** Answers that it is done, with nothing to show (RFC 9110, section 15.3.5). */
export function answerEmpty(
  request: IncomingMessage,
  response: ServerResponse,
  headers: OutgoingHttpHeaders = {},
): void {
  response.writeHead(204, { ...headers, ...(isHeardOut(request) ? {} : { connection: 'close' }) })
  endAfterRequest(request, response)
}

/**
 * Answers with a problem (RFC 9457), the one place where errors become HTTP. What is no `ProblemError` is a
 * bug or an outage: it goes to the log whole, and the caller learns nothing but the request's id.
 */
export function answerProblem(
  request: IncomingMessage,
  response: ServerResponse,
  error: unknown,
  requestId: string,
  logger: Logger,
): void {
  const problem =
    error instanceof ProblemError
      ? error
      : new ProblemError(
          'internal-error',
          'The request could not be completed; its id helps to find out why',
          { cause: error },
        )
  if (problem.status >= 500)
    logger.error({ err: problem.cause ?? problem, requestId, problem: problem.slug }, problem.message)
  if (response.headersSent) {
    // Half an answer is out: cutting it is the only way left to say that it is not whole.
    response.destroy()
    return
  }
  answerText(request, response, problem.status, JSON.stringify(problem.toProblem(requestId)), {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    ...problem.headers,
  })
}

function answerText(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  body: string,
  headers: OutgoingHttpHeaders,
): void {
  response.writeHead(status, {
    ...headers,
    'content-length': Buffer.byteLength(body),
    ...(isHeardOut(request) ? {} : { connection: 'close' }),
  })
  if (request.method !== 'HEAD') response.write(body)
  endAfterRequest(request, response)
}

/**
 * Ends an answer whose last byte is written. A client that is still sending has its rest read and thrown away
 * first, up to a cap: closing under its hands would reset the connection, and the answer would be lost with
 * it (RFC 9112, section 9.6).
 */
export function endAfterRequest(request: IncomingMessage, response: ServerResponse): void {
  if (isHeardOut(request) || request.destroyed) {
    response.end()
    return
  }
  let drainedBytes = 0
  const end = () => {
    clearTimeout(timer)
    request.off('data', count)
    response.end()
  }
  const count = (chunk: Buffer) => {
    drainedBytes += chunk.length
    if (drainedBytes > maxDrainBytes) end()
  }
  const timer = setTimeout(end, maxDrainMs)
  request.unpipe()
  request.on('data', count)
  request.once('end', end)
  request.once('close', end)
  request.resume()
}

/** Whether there is nothing of a request still to come: all was read, or it has no body (RFC 9112, section 6.3). */
export function isHeardOut(request: IncomingMessage): boolean {
  return request.complete || !hasBody(request)
}

/** Whether a request has a body, by its headers (RFC 9112, section 6.3). */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}
