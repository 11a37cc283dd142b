import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'

/** The database or its migration lock was not available in time. A later attempt may succeed. */
export class DatabaseUnavailable extends Error {
  override name = 'DatabaseUnavailable'
}

/** The server's certificate is not trusted, or the server has none. A person has to correct the settings. */
export class UntrustedServer extends Error {
  override name = 'UntrustedServer'
}

/**
 * The key of Prisma's own advisory lock for migrations, so that a simultaneous `prisma migrate deploy` waits too. The
 * engine acquires the lock again in the same session, which Postgres allows.
 */
const migrationLock = 72707369

const retryAfterMs = 250

/** Network errors and SQLSTATEs of a database that is not available yet. */
const transientCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EPIPE',
  '57P03', // cannot_connect_now: starting up, shutting down or recovering
  '57P01', // admin_shutdown: the temporary server during the initialization of a container
  '53300', // too_many_connections
  '08006', // connection_failure, which poolers send while their server is unavailable
])

/**
 * A pool in which every query uses the one connection that holds the migration lock. pg's own pool closes a connection
 * after each error of a statement, which would release the lock.
 */
export class LockedSession extends pg.Pool {
  #client: pg.PoolClient | undefined
  #isLost = false

  /** True once the connection broke: the lock is released, and every further query fails. */
  get isLost(): boolean {
    return this.#isLost
  }

  /** Tries to acquire the lock. Polls instead of waiting: a waiting statement would block `create index concurrently`. */
  async tryLock(): Promise<boolean> {
    const client = await this.connect()
    // The next query reports a broken connection. Without a listener, this event would end the process.
    client.on('error', () => {
      this.#isLost = true
    })
    try {
      const { rows } = await client.query('select pg_try_advisory_lock($1) as locked', [migrationLock])
      if (!rows[0].locked) return false
      // After SIGKILL of this process, the server ends a running script within a second and rolls it back.
      await client.query("set client_connection_check_interval = '1s'")
      this.#isLost = false
      this.#client = client
      return true
    } finally {
      if (this.#client === undefined) client.release(true)
    }
  }

  // biome-ignore lint/suspicious/noExplicitAny: all overloads of pg are passed through
  override async query(...args: any[]): Promise<any> {
    if (this.#client === undefined) throw new Error('The session does not hold the lock')
    return this.#client.query(...(args as [string]))
  }

  override async end(): Promise<void> {
    this.#client?.release(true)
    await super.end()
  }
}

/**
 * Opens a session that holds the migration lock, so that simultaneous migrates run one after the other.
 * The connection must be direct: a session lock does not work behind a transaction pooler.
 *
 * @param waitMs the total time to wait for the database and for another migrate
 * @param signal stops waiting when it is aborted
 * @throws {DatabaseUnavailable} after that time
 * @throws {UntrustedServer} when no secure connection is possible
 */
export async function openLockedSession(
  databaseUrl: string,
  waitMs: number,
  signal?: AbortSignal,
): Promise<LockedSession> {
  const session = new LockedSession({
    connectionString: databaseUrl,
    max: 1,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    application_name: 'migrate',
  })
  session.on('error', () => {})
  const deadline = Date.now() + waitMs
  const database = describeDatabase(databaseUrl)
  try {
    for (;;) {
      const reason = await tryLock(session)
      if (!reason) return session
      if (signal?.aborted) throw new DatabaseUnavailable(`${database} ${reason}; stopped waiting`)
      if (Date.now() >= deadline) {
        throw new DatabaseUnavailable(`${database} ${reason}; gave up after ${Math.round(waitMs / 1000)} s`)
      }
      await sleep(retryAfterMs)
    }
  } catch (error) {
    await session.end()
    throw error
  }
}

/** Tries to acquire the lock. Returns the reason when it is not available; undefined on success. */
async function tryLock(session: LockedSession): Promise<string | undefined> {
  try {
    return (await session.tryLock()) ? undefined : 'is being migrated by another process'
  } catch (error) {
    if (isUntrusted(error)) throw new UntrustedServer(`no secure connection: ${(error as Error).message}`)
    if (!isTransient(error)) throw error
    return `cannot be reached (${readCode(error) ?? 'timed out'})`
  }
}

/** The codes of OpenSSL's verification (X509_V_ERR_…) and of Node's check of the host name. */
function isUntrusted(error: unknown): boolean {
  if (/CERT|SIGNATURE|ERR_TLS|ERR_SSL/.test(readCode(error) ?? '')) return true
  return error instanceof Error && error.message === 'The server does not support SSL connections'
}

function isTransient(error: unknown): boolean {
  const code = readCode(error)
  if (code) return transientCodes.has(code)
  // pg sets no code when connecting timed out or the connection was closed during the handshake.
  return error instanceof Error && /timeout|terminated/i.test(error.message)
}

function readCode(error: unknown): string | undefined {
  if (error instanceof AggregateError) return readCode(error.errors[0])
  const value = (error as { code?: unknown } | undefined)?.code
  return typeof value === 'string' ? value : undefined
}

/** Formats host, port and name of a database, without user and password. */
function describeDatabase(databaseUrl: string): string {
  const { hostname, port, pathname } = new URL(databaseUrl)
  return `database ${pathname.slice(1) || '(default)'} at ${hostname}:${port || 5432}`
}
