import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { postgresBinaries } from './binaries.ts'
import { dataFolder, prepareData, superuser } from './data.ts'
import { claim } from './leftovers.ts'
import { type PostgresProcess, runPostgres, StartFailed } from './process.ts'
import { postgresUser } from './user.ts'

export interface PostgresOptions {
  /** Where the data lies (see `dataFolder`): made the first time, used again later. Needed unless `throwaway`. */
  readonly dataDir?: string
  /** Default 0: a free one. */
  readonly port?: number
  /** The database that `url` names; made if missing. Default `timesheets`. */
  readonly database?: string
  /** For tests: nothing is flushed to disk, and without a `dataDir` the data is gone when the server stops. */
  readonly throwaway?: boolean
  /** Takes what the server logs, line by line. */
  readonly log?: (line: string) => void
}

/** A Postgres server that is ready for connections; `url` is the superuser's and holds its password. */
export interface RunningPostgres extends PostgresProcess {
  readonly url: string
}

const always = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  timezone: 'UTC',
  log_timezone: 'UTC',
}

/** https://www.postgresql.org/docs/18/non-durability.html, and connections for many test files at once. */
const nonDurable = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '300',
}

const attempts = 20
const retryAfterMs = 500

/**
 * Starts the real PostgreSQL that npm installed: no other server, no Docker. It listens on loopback only, in UTF-8 and
 * UTC. A data folder whose last server, or that server's owner, was killed is recovered; one in use is left alone. The
 * server ends with this process; where this is killed with -9, the next start on the folder ends it.
 *
 * @throws an Error of one line: the port is taken, the folder cannot be used, there is no Postgres for this platform.
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const { dataDir, port = 0, database = 'timesheets', throwaway = false, log = () => {} } = options
  if (!dataDir && !throwaway) throw new Error('dataDir is needed for data that is to be kept')
  const user = postgresUser()
  const binaries = await postgresBinaries(user)
  const folder = await dataFolder(dataDir ?? path.join(tmpdir(), `timesheets-postgres-${randomUUID()}`), user)
  const discard = async () => {
    if (!dataDir) await rm(folder, { recursive: true, force: true })
  }
  try {
    const password = await prepareData(folder, binaries, user, throwaway)
    await claim(folder)
    const settings = { ...always, ...(throwaway ? nonDurable : {}) }
    const [server, realPort] = await onPort(port, (port) =>
      runPostgres(binaries.postgres, folder, { ...settings, port: String(port) }, user, log),
    )
    const stop = async () => {
      await server.stop()
      await discard()
    }
    const urlOf = (name: string) => `postgresql://${superuser}:${password}@127.0.0.1:${realPort}/${name}`
    await ensureDatabase(urlOf('postgres'), database).catch(async (error) => {
      await server.stop()
      throw error
    })
    return { ...server, url: urlOf(database), stop }
  } catch (error) {
    await discard()
    throw error
  }
}

/** Runs a server on the port, or on a free one for 0. */
async function onPort(
  wished: number,
  run: (port: number) => Promise<PostgresProcess>,
): Promise<[PostgresProcess, number]> {
  for (let attempt = 1; ; attempt++) {
    const port = wished || (await freePort())
    try {
      return [await run(port), port]
    } catch (error) {
      if (!(error instanceof StartFailed)) throw error
      const isTaken = error.message.includes('Address already in use')
      if (isTaken && wished) throw new Error(`Port ${port} is taken by another process`, { cause: error })
      // Taken since it was found free; or the last server's processes have not all noticed yet that it is gone.
      const mayPass = isTaken || error.message.includes('pre-existing shared memory block')
      if (!mayPass || attempt === attempts) throw error
      await sleep(retryAfterMs)
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
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
