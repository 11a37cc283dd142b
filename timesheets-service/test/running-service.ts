import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll } from '@jest/globals'
import type { Problem } from '@timesheets/contracts/problem'
import { checkResponses } from '@timesheets/contracts/test/response-checks'
import type { BatchResponse } from '@timesheets/contracts/upload'
import { identityHeader, requestIdHeader, signIdentity } from '@timesheets/runtime/identity'
import { createLogger } from '@timesheets/runtime/logger'
import { Secret } from '@timesheets/runtime/secret'
import { type RunningServer, startServer } from '@timesheets/runtime/server'
import { type TestDatabase, testDatabase } from '@timesheets/test-postgres/test-database'
import pg from 'pg'
import { readServiceConfig } from '../src/config.ts'
import { createService } from '../src/service.ts'

export const identitySecret = new Secret('a secret of the gateway and the service, for tests')

/** What the gateway would have found out of a caller. */
export const caller = { client: 'contractor-sync', person: 'contractor-sync', scopes: ['batch:upload'] }

/** The scenario's entry, with an identity where one is given. */
export const entry = (members: object = {}) => ({
  user_id: '007',
  date: '2017-05-10T17:40:20.095Z',
  project: 'StoreZero',
  hours: 5,
  ...members,
})

/** An answer to a single entry: the members that tests look at. */
export interface SingleResponse {
  id: number | null
  status: string
  message: string
  version: number
  [member: string]: unknown
}

interface UploadOptions {
  readonly client?: string
  /** With its question mark. */
  readonly query?: string
  readonly headers?: Record<string, string>
}

export interface HttpAnswer<Body> {
  readonly status: number
  readonly headers: Headers
  readonly body: Body
  readonly text: string
}

/** The service over a database of this test file's own, both gone after it. */
export class RunningService {
  readonly #database: TestDatabase
  readonly #server: RunningServer
  readonly #admin: pg.Pool

  private constructor(database: TestDatabase, server: RunningServer) {
    this.#database = database
    this.#server = server
    this.#admin = new pg.Pool({ connectionString: database.url, max: 2, application_name: 'test' })
    this.#admin.on('error', () => {}) // told by the next query
  }

  /** @param databaseUrlOf where the service shall look for the database; by default where it is */
  static async start(
    environment: Record<string, string> = {},
    databaseUrlOf = async (url: string) => url,
  ): Promise<RunningService> {
    const database = await testDatabase()
    const config = readServiceConfig({
      DATABASE_URL: await databaseUrlOf(database.url),
      IDENTITY_SECRET: identitySecret.reveal(),
      SERVICE_PORT: '0',
      DRAIN_WAIT_MS: '0',
      DRAIN_DEADLINE_MS: '1000',
      PUBLIC_URL: 'https://timesheets.example.com',
      ...environment,
    })
    const logger = createLogger('timesheets-service', 'silent')
    const server = await startServer('timesheets-service', createService(config, logger), config, logger)
    checkResponses(server.url, 'service')
    return new RunningService(database, server)
  }

  get url(): string {
    return this.#server.url
  }

  get databaseUrl(): string {
    return this.#database.url
  }

  /** Asks the database itself. */
  async sql<Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.#admin.query<Row>(text, values)).rows
  }

  /** The second port's word. */
  async readiness(): Promise<number> {
    const response = await fetch(`${this.#server.adminUrl}/readyz`)
    await response.arrayBuffer()
    return response.status
  }

  /** Any request, as the gateway would send it on. */
  async send<Body>(
    method: string,
    target: string,
    {
      client = caller.client,
      headers = {},
      body,
    }: { client?: string; headers?: object; body?: string | Uint8Array<ArrayBuffer> },
  ): Promise<HttpAnswer<Body>> {
    const response = await fetch(this.url + target, {
      method,
      headers: { ...(await signedHeaders(method, target, client)), ...headers },
      ...(body === undefined ? {} : { body }),
    })
    const text = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      body: (text === '' ? undefined : JSON.parse(text)) as Body,
      text,
    }
  }

  /** @param body bytes or text as they are, anything else as JSON */
  upload<Body = SingleResponse>(body: unknown, { client, query = '', headers }: UploadOptions = {}) {
    return this.send<Body>('POST', `/timesheets/upload${query}`, {
      ...(client === undefined ? {} : { client }),
      headers: { 'content-type': 'application/json', ...headers },
      body:
        typeof body === 'string' || body instanceof Uint8Array
          ? (body as Uint8Array<ArrayBuffer>)
          : JSON.stringify(body),
    })
  }

  uploadBatch(items: readonly unknown[], options?: UploadOptions): Promise<HttpAnswer<BatchResponse>> {
    return this.upload<BatchResponse>(items, options)
  }

  uploadRefused(body: unknown, options?: UploadOptions): Promise<HttpAnswer<Problem>> {
    return this.upload<Problem>(body, options)
  }

  async stop(): Promise<void> {
    await this.#server.stop()
    await this.#admin.end()
    await this.#database.drop()
  }
}

/** The headers by which the gateway vouches for a request. */
export async function signedHeaders(method: string, target: string, client = caller.client) {
  const requestId = randomUUID()
  const identity = await signIdentity({ ...caller, client }, { method, target, requestId }, identitySecret)
  return { [requestIdHeader]: requestId, [identityHeader]: identity }
}

/** Runs the service for all tests of a file. */
export function runService(environment?: Record<string, string>): () => RunningService {
  let running: RunningService
  beforeAll(async () => {
    running = await RunningService.start(environment)
  })
  afterAll(() => running?.stop())
  return () => running
}
