import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { Agent } from 'node:http'
import { ProblemError } from '@timesheets/contracts/problem'
import { answerProblem, endAfterRequest, isHeardOut } from '@timesheets/runtime/answer'
import { type Identity, identityHeader, requestIdHeader, signIdentity } from '@timesheets/runtime/identity'
import type { Logger } from '@timesheets/runtime/logger'
import type { Secret } from '@timesheets/runtime/secret'
import type { NextFunction, Request, Response } from 'express'
import { createProxyMiddleware, proxyEventsPlugin } from 'http-proxy-middleware'

/** What goes on to the service; all else stays here. */
const forwardedHeaders = [
  'accept',
  'content-encoding',
  'content-length',
  'content-type',
  'idempotency-key',
  'if-match',
  'if-none-match',
  'sync-run',
  'transfer-encoding',
] as const

/** What comes back. */
const returnedHeaders = [
  'accept',
  'accept-encoding',
  'allow',
  'cache-control',
  'content-disposition',
  'content-length',
  'content-type',
  'etag',
  'idempotent-replayed',
  'link',
  'location',
  'retry-after',
  'vary',
] as const

export interface ForwardOptions {
  readonly serviceUrl: string
  readonly serviceTimeoutMs: number
  readonly identitySecret: Secret
}

/** Sends a judged request on, as a stream, and its answer back. */
export type Forward = (
  request: Request,
  response: Response,
  next: NextFunction,
  identity: Identity,
  requestId: string,
) => Promise<void>

class ServiceTimeout extends Error {}

/** The way to the service behind: a proxy that parses no body, lists what it lets through, and vouches for it. */
export function createForward(options: ForwardOptions, logger: Logger): { forward: Forward; close(): void } {
  const agent = new Agent({ keepAlive: true, maxSockets: 1024, maxFreeSockets: 64 })
  const proxy = createProxyMiddleware({
    target: options.serviceUrl,
    agent,
    selfHandleResponse: true,
    // The default plugins write answers and logs of their own; ours are in one place.
    ejectPlugins: true,
    plugins: [proxyEventsPlugin],
    on: {
      proxyReq: (proxyRequest) => {
        proxyRequest.setTimeout(options.serviceTimeoutMs, () => proxyRequest.destroy(new ServiceTimeout()))
      },
      proxyRes: (answer, request, response) => relay(answer, request, response, logger),
      // The middleware passes the error on to express besides; an `error` event with no listener would throw.
      error: () => undefined,
    },
  })
  return {
    close: () => agent.destroy(),
    async forward(request, response, next, identity, requestId) {
      const bound = { method: request.method, target: request.originalUrl, requestId }
      // Set before the proxy sees the request: its hook is skipped where a client sent `Expect`.
      request.headers = {
        ...pick(request.headers, forwardedHeaders),
        host: new URL(options.serviceUrl).host,
        [requestIdHeader]: requestId,
        [identityHeader]: await signIdentity(identity, bound, options.identitySecret),
      }
      await proxy(request, response, (error?: unknown) => {
        if (error !== undefined) next(explain(error))
      })
    },
  }
}

/** Passes an answer on. An early one ends only when the client has been heard out, so that it reaches the client. */
function relay(
  answer: IncomingMessage,
  request: IncomingMessage,
  response: ServerResponse,
  logger: Logger,
): void {
  if (answer.statusCode === 401) {
    // The service does not believe us: ours to mend, and no fault of the caller's token.
    const cause = new Error('the service refused the identity: is IDENTITY_SECRET the same on both sides?')
    answer.resume()
    answerProblem(request, response, explain(cause), String(request.headers[requestIdHeader]), logger)
    return
  }
  const headers = pick(answer.headers, returnedHeaders)
  response.writeHead(
    answer.statusCode ?? 502,
    isHeardOut(request) ? headers : { ...headers, ...closeIfProblem(answer) },
  )
  response.flushHeaders()
  answer.pipe(response, { end: false })
  answer.once('end', () => endAfterRequest(request, response))
}

/** An answer of 4xx or 5xx to a client that is still sending is the last of its connection. */
function closeIfProblem(answer: IncomingMessage): OutgoingHttpHeaders {
  return (answer.statusCode ?? 0) >= 400 ? { connection: 'close' } : {}
}

/** What went wrong on the way, in the contract's words. */
function explain(error: unknown): ProblemError {
  if (error instanceof ServiceTimeout || (error as NodeJS.ErrnoException).code === 'ETIMEDOUT') {
    return new ProblemError(
      'service-timeout',
      'The service did not answer in time; whether it did its work is not known',
      {
        cause: error,
      },
    )
  }
  return new ProblemError('service-unreachable', 'The service refused or broke the connection; try again', {
    headers: { 'retry-after': '1' },
    cause: error,
  })
}

function pick(headers: IncomingHttpHeaders, names: readonly string[]): Record<string, string | string[]> {
  return Object.fromEntries(
    names.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])),
  )
}
