import { randomUUID } from 'node:crypto'
import {
  createServer,
  type IncomingMessage,
  maxHeaderSize,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { ProblemError } from '@timesheets/contracts/problem'
import { requestIdHeader } from '../identity.ts'
import type { Logger } from '../logger.ts'
import { createAdminApp, type Readiness } from './admin.ts'
import { ClientErrorHandler, formatProblem } from './client-error.ts'
import { awaitContinue } from './expect-continue.ts'
import { listen } from './listen.ts'
import { ProtocolFilter } from './protocol-filter.ts'
import type { ServerConfig } from './server-settings.ts'

/** What a process serves. */
export interface Service {
  /** The express app, or a listener that calls it. */
  readonly app: RequestListener
  /** Limit for the request line and headers; default 16 KiB. */
  readonly maxHeadBytes?: number
  /** Further connections are closed at once; default: no limit. */
  readonly maxConnections?: number
  readonly readiness: Readiness
  /** Metrics beside those of the process, in the text format of Prometheus. */
  readonly metrics?: () => Promise<string>
  /** Releases connections and timers, after the last request. */
  close(): Promise<void>
}

/** A running server. */
export interface RunningServer {
  readonly url: string
  readonly adminUrl: string
  /**
   * Reports not ready, waits, lets running requests finish, and closes the remaining connections at the deadline.
   * @throws an Error if the service did not close in time
   */
  stop(): Promise<void>
}

/** An idle connection is closed after this time. */
const idleSocketMs = 75_000
/** Limit for a whole request; Node's default of 300 s would cut a long upload. */
const requestTimeoutMs = 3_600_000
const headersTimeoutMs = 20_000
/** Limit for closing what the service uses: a database that does not respond must not keep the process. */
const closeTimeoutMs = 5000
/** How often Node checks the limits for a request and its headers; by default every 30 s, so that a slow head would be cut only after up to 50 s. */
const timeoutCheckMs = 1000

/**
 * Listens on both ports and logs their addresses.
 * @throws {ListenError}
 */
export async function startServer(
  name: string,
  service: Service,
  config: ServerConfig,
  logger: Logger,
): Promise<RunningServer> {
  const clientErrors = new ClientErrorHandler()
  let isStopping = false
  const handle: RequestListener = (request, response) => {
    clientErrors.track(request, response)
    const isFirst = filter.isFirst(request)
    // During shutdown, ask clients to close keep-alive connections.
    if (isStopping || request.httpVersion === '1.0') response.setHeader('connection', 'close')
    const problem = checkVersion(request, isFirst)
    if (problem === undefined) service.app(request, response)
    else sendProblem(response, problem)
  }
  const server = createServer({
    requestTimeout: requestTimeoutMs,
    headersTimeout: headersTimeoutMs,
    connectionsCheckingInterval: timeoutCheckMs,
    keepAliveTimeout: idleSocketMs,
    // The app checks Host itself and responds with a problem; Node's own response has no body.
    requireHostHeader: false,
    ...(service.maxHeadBytes === undefined ? {} : { maxHeaderSize: service.maxHeadBytes }),
  })
  const filter = new ProtocolFilter(server, {
    maxLineBytes: service.maxHeadBytes ?? maxHeaderSize,
    headTimeoutMs: headersTimeoutMs,
  })
  server.timeout = 2 * idleSocketMs
  if (service.maxConnections !== undefined) server.maxConnections = service.maxConnections
  server.on('request', handle)
  // By default Node sends 100 Continue before the app has checked the token or the length.
  server.on('checkContinue', (request, response) => {
    awaitContinue(request)
    handle(request, response)
  })
  // Other expectations are ignored (RFC 9110, section 10.1.1); by default Node responds 417.
  server.on('checkExpectation', handle)
  // By default Node closes the connection without a response.
  server.on('connect', (_request, socket) => endWithProblem(socket, connectNotSupported()))
  server.on('clientError', (error, socket) => clientErrors.handle(error, socket))
  const admin = createServer(
    createAdminApp(
      async () => (isStopping ? { draining: 'the process is stopping' } : service.readiness()),
      service.metrics,
    ),
  )
  const url = await listen(server, config.port, config.host)
  const adminUrl = await listen(admin, config.adminPort, config.host).catch((error: unknown) => {
    server.close()
    throw error
  })
  logger.info({ process: name, listening: url, admin: adminUrl }, `${name} listens on ${url}`)
  return {
    url,
    adminUrl,
    async stop() {
      isStopping = true
      await sleep(config.drainWaitMs)
      await drain(server, config.drainDeadlineMs, filter)
      await closeInTime(service)
      await drain(admin, 0)
    },
  }
}

/**
 * Checks the protocol version (RFC 9112, section 2.3). Node's parser accepts HTTP/0.9, HTTP/2.0 and RTSP/1.0 as well, and does
 * not show the name of the protocol. ProtocolFilter reads that of the first request of a connection. A later request of
 * version 1.0 may be RTSP. It is refused, as no client changes its version, and HTTP/1.0 gets `Connection: close`.
 */
function checkVersion({ httpVersion, headers }: IncomingMessage, isFirst: boolean): ProblemError | undefined {
  if (httpVersion === '1.1') return undefined
  if (httpVersion !== '1.0')
    return new ProblemError('invalid-request', 'The request is neither HTTP/1.1 nor HTTP/1.0')
  if (!isFirst)
    return new ProblemError(
      'invalid-request',
      'A request after another one on its connection must be HTTP/1.1; send HTTP/1.0 on a new connection',
    )
  // Framing that HTTP/1.0 does not know is faulty (RFC 9112, section 6.1).
  if (headers['transfer-encoding'] === undefined) return undefined
  return new ProblemError('invalid-request', 'HTTP/1.0 has no Transfer-Encoding; send a Content-Length')
}

const connectNotSupported = () =>
  new ProblemError('method-not-allowed', 'This server is not a proxy, and supports no CONNECT', {
    headers: { allow: 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS' },
  })

/** Responds to a request that the app must not see, and closes the connection. */
function sendProblem(response: ServerResponse, problem: ProblemError): void {
  const requestId = randomUUID()
  const body = JSON.stringify(problem.toProblem(requestId))
  response
    .writeHead(problem.status, {
      'content-type': 'application/problem+json',
      'content-length': Buffer.byteLength(body),
      'cache-control': 'no-store',
      [requestIdHeader]: requestId,
      connection: 'close',
    })
    .end(body)
}

/** The same for CONNECT, for which Node creates no response. */
function endWithProblem(socket: Duplex, problem: ProblemError): void {
  socket.on('error', () => undefined) // the client has left
  socket.end(formatProblem(problem))
}

/** @throws an Error if the service has not closed within its limit */
async function closeInTime(service: Service): Promise<void> {
  const timer = new AbortController()
  const timeout = sleep(closeTimeoutMs, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`The service did not close within ${closeTimeoutMs / 1000} s`)
  })
  // An aborted sleep rejects too, after the race is over.
  timeout.catch(() => {})
  try {
    await Promise.race([service.close(), timeout])
  } finally {
    timer.abort()
  }
}

/** Accepts no new connections, lets running requests finish, and closes the remaining ones at the deadline. */
async function drain(server: Server, deadlineMs: number, filter?: ProtocolFilter): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  filter?.close()
  server.closeIdleConnections()
  const idle = setInterval(() => server.closeIdleConnections(), 100)
  const timer = setTimeout(() => server.closeAllConnections(), deadlineMs)
  await closed
  clearInterval(idle)
  clearTimeout(timer)
}
