import { createServer, type RequestListener, type Server } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { createAdmin, type Readiness } from './admin.ts'
import { listen } from './listen.ts'
import type { Logger } from './logger.ts'
import { MalformedRequests } from './malformed-request.ts'
import type { ServerConfig } from './server-settings.ts'

/** What a process serves: its requests, whether it is ready for them, and what to close at the end. */
export interface Service {
  readonly handle: RequestListener
  /** How long the head of a request may be; node:http takes 16 KiB. */
  readonly maxHeadBytes?: number
  readonly readiness: Readiness
  close(): Promise<void>
}

/** A server that runs: where it listens, and how it ends. */
export interface RunningServer {
  readonly url: string
  readonly adminUrl: string
  /** Unready → wait → drain → deadline. */
  stop(): Promise<void>
}

/** A connection on which nothing is asked for so long is closed. */
const idleSocketMs = 75_000
/** No request lasts longer; Node's own 300 s would cut a long upload. */
const longestRequestMs = 3_600_000
const headersTimeoutMs = 20_000

/**
 * Listens on both ports and tells the log where.
 * @throws {ListenError}
 */
export async function startServer(
  name: string,
  service: Service,
  config: ServerConfig,
  logger: Logger,
): Promise<RunningServer> {
  const malformed = new MalformedRequests()
  let stopping = false
  const handle: RequestListener = (request, response) => {
    malformed.observe(request, response)
    // A client that is told so does not send its next request into a connection that goes.
    if (stopping) response.setHeader('connection', 'close')
    service.handle(request, response)
  }
  const server = createServer({
    requestTimeout: longestRequestMs,
    headersTimeout: headersTimeoutMs,
    keepAliveTimeout: idleSocketMs,
    // Its refusal would be bare; who minds says so with a problem.
    requireHostHeader: false,
    ...(service.maxHeadBytes === undefined ? {} : { maxHeaderSize: service.maxHeadBytes }),
  })
  server.timeout = 2 * idleSocketMs
  server.on('request', handle)
  // An expectation that is not known is passed over (RFC 9110, section 10.1.1).
  server.on('checkExpectation', handle)
  server.on('clientError', (error, socket) => malformed.refuse(error, socket))
  const admin = createServer(
    createAdmin(async () => (stopping ? { draining: 'the process is ending' } : service.readiness())),
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
      stopping = true
      await sleep(config.drainWaitMs)
      await drain(server, config.drainDeadlineMs)
      await service.close()
      await drain(admin, 0)
    },
  }
}

/** Takes no new connection, lets running requests finish, cuts what is left at the deadline. */
async function drain(server: Server, deadlineMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  const idle = setInterval(() => server.closeIdleConnections(), 100)
  const timer = setTimeout(() => server.closeAllConnections(), deadlineMs)
  await closed
  clearInterval(idle)
  clearTimeout(timer)
}
