import { afterAll, beforeAll } from '@jest/globals'
import type { Problem } from '@timesheets/contracts/problem'
import type { BatchResponse } from '@timesheets/contracts/upload'
import { type RunningServer, startServer } from '@timesheets/runtime/http/server'
import { createLogger } from '@timesheets/runtime/logger'
import { type TestDatabase, testDatabase } from '@timesheets/test-postgres/test-database'
import type { Express } from 'express'
import pg from 'pg'
import { createService } from '../src/app.ts'
import { readServiceConfig, type ServiceConfig } from '../src/config.ts'
import { Client, identitySecret, syncIdentity, type TestResponse } from './client.ts'

/** The entry of the scenario, with other or more fields. */
export const entry = (fields: object = {}) => ({
  user_id: '007',
  date: '2017-05-10T17:40:20.095Z',
  project: 'StoreZero',
  hours: 5,
  ...fields,
})

/** The response to a single entry, as far as tests look at it. */
export interface SingleResponse {
  id: number | null
  status: string
  message: string
  version: number
  [field: string]: unknown
}

interface UploadOptions {
  readonly client?: string
  readonly person?: string
  /** With its question mark. */
  readonly query?: string
  readonly headers?: Record<string, string>
}

const logger = createLogger('timesheets-service', 'silent')

/** The service over a database of its own. Tests call its express app; those that need a socket call `listen`. */
export class TestService {
  readonly #database: TestDatabase
  readonly #config: ServiceConfig
  readonly #service: ReturnType<typeof createService>
  readonly #pool: pg.Pool
  #server: Promise<RunningServer> | undefined

  private constructor(database: TestDatabase, config: ServiceConfig) {
    this.#database = database
    this.#config = config
    this.#service = createService(config, logger)
    this.#pool = new pg.Pool({ connectionString: database.url, max: 2, application_name: 'test' })
    this.#pool.on('error', () => undefined) // the next query reports it
  }

  /** @param toDatabaseUrl the URL that the service uses; by default the database's own */
  static async start(
    environment: Record<string, string> = {},
    toDatabaseUrl = async (url: string) => url,
  ): Promise<TestService> {
    const database = await testDatabase()
    const config = readServiceConfig({
      DATABASE_URL: await toDatabaseUrl(database.url),
      IDENTITY_SECRET: identitySecret.reveal(),
      SERVICE_PORT: '0',
      DRAIN_WAIT_MS: '0',
      DRAIN_DEADLINE_MS: '1000',
      PUBLIC_URL: 'https://timesheets.example.com',
      ...environment,
    })
    return new TestService(database, config)
  }

  get app(): Express {
    return this.#service.app
  }

  get databaseUrl(): string {
    return this.#database.url
  }

  /** Starts a server, for tests that need raw sockets, and returns its URL. */
  async listen(): Promise<string> {
    this.#server ??= startServer('timesheets-service', this.#service, this.#config, logger)
    return (await this.#server).url
  }

  /** The same, and returns the URL of the second port. */
  async listenAdmin(): Promise<string> {
    await this.listen()
    return (await this.#server!).adminUrl
  }

  /** Queries the database directly. */
  async sql<Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.#pool.query<Row>(text, values)).rows
  }

  async isReady(): Promise<boolean> {
    return Object.keys(await this.#service.readiness()).length === 0
  }

  /** Sends a request as contractor-sync; `body` as for `Client.request`. */
  request<Body>(
    method: string,
    target: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<TestResponse<Body>> {
    return new Client(() => this.app, syncIdentity).request<Body>(method, target, body, headers)
  }

  /** Uploads as a program; `body` as for `Client.request`. */
  upload<Body = SingleResponse>(
    body: unknown,
    { client = syncIdentity.client, person = syncIdentity.person, query = '', headers }: UploadOptions = {},
  ): Promise<TestResponse<Body>> {
    const uploader = new Client(() => this.app, { ...syncIdentity, client, person })
    return uploader.request<Body>('POST', `/timesheets/upload${query}`, body, headers)
  }

  uploadBatch(items: readonly unknown[], options?: UploadOptions): Promise<TestResponse<BatchResponse>> {
    return this.upload<BatchResponse>(items, options)
  }

  /** An upload that is rejected as a whole. */
  uploadRejected(body: unknown, options?: UploadOptions): Promise<TestResponse<Problem>> {
    return this.upload<Problem>(body, options)
  }

  async stop(): Promise<void> {
    if (this.#server !== undefined) await (await this.#server).stop()
    else await this.#service.close()
    await this.#pool.end()
    await this.#database.drop()
  }
}

/** Runs the service for all tests of a file. */
export function useService(environment?: Record<string, string>): () => TestService {
  let service: TestService
  beforeAll(async () => {
    service = await TestService.start(environment)
  })
  afterAll(() => service?.stop())
  return () => service
}
