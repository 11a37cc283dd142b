import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'

import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { freePort } from '../free-port.ts'
import { postgresBinaries } from './binaries.ts'
import { prepareDataDir, resolveDataDir, superuser } from './data.ts'
import { ownDataDir } from './owner.ts'
import { type PostgresProcess, PostgresStartError, runPostgres } from './process.ts'
import { claimDataDir } from './stale-server.ts'
import { postgresUser } from './user.ts'

export interface PostgresOptions {
  /** The data folder (see `resolveDataDir`): created by the first start, reused later. Required unless `throwaway`. */
  readonly dataDir?: string
  /** Default 0: a free port. */
  readonly port?: number
  /** The database in `url`; created when it is missing. Default `timesheets`. */
  readonly database?: string
  /** For tests: flushes nothing to disk, and without a `dataDir` deletes the data when the server stops. */
  readonly throwaway?: boolean
  /** Called with each line that the server logs. */
  readonly log?: (line: string) => void
}

/** A Postgres server that is ready for connections. `url` contains the superuser's name and password. */
export interface RunningPostgres extends PostgresProcess {
  readonly url: string
}

const always = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  timezone: 'UTC',
  log_timezone: 'UTC',
}

/** https://www.postgresql.org/docs/18/non-durability.html, and enough connections for many test files at once. */
const nonDurable = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '300',
}

const maxAttempts = 20
const retryAfterMs = 500

/**
 * Starts the PostgreSQL that npm installed, without Docker. The server listens on loopback only, in UTF-8 and UTC. A
 * data folder whose last server or its owner was killed is recovered; a folder in use is left alone. The server stops
 * with this process; after a SIGKILL of this process, the next start on the folder stops the old server.
 *
 * @throws {Error} with one line, when the port is taken, the folder cannot be used, or the platform has no Postgres
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const { dataDir, port = 0, database = 'timesheets', throwaway = false, log = () => {} } = options
  if (!dataDir && !throwaway) throw new Error('dataDir is required unless throwaway is true')
  const user = postgresUser()
  const binaries = await postgresBinaries(user)
  const folder = await resolveDataDir(
    dataDir ?? path.join(tmpdir(), `timesheets-postgres-${randomUUID()}`),
    user,
  )
  const release = await ownDataDir(folder)
  const discard = async () => {
    release()
    if (!dataDir) await rm(folder, { recursive: true, force: true })
  }
  try {
    const password = await prepareDataDir(folder, binaries, user, throwaway)
    await claimDataDir(folder)
    const settings = { ...always, ...(throwaway ? nonDurable : {}) }
    const [server, actualPort] = await startOnPort(port, (port) =>
      runPostgres(binaries.postgres, folder, { ...settings, port: String(port) }, user, log),
    )
    const stop = async () => {
      await server.stop()
      await discard()
    }
    const buildUrl = (name: string) => `postgresql://${superuser}:${password}@127.0.0.1:${actualPort}/${name}`
    await ensureDatabase(buildUrl('postgres'), database).catch(async (error) => {
      await server.stop()
      throw error
    })
    return { ...server, url: buildUrl(database), stop }
  } catch (error) {
    await discard()
    throw error
  }
}

/** Runs a server on the port; 0 means a free port. Retries when the failure may pass. */
async function startOnPort(
  requested: number,
  run: (port: number) => Promise<PostgresProcess>,
): Promise<[PostgresProcess, number]> {
  for (let attempt = 1; ; attempt++) {
    const port = requested || (await freePort())
    try {
      return [await run(port), port]
    } catch (error) {
      if (!(error instanceof PostgresStartError)) throw error
      const isTaken = error.message.includes('Address already in use')
      if (isTaken && requested) throw new Error(`Port ${port} is taken by another process`, { cause: error })
      // The free port was taken meanwhile, or backends of the previous server have not exited yet.
      const isRetryable = isTaken || error.message.includes('pre-existing shared memory block')
      if (!isRetryable || attempt === maxAttempts) throw error
      await sleep(retryAfterMs)
    }
  }
}

async function ensureDatabase(serverUrl: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl })
  await client.connect()
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name])
    if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(name)}`)
  } finally {
    await client.end()
  }
}
