import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'

/** The database could not be had in time: trying again later may help. */
export class DatabaseUnavailable extends Error {
  override name = 'DatabaseUnavailable'
}

/**
 * The key of Prisma's own advisory lock for migrations. Taken here first, it also keeps a `prisma migrate deploy` out;
 * the engine then takes it again in the same session, which Postgres allows.
 */
const migrationLock = 72707369

const retryAfterMs = 250

/** What a server answers, or a network says, while a database is still coming up. */
const notYet = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EPIPE',
  '57P03', // cannot_connect_now: starting up, shutting down or recovering
  '57P01', // admin_shutdown: the first server of a fresh container, before the real one
  '53300', // too_many_connections
  '08006', // connection_failure, which poolers answer for a server that is away
])

/**
 * A pool of one connection that holds the migration lock, so that of several migrates one works and the others wait.
 * It must be a direct connection: behind a transaction pooler a session's lock means nothing.
 *
 * @param waitMs How long to wait in all for a database that is not up yet and for another migrate to end.
 * @throws {DatabaseUnavailable} when that time is over.
 */
export async function lockedSession(databaseUrl: string, waitMs: number): Promise<pg.Pool> {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: 1,
    idleTimeoutMillis: 0, // the lock lives as long as the connection
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    application_name: 'migrate',
  })
  // An idle connection that breaks is found out by the next query; unheard, the event would end the process.
  pool.on('error', () => {})
  const deadline = Date.now() + waitMs
  const where = describe(databaseUrl)
  try {
    for (;;) {
      const reason = await tryLock(pool)
      if (!reason) return pool
      if (Date.now() >= deadline) {
        throw new DatabaseUnavailable(`${where} ${reason}, after waiting ${Math.round(waitMs / 1000)} s`)
      }
      await sleep(retryAfterMs)
    }
  } catch (error) {
    await pool.end()
    throw error
  }
}

/** Why the lock is not to be had just now; undefined when it is held. */
async function tryLock(pool: pg.Pool): Promise<string | undefined> {
  try {
    // Asked again and again, not waited for: a waiting statement would hold up `create index concurrently`.
    const { rows } = await pool.query('select pg_try_advisory_lock($1) as locked', [migrationLock])
    return rows[0].locked ? undefined : 'is being migrated by another process'
  } catch (error) {
    if (!isNotYet(error)) throw error
    return `cannot be reached (${code(error) ?? 'timed out'})`
  }
}

function isNotYet(error: unknown): boolean {
  const known = code(error)
  if (known) return notYet.has(known)
  // pg has no code for a connection that took too long or was cut while it was made.
  return error instanceof Error && /timeout|terminated/i.test(error.message)
}

function code(error: unknown): string | undefined {
  if (error instanceof AggregateError) return code(error.errors[0])
  const value = (error as { code?: unknown } | undefined)?.code
  return typeof value === 'string' ? value : undefined
}

/** Host, port and name of a database; never its user or password. */
function describe(databaseUrl: string): string {
  const { hostname, port, pathname } = new URL(databaseUrl)
  return `database ${pathname.slice(1) || 'of the user'} at ${hostname}:${port || 5432}`
}
