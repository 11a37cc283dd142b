import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect } from '@jest/globals'
import { Child, type Listening } from '@timesheets/dev-stack/child'
import { type TestDatabase, testDatabase } from '@timesheets/test-postgres/test-database'
import pg from 'pg'

const root = fileURLToPath(new URL('../..', import.meta.url))
const audience = 'https://api.exampleco.com/timesheets'

/** How a process of contractor-sync ended, and its output. */
export interface Ended {
  readonly code: number | null
  /** The JSON lines of its standard output. */
  readonly lines: readonly Record<string, unknown>[]
  /** The last JSON line: the report of a run. */
  readonly report: Record<string, unknown>
  readonly stdout: string
  readonly stderr: string
}

/** Entries in total; tracker and database must agree. */
export interface EntryTotals {
  readonly count: number
  readonly seconds: number
  readonly ids: readonly string[]
}

/** An entry of the tracker, as its control API shows it. */
export interface TrackedEntry {
  readonly id: number
  readonly spent_date: string
  readonly user: { readonly id: number }
  readonly project: { readonly id: number; readonly name: string }
  readonly hours: number
  readonly notes: string | null
  readonly is_running: boolean
}

export interface SyncProcess {
  readonly ended: Promise<Ended>
  /** Resolves when the text has appeared on standard output `times` times. */
  waitForOutput(text: string, times?: number): Promise<void>
  kill(signal: NodeJS.Signals): void
}

/** Nothing listens there. (fetch refuses to connect to port 1.) */
export const closedPortUrl = 'http://127.0.0.1:2'

