import { type ClientRequest, Agent as HttpAgent, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import type { Socket } from 'node:net'
import { isRequestComplete } from '@timesheets/runtime/http/early-response'
import { sendContinue } from '@timesheets/runtime/http/expect-continue'
import { identityHeader, requestIdHeader, signIdentity } from '@timesheets/runtime/identity'
import type { Secret } from '@timesheets/runtime/secret'
import type { Request, RequestHandler, Response } from 'express'
import { createProxyMiddleware, type Plugin, proxyEventsPlugin } from 'http-proxy-middleware'
import { pickRequestHeaders, pickResponseHeaders } from './header-allowlist.ts'
import { ServiceTimeoutError, toServiceProblem } from './service-failure.ts'
import '../locals.ts'

export interface ServiceProxyOptions {
  readonly serviceUrl: string
  readonly serviceTimeoutMs: number
  readonly identitySecret: Secret
}

export interface ServiceProxy {
  /** Forwards a request and its body as streams, and the response back. Runs after `authenticate`. */
  readonly forward: RequestHandler
  close(): void
}

/** Creates the proxy to the timesheets-service. It parses no body, forwards listed headers, and adds the signed identity. */
export function createServiceProxy(options: ServiceProxyOptions): ServiceProxy {
  const target = new URL(options.serviceUrl)
  const Agent = target.protocol === 'https:' ? HttpsAgent : HttpAgent
  // The timeout of each connection, while it connects too.
  const timeout = options.serviceTimeoutMs
  const agent = new Agent({ keepAlive: true, maxSockets: 1024, maxFreeSockets: 64, timeout })
  const timeouts = new ServiceTimeouts(timeout)
  const proxy = createProxyMiddleware<Request, Response>({
    target,
    agent,
    selfHandleResponse: true,
    // The default plugins write responses and logs of their own.
    ejectPlugins: true,
    plugins: [proxyEventsPlugin as unknown as Plugin<Request, Response>],
    on: {
      error: (error, _request, response) => (response as Response).locals.attempt!.fail(error),
      proxyReq(proxyRequest, request, response) {
        const attempt = response.locals.attempt!
        attempt.proxyRequest = proxyRequest
        timeouts.watch(proxyRequest.socket!, { proxyRequest, request, response })
        // Without a listener the connection would end without a response and without an error.
        proxyRequest.once('upgrade', (_response, socket) => {
          socket.destroy()
          attempt.fail(new Error('the service wants to upgrade the connection'))
        })
        // Where no byte of the body has arrived yet, the service may respond to the head alone.
        if (!isRequestComplete(request) && request.readableLength === 0) proxyRequest.flushHeaders()
      },
      proxyRes(serviceResponse, _request, response) {
        try {
          relay(serviceResponse, response)
          response.locals.serviceMs = performance.now() - response.locals.attempt!.startedAt
        } catch (error) {
          serviceResponse.resume()
          response.locals.attempt!.fail(error)
        }
      },
    },
  })

  /** Proxies once. @param onError is called once at most, and not for a response that has begun */
  const attempt = (request: Request, response: Response, onError: (error: unknown) => void): void => {
    // The service accepts an identity once, so a repeated request needs another one.
    const { requestId, identity } = response.locals
    const bound = { method: request.method, target: request.url, requestId, headers: request.headers }
    request.headers[identityHeader] = signIdentity(identity!, bound, options.identitySecret)
    let hasFailed = false
    const fail = (error: unknown) => {
      // A response that has begun is cut by httpxy where it breaks.
      if (hasFailed || response.headersSent || response.destroyed) return
      hasFailed = true
      onError(error)
    }
    response.locals.attempt = { proxyRequest: undefined, startedAt: performance.now(), fail }
    proxy(request, response, fail).catch(fail)
  }

  return {
    close: () => agent.destroy(),
    forward(request, response, next) {
      const headers = pickRequestHeaders(request.headers)
      headers.host = target.host
      headers[requestIdHeader] = response.locals.requestId
      // Set on the request, because the proxy's hook is skipped for a client that sent `Expect`.
      request.headers = headers
      // A client that left during the checks ends no request, so nothing would end it at the service.
      if (response.destroyed) return
      sendContinue(request, response)
      const fail = (error: unknown) => next(toServiceProblem(error))
      attempt(request, response, (error) => {
        if (isSafeToRepeat(request, response.locals.attempt!.proxyRequest, error))
          attempt(request, response, fail)
        else fail(error)
      })
    },
  }
}

/** What a connection to the service is busy with. */
interface Exchange {
  readonly proxyRequest: ClientRequest
  readonly request: Request
  readonly response: Response
}

/**
 * Ends a request if the service is silent, but not if the client is. It uses the timeout that the agent sets on each connection:
 * timers and listeners of each request cost 8 % of its CPU.
 */
class ServiceTimeouts {
  readonly #timeoutMs: number
  /** The last exchange of each connection. */
  readonly #exchanges = new WeakMap<Socket, Exchange>()

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs
  }

  watch(socket: Socket, exchange: Exchange): void {
    // The agent shortens it for an idle connection if the service announces that it closes earlier.
    if (socket.timeout !== this.#timeoutMs) socket.setTimeout(this.#timeoutMs)
    if (!this.#exchanges.has(socket)) socket.on('timeout', () => this.#endOrWait(socket))
    this.#exchanges.set(socket, exchange)
  }

  #endOrWait(socket: Socket): void {
    const { proxyRequest, request, response } = this.#exchanges.get(socket)!
    const isClientSending = !request.complete && !proxyRequest.writableNeedDrain
    const isWaitingForClient = isClientSending || response.writableNeedDrain
    if (isWaitingForClient && !socket.connecting) socket.setTimeout(this.#timeoutMs)
    else proxyRequest.destroy(new ServiceTimeoutError('the service is silent'))
  }
}

/**
 * Forwards the service's response as a stream.
 * @throws an Error for a response that a service must not send; nothing has been forwarded then
 */
function relay(serviceResponse: IncomingMessage, response: Response): void {
  const status = serviceResponse.statusCode ?? 0
  // Our own defect, and not the caller's token.
  if (status === 401)
    throw new Error('the service refused the identity: is IDENTITY_SECRET the same on both sides?')
  if (status < 200 || status > 599) throw new Error(`the service responded with the invalid status ${status}`)
  const headers = pickResponseHeaders(status, serviceResponse.headers)
  const vary = response.getHeader('vary')
  if (vary !== undefined && headers.vary !== undefined) headers.vary = `${vary}, ${headers.vary}`
  response.writeHead(status, headers)
  response.locals.serviceBytes = 0
  serviceResponse.on('data', (chunk: Buffer) => {
    response.locals.serviceBytes! += chunk.length
  })
  serviceResponse.pipe(response)
  // A body that arrived with the head is written with it, in one write; otherwise the client need not wait for the body.
  process.nextTick(() => {
    if (response.locals.serviceBytes === 0 && !serviceResponse.complete && !response.destroyed)
      response.flushHeaders()
  })
}

/** Whether the service closed an idle connection while it was used again, for a request that changes nothing. */
function isSafeToRepeat(request: Request, proxyRequest: ClientRequest | undefined, error: unknown): boolean {
  const wasStale =
    proxyRequest?.reusedSocket === true && (error as NodeJS.ErrnoException).code === 'ECONNRESET'
  return wasStale && isRequestComplete(request) && ['GET', 'HEAD'].includes(request.method)
}
