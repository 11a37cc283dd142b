import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http'
import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { answerProblem, isHeardOut } from '@timesheets/runtime/answer'
import { type Identity, identityHeader, requestIdHeader, signIdentity } from '@timesheets/runtime/identity'
import type { Logger } from '@timesheets/runtime/logger'
import type { Secret } from '@timesheets/runtime/secret'
import { createProxyMiddleware, proxyEventsPlugin } from 'http-proxy-middleware'
import { forwardedHeaders } from './forwarded-headers.ts'
import { relay } from './relay.ts'
import { explainFailure, ServiceTimeout } from './service-failure.ts'

export interface ForwardOptions {
  readonly serviceUrl: string
  readonly serviceTimeoutMs: number
  readonly identitySecret: Secret
}

/** The way to the service behind. */
export interface Way {
  /** Sends a judged request on, as a stream, and its answer back. */
  forward(
    request: IncomingMessage,
    response: ServerResponse,
    identity: Identity,
    requestId: string,
  ): Promise<void>
  close(): void
}

/** A proxy that parses no body, lists what it lets through, and vouches for it. */
export function createForward(options: ForwardOptions, logger: Logger): Way {
  const { protocol, host } = new URL(options.serviceUrl)
  const Agent = protocol === 'https:' ? HttpsAgent : HttpAgent
  // The timeout here is for the time until a connection stands.
  const agent = new Agent({
    keepAlive: true,
    maxSockets: 1024,
    maxFreeSockets: 64,
    timeout: options.serviceTimeoutMs,
  })
  const onward = new WeakMap<IncomingMessage, ClientRequest>()

  const proxy = createProxyMiddleware<IncomingMessage, ServerResponse>({
    target: options.serviceUrl,
    agent,
    selfHandleResponse: true,
    // The default plugins write answers and logs of their own; ours are in one place.
    ejectPlugins: true,
    plugins: [proxyEventsPlugin],
    on: {
      proxyReq(proxyRequest, request, response) {
        onward.set(request, proxyRequest)
        watch(proxyRequest, request, response)
        // The service may have an answer to the head alone; else it would hear of it with the first byte of the body.
        if (!isHeardOut(request) && request.readableLength === 0) proxyRequest.flushHeaders()
      },
      proxyRes(answer, request, response) {
        try {
          relay(answer, request, response)
        } catch (error) {
          answer.resume()
          fail(request, response, error)
        }
      },
      error: (error, request, response) => fail(request, response as ServerResponse, error),
    },
  })

  /** Gives a request up when it is the service that stays silent, and not the client. */
  function watch(proxyRequest: ClientRequest, request: IncomingMessage, response: ServerResponse): void {
    proxyRequest.setTimeout(options.serviceTimeoutMs)
    proxyRequest.on('timeout', () => {
      const isStillSending = !request.complete && !proxyRequest.writableNeedDrain
      const isClientsTurn = isStillSending || response.writableNeedDrain
      if (isClientsTurn && proxyRequest.socket?.connecting === false)
        proxyRequest.socket.setTimeout(options.serviceTimeoutMs)
      else proxyRequest.destroy(new ServiceTimeout('the service is silent'))
    })
    // Without a listener the connection would end with neither answer nor error.
    proxyRequest.once('upgrade', (_answer, socket) => {
      socket.destroy()
      fail(request, response, new Error('the service wants to speak another protocol'))
    })
  }

  function fail(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    // An answer that has begun stands or falls by its own end; httpxy cuts it where it breaks.
    if (response.headersSent || response.destroyed) return
    if (isSafeToRepeat(request, error)) {
      onward.delete(request)
      proxy(request, response)
      return
    }
    answerProblem(request, response, explainFailure(error), String(request.headers[requestIdHeader]), logger)
  }

  /** The service had closed an idle connection just when it was used again, and what was asked changes nothing. */
  function isSafeToRepeat(request: IncomingMessage, error: unknown): boolean {
    const wasStale =
      onward.get(request)?.reusedSocket && (error as NodeJS.ErrnoException).code === 'ECONNRESET'
    return wasStale === true && ['GET', 'HEAD'].includes(request.method ?? '') && isHeardOut(request)
  }

  return {
    close: () => agent.destroy(),
    async forward(request, response, identity, requestId) {
      const bound = { method: request.method ?? '', target: request.url ?? '', requestId }
      const headers = forwardedHeaders(request.headers)
      const vouched = await signIdentity(identity, bound, options.identitySecret)
      // A client that left while it was judged will not end its request: nothing would end it at the service.
      if (response.destroyed) return
      // Set before the proxy sees the request: its hook is skipped where a client sent `Expect`.
      request.headers = { ...headers, host, [requestIdHeader]: requestId, [identityHeader]: vouched }
      await proxy(request, response)
    },
  }
}