/** Everything that contractor-sync needs, as separate processes: issuer, tracker, service, gateway, database. */
export class TestEnvironment {
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'timesheets-sync-'))
  readonly #children: Child[] = []
  #urls: Record<string, string> = {}
  #database!: TestDatabase
  #pool!: pg.Pool

  /** @param environment further settings of timesheets-service */
  async start(environment: Readonly<Record<string, string>> = {}): Promise<void> {
    this.#database = await testDatabase()
    this.#pool = new pg.Pool({ connectionString: this.#database.url, max: 2 })
    const identitySecret = randomBytes(32).toString('hex')
    const [issuer, tracker, service] = await Promise.all([
      this.#start('issuer', 'packages/fake-auth0/src/main.ts', {
        ISSUER_DATA_DIR: path.join(this.#folder, 'issuer'),
        ISSUER_AUDIENCE: audience,
      }),
      this.#start('harvest', 'packages/fake-harvest/src/main.ts', {
        HARVEST_DATA_DIR: path.join(this.#folder, 'harvest'),
        HARVEST_RATE_LIMIT: '0',
        HARVEST_CONTRACTORS: '4',
        HARVEST_WEEKS: '2',
      }),
      this.#start('service', 'timesheets-service/src/main.ts', {
        SERVICE_PORT: '0',
        DATABASE_URL: this.#database.url,
        IDENTITY_SECRET: identitySecret,
        DRAIN_WAIT_MS: '0',
        ...environment,
      }),
    ])
    const gateway = await this.#start('gateway', 'gateway/src/main.ts', {
      GATEWAY_PORT: '0',
      SERVICE_URL: service.url,
      AUTH0_ISSUER: `${issuer.url}/`,
      AUTH0_AUDIENCE: audience,
      ALLOW_HTTP_ISSUER: 'true',
      IDENTITY_SECRET: identitySecret,
      DRAIN_WAIT_MS: '0',
    })
    this.#urls = { issuer: issuer.url, tracker: tracker.url, gateway: gateway.url }
  }

  async stop(): Promise<void> {
    for (const child of this.#children.reverse()) await child.stop()
    await this.#pool?.end()
    await this.#database?.drop()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  /** A path in a folder that `stop` deletes. */
  file(name: string): string {
    return path.join(this.#folder, name)
  }

  /** Settings with which a sync succeeds. */
  get settings(): Record<string, string> {
    return {
      API_URL: this.#urls.gateway!,
      AUTH0_ISSUER: this.#urls.issuer!,
      AUTH0_AUDIENCE: audience,
      AUTH0_CLIENT_ID: 'contractor-sync',
      AUTH0_CLIENT_SECRET: 'local-only-contractor-sync-secret',
      ALLOW_HTTP_ISSUER: 'true',
      HARVEST_URL: this.#urls.tracker!,
      HARVEST_ACCESS_TOKEN: 'local-only-harvest-token',
      HARVEST_ACCOUNT_ID: '1000001',
      HARVEST_PAGE_SIZE: '20',
      RETRY_DEADLINE_SECONDS: '20',
    }
  }

  /** Starts contractor-sync; `environment` overrides the settings. */
  spawn(args: readonly string[], environment: Readonly<Record<string, string>> = {}): SyncProcess {
    const child = spawn(process.execPath, ['contractor-sync/src/main.ts', ...args], {
      cwd: root,
      env: { PATH: process.env.PATH, ...this.settings, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const output = { stdout: '', stderr: '' }
    child.stdout.on('data', (chunk) => (output.stdout += chunk))
    child.stderr.on('data', (chunk) => (output.stderr += chunk))
    const ended = once(child, 'close').then(([code]): Ended => {
      const lines = output.stdout.split('\n').filter((line) => line.startsWith('{'))
      const parsed = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
      return { code, lines: parsed, report: parsed.at(-1) ?? {}, ...output }
    })
    const waitForOutput = async (text: string, times = 1) => {
      while (output.stdout.split(text).length <= times) {
        if (child.exitCode !== null)
          throw new Error(`contractor-sync ended before it wrote "${text}": ${output.stdout}`)
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    }
    return { ended, waitForOutput, kill: (signal) => child.kill(signal) }
  }

  /** Runs a sync to its end; by default over all days. */
  run(
    environment: Readonly<Record<string, string>> = {},
    args: readonly string[] = ['--full'],
  ): Promise<Ended> {
    return this.spawn(['run', ...args], environment).ended
  }

  /** Calls the control API of a stand-in, under `/local/`. */
  async local<T = unknown>(
    server: 'tracker' | 'issuer',
    method: string,
    at: string,
    body?: unknown,
  ): Promise<T> {
    const response = await fetch(`${this.#urls[server]}/local/${at}`, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
    if (!response.ok) throw new Error(`${server} responds with ${response.status} ${await response.text()}`)
    return (await response.json()) as T
  }

  /** Injects faults into the next requests to the tracker. */
  injectFaults(...faults: readonly object[]): Promise<unknown> {
    return this.local('tracker', 'POST', 'faults', faults)
  }

  clearFaults(): Promise<unknown> {
    return this.local('tracker', 'DELETE', 'faults')
  }

  /** All entries of the tracker, whatever its token may see. */
  readTracked(): Promise<TrackedEntry[]> {
    return this.local('tracker', 'GET', 'time_entries')
  }

  /** Totals of the finished entries in the tracker. */
  async readTrackerTotals(): Promise<EntryTotals> {
    const { count, seconds, ids } = await this.local<{ count: number; seconds: number; ids: number[] }>(
      'tracker',
      'GET',
      'entries?finished=true&ids=true',
    )
    return { count, seconds, ids: ids.map(String).sort() }
  }

  /** Totals in Postgres, read without the API. */
  async readStoredTotals(source = 'harvest'): Promise<EntryTotals> {
    const rows = await this.sql<{ external_id: string; seconds: number }>(
      'select external_id, seconds from timesheets where source = $1 and deleted_at is null',
      [source],
    )
    return {
      count: rows.length,
      seconds: rows.reduce((sum, row) => sum + row.seconds, 0),
      ids: rows.map((row) => row.external_id).sort(),
    }
  }

  async sql<Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return (await this.#pool.query(text, [...values])).rows
  }

  /** Deletes all stored entries. */
  async deleteEntries(): Promise<void> {
    await this.sql('truncate timesheets cascade')
  }

  /** Asserts that the next run without faults ends with 0, and that no entry is lost or doubled. */
  async expectRecovery(): Promise<void> {
    await this.clearFaults()
    await this.#waitForLeases()
    const ended = await this.run()
    expect({ code: ended.code, stderr: ended.stderr }).toEqual({ code: 0, stderr: '' })
    expect(await this.readStoredTotals()).toEqual(await this.readTrackerTotals())
  }

  /** A killed run cannot give its lease back: the next one starts when the lease has ended. */
  async #waitForLeases(): Promise<void> {
    const held = `select 1 from sync_runs where status = 'running' and lease_expires_at > now()`
    while ((await this.sql(held)).length > 0) await new Promise((resolve) => setTimeout(resolve, 50))
  }

  async #start(name: string, script: string, environment: Record<string, string>): Promise<Listening> {
    const child = new Child(
      {
        name,
        script: path.join(root, script),
        environment,
        portVariable: `${name.toUpperCase()}_PORT`,
        logFile: path.join(this.#folder, `${name}.log`),
      },
      { died() {}, returned() {} },
    )
    this.#children.push(child)
    return await child.start()
  }
}

/** Starts one environment for all tests of a file. */
export function testEnvironment(environment?: Readonly<Record<string, string>>): TestEnvironment {
  const env = new TestEnvironment()
  beforeAll(() => env.start(environment), 60_000)
  afterAll(() => env.stop(), 60_000)
  return env
}
