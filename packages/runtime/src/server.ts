import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdmin, type Readiness } from './admin.ts'
import { ConfigError, setting } from './config.ts'
import type { Logger } from './logger.ts'

/** The settings that every server here has; a process spreads them into its own table. */
export const serverSettings = (prefix: string, port: number) => ({
  host: setting.text('HOST', { default: '127.0.0.1', doc: 'Address to listen on; 0.0.0.0 in a container' }),
  port: setting.port(`${prefix}_PORT`, { default: port, doc: 'Port to serve on' }),
  adminPort: setting.port(`${prefix}_ADMIN_PORT`, {
    default: 0,
    doc: 'Second port, not public: /healthz, /readyz, /metrics',
  }),
  logLevel: setting.oneOf('LOG_LEVEL', ['debug', 'info', 'warn', 'error', 'silent'], {
    default: 'info',
    doc: 'How much is logged',
  }),
  drainWaitMs: setting.integer('DRAIN_WAIT_MS', {
    default: 5000,
    doc: 'After SIGTERM, how long requests are still taken while load balancers learn that we go (ms)',
  }),
  drainDeadlineMs: setting.integer('DRAIN_DEADLINE_MS', {
    default: 20_000,
    doc: 'After that wait, how long running requests may take to finish (ms)',
  }),
})

export interface ServerConfig {
  readonly host: string
  readonly port: number
  readonly adminPort: number
  readonly drainWaitMs: number
  readonly drainDeadlineMs: number
}

/** What a process serves: its requests, whether it is ready for them, and what to close at the end. */
export interface Service {
  readonly handle: RequestListener
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

/** A client that sends nothing for so long is cut. */
const idleSocketMs = 75_000
/** No request lasts longer; Node's own 300 s would cut a long upload. */
const longestRequestMs = 3_600_000
const headersTimeoutMs = 20_000

/** Listens on both ports and tells the log where. */
export async function startServer(
  name: string,
  service: Service,
  config: ServerConfig,
  logger: Logger,
): Promise<RunningServer> {
  const server = createServer(
    { requestTimeout: longestRequestMs, headersTimeout: headersTimeoutMs, keepAliveTimeout: idleSocketMs },
    service.handle,
  )
  server.timeout = 2 * idleSocketMs
  let stopping = false
  const admin = createServer(
    createAdmin(async () => (stopping ? { draining: 'the process is ending' } : service.readiness())),
  )
  const url = await listen(server, config.port, config.host)
  const adminUrl = await listen(admin, config.adminPort, config.host)
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

/**
 * Runs a server as this process: starts it, and ends it on SIGTERM or SIGINT with exit code 0; a second
 * signal ends it at once. A configuration with faults ends it with 2, any other failure with 1.
 */
export async function runServer(
  name: string,
  logger: Logger,
  start: () => Promise<RunningServer>,
): Promise<void> {
  const running = await start()
  let stopping = false
  const stop = (signal: NodeJS.Signals) => {
    if (stopping) process.exit(1)
    stopping = true
    logger.info({ signal }, `${name} ends`)
    running.stop().then(
      () => process.exit(0),
      (error) => {
        logger.fatal({ err: error }, `${name} did not end well`)
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}

/** The outermost line of a process: what it throws is told to a person, on standard error, in as few lines as it takes. */
export function runMain(main: () => Promise<void>): void {
  main().catch((error: unknown) => {
    const isExpected = error instanceof ConfigError || isListenError(error)
    console.error(isExpected ? error.message : error)
    process.exit(error instanceof ConfigError ? 2 : 1)
  })
}

function isListenError(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ListenError'
}

async function listen(server: Server, port: number, host: string): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'EADDRINUSE' ? 'is taken by another process' : `cannot be had: ${cause.code}`
      const error = new Error(`Port ${port} on ${host} ${why}`, { cause })
      error.name = 'ListenError'
      reject(error)
    })
    server.listen(port, host, resolve)
  })
  const address = server.address() as AddressInfo
  const shownHost = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  return `http://${shownHost}:${address.port}`
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

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
