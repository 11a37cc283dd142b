import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'

/** The database or its migration lock was not available in time. A later attempt may succeed. */
export class DatabaseUnavailable extends Error {
  override name = 'DatabaseUnavailable'
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
 * Opens a pool of one connection that holds the migration lock, so that simultaneous migrates run one after the other.
 * The connection must be direct: a session lock does not work behind a transaction pooler.
 *
 * @param waitMs the total time to wait for the database and for another migrate
 * @throws {DatabaseUnavailable} after that time
 */
export async function openLockedSession(databaseUrl: string, waitMs: number): Promise<pg.Pool> {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: 1,
    idleTimeoutMillis: 0, // closing the connection would release the lock
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    application_name: 'migrate',
  })
  // The next query reports a broken connection. Without a listener, this event would end the process.
  pool.on('error', () => {})
  const deadline = Date.now() + waitMs
  const database = describeDatabase(databaseUrl)
  try {
    for (;;) {
      const reason = await tryLock(pool)
      if (!reason) return pool
      if (Date.now() >= deadline) {
        throw new DatabaseUnavailable(`${database} ${reason}; gave up after ${Math.round(waitMs / 1000)} s`)
      }
      await sleep(retryAfterMs)
    }
  } catch (error) {
    await pool.end()
    throw error
  }
}

/** Tries to acquire the lock. Returns the reason when it is not available; undefined on success. */
async function tryLock(pool: pg.Pool): Promise<string | undefined> {
  try {
    // Polls instead of waiting: a waiting statement would block `create index concurrently`.
    const { rows } = await pool.query('select pg_try_advisory_lock($1) as locked', [migrationLock])
    return rows[0].locked ? undefined : 'is being migrated by another process'
  } catch (error) {
    if (!isTransient(error)) throw error
    return `cannot be reached (${readCode(error) ?? 'timed out'})`
  }
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
