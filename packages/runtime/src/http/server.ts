import { createServer, type RequestListener, type Server } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '../logger.ts'
import { createAdminApp, type Readiness } from './admin.ts'
import { ClientErrorHandler } from './client-error.ts'
import { awaitContinue } from './expect-continue.ts'
import { listen } from './listen.ts'
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
  /** Releases connections and timers, after the last request. */
  close(): Promise<void>
}

/** A running server. */
export interface RunningServer {
  readonly url: string
  readonly adminUrl: string
  /** Reports not ready, waits, lets running requests finish, and closes the remaining connections at the deadline. */
  stop(): Promise<void>
}

/** An idle connection is closed after this time. */
const idleSocketMs = 75_000
/** Limit for a whole request; Node's default of 300 s would cut a long upload. */
const requestTimeoutMs = 3_600_000
const headersTimeoutMs = 20_000
/** How often Node checks these two; by default every 30 s, so that a slow head would be cut only after up to 50 s. */
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
    // During shutdown, ask clients to close keep-alive connections.
    if (isStopping) response.setHeader('connection', 'close')
    service.app(request, response)
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
  server.on('clientError', (error, socket) => clientErrors.handle(error, socket))
  const admin = createServer(
    createAdminApp(async () => (isStopping ? { draining: 'the process is stopping' } : service.readiness())),
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
      await drain(server, config.drainDeadlineMs)
      await service.close()
      await drain(admin, 0)
    },
  }
}

/** Accepts no new connections, lets running requests finish, and closes the remaining ones at the deadline. */
async function drain(server: Server, deadlineMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  const idle = setInterval(() => server.closeIdleConnections(), 100)
  const timer = setTimeout(() => server.closeAllConnections(), deadlineMs)
  await closed
  clearInterval(idle)
  clearTimeout(timer)
}
