import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { AddressInfo, Socket, Server as TcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from '@jest/globals'
import { checkResponse, checkResponses } from '@timesheets/contracts/test/response-checks'
import { createIssuer } from '@timesheets/fake-auth0/issuer'
import { createExpressApp } from '@timesheets/runtime/http/express-app'
import { problemHandler } from '@timesheets/runtime/http/problem-handler'
import { startServer } from '@timesheets/runtime/http/server'
import { createLogger, type Logger, type LogOutput } from '@timesheets/runtime/logger'
import { Secret } from '@timesheets/runtime/secret'
import request from 'supertest'
import { createGateway, type GatewayOverrides } from '../src/app.ts'
import type { GatewayConfig } from '../src/config.ts'
import { createServiceProxy } from '../src/proxy/service-proxy.ts'

export const audience = 'https://api.exampleco.com/timesheets'
export const identitySecret = new Secret('a secret of the tests, long enough to be one')
export const publicUrl = 'https://api.exampleco.test'
export const uploadPath = '/timesheets/upload'

const endings: (() => unknown)[] = []

afterAll(async () => {
  for (const end of endings.reverse()) await end()
})

/** What `POST /local/tokens` takes. */
export interface TokenRequest {
  readonly claims?: Record<string, unknown>
  readonly header?: Record<string, unknown>
  readonly expiresInSeconds?: number
  readonly kid?: string
  readonly key?: 'current' | 'next' | 'previous' | 'stranger'
}

/** The local issuer, which signs what a test asks for; it ends with the test file. */
export async function startIssuer() {
  const dataDir = await mkdtemp(join(tmpdir(), 'gateway-issuer-'))
  const issuer = await createIssuer({
    port: 0,
    host: '127.0.0.1',
    url: undefined,
    audience,
    dataDir,
    contractorSyncSecret: new Secret('local-only-contractor-sync-secret'),
  })
  const base = await issuer.listen()
  endings.push(async () => {
    await issuer.close()
    await rm(dataDir, { recursive: true })
  })
  const control = async (path: string, body: unknown = {}): Promise<Record<string, unknown>> => {
    const response = await fetch(`${base}/local/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (!response.ok) throw new Error(`the issuer refused ${path}: ${await response.text()}`)
    return (await response.json()) as Record<string, unknown>
  }
  return {
    issuer: issuer.url,
    jwksUri: `${base}/.well-known/jwks.json`,
    control,
    /** A token that permits uploads, changed as requested. */
    async token({ claims = {}, ...order }: TokenRequest = {}): Promise<string> {
      const whole = { sub: 'sync@clients', azp: 'sync', scope: 'batch:upload', ...claims }
      return (await control('tokens', { ...order, claims: whole })).access_token as string
    },
    close: () => issuer.close(),
  }
}

export type StartedIssuer = Awaited<ReturnType<typeof startIssuer>>

/** Starts a server, which listens until the test file ends, and returns its URL. */
export async function listen(server: Server | TcpServer): Promise<string> {
  // A connection that is not read does not notice that its peer is gone, and would keep the process.
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  endings.push(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A request that reached the service. */
export interface ReceivedRequest {
  readonly method: string
  readonly target: string
  readonly headers: IncomingMessage['headers']
  readonly rawHeaders: readonly string[]
  /** The whole body, once it has been received. */
  readonly body: Promise<string>
}

/** A service that records its requests; without `respond` it responds `{"ok":true}` after the whole body. */
export async function startService(respond?: RequestListener) {
  const requests: ReceivedRequest[] = []
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    const chunks: Buffer[] = []
    const body = new Promise<string>((resolve) => {
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.once('end', () => resolve(Buffer.concat(chunks).toString()))
    })
    requests.push({
      method: request.method!,
      target: request.url!,
      headers: request.headers,
      rawHeaders: request.rawHeaders,
      body,
    })
    if (respond !== undefined) {
      respond(request, response)
      return
    }
    body.then(() => response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}'))
  })
  const url = await listen(server)
  return { url, requests, server }
}

interface TestLoggers {
  readonly logger?: Logger
  readonly accessLog?: LogOutput
}

/** A logger whose lines a test reads. */
export function recordLogs() {
  const lines: Record<string, unknown>[] = []
  const output: LogOutput = { write: (line) => void lines.push(JSON.parse(line)) }
  return { lines, output, logger: createLogger('test', 'debug', output) }
}

/** A gateway on a free port, with the issuer and the service of the test. */
export async function startGateway(
  parts: { issuer: Pick<StartedIssuer, 'issuer' | 'jwksUri'>; serviceUrl: string },
  config: Partial<GatewayConfig> = {},
  overrides: GatewayOverrides = {},
  loggers: TestLoggers = {},
) {
  const logger = loggers.logger ?? createLogger('gateway', 'silent')
  const whole: GatewayConfig = {
    host: '127.0.0.1',
    port: 0,
    adminPort: 0,
    logLevel: 'silent',
    drainWaitMs: 0,
    drainDeadlineMs: 100,
    publicUrl,
    serviceUrl: parts.serviceUrl,
    serviceTimeoutMs: 10_000,
    identitySecret,
    auth0Domain: undefined,
    auth0CustomDomains: [],
    auth0Audience: audience,
    auth0Issuer: parts.issuer.issuer,
    auth0JwksUri: undefined,
    allowHttpIssuer: true,
    jwksMaxAgeMs: 600_000,
    jwksMaxStaleMs: 3_600_000,
    accessLog: false,
    userClaim: 'https://api.exampleco.com/email',
    corsOrigins: [],
    issuers: [parts.issuer.issuer],
    jwksUri: parts.issuer.jwksUri,
    ...config,
  }
  const running = await startServer(
    'gateway',
    createGateway(whole, logger, loggers.accessLog, overrides),
    whole,
    logger,
  )
  endings.push(() => running.stop())
  checkResponses(running.url, 'gateway')
  return running
}

/** The proxy alone, in an express app that authenticated the caller. */
export async function startProxy(serviceUrl: string): Promise<string> {
  const proxy = createServiceProxy({ serviceUrl, serviceTimeoutMs: 10_000, identitySecret })
  endings.push(() => proxy.close())
  const app = createExpressApp()
    .use((_request, response, next) => {
      response.locals.requestId = 'id'
      response.locals.identity = { client: 'c', person: 'p', subject: 'p', scopes: [] }
      next()
    })
    .use(proxy.forward)
    .use(problemHandler(createLogger('test', 'silent')))
  return listen(createServer(app))
}

/** A client of a gateway. A response of the gateway that is not as documented fails the test. */
export function createClient(url: string) {
  return async (
    method: string,
    path: string,
    headers: Record<string, string> = {},
    body?: string,
  ): Promise<request.Response> => {
    const call = request(url)[method.toLowerCase() as 'get'](path).set(headers)
    const response = await (body === undefined ? call : call.send(body))
    const { status, text = '' } = response
    checkResponse('gateway', method, path, { status, headers: new Headers(response.headers), text })
    return response
  }
}

/** Issuer, service and gateway, as most tests need them. */
export async function startStack(
  respond?: RequestListener,
  config: Partial<GatewayConfig> = {},
  overrides: GatewayOverrides = {},
  loggers: TestLoggers = {},
) {
  const [issuer, service] = await Promise.all([startIssuer(), startService(respond)])
  const { url, adminUrl } = await startGateway(
    { issuer, serviceUrl: service.url },
    config,
    overrides,
    loggers,
  )
  const call = createClient(url)
  const upload = (token: string, headers: Record<string, string> = {}) =>
    call(
      'POST',
      uploadPath,
      { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
      '{}',
    )
  return { issuer, service, url, adminUrl, call, upload }
}
