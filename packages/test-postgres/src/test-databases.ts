import { randomUUID } from 'node:crypto'
import { startPostgres } from '@timesheets/dev-stack/postgres/postgres'
import pg from 'pg'
import { migrate } from '../../../prisma/migrate.ts'
import { preparePostgresContainer, type StartedServer } from './postgres-container.ts'

/** The databases of one jest run. The first one starts the server. */
export class TestDatabases {
  readonly #start: () => Promise<StartedServer>
  #server: Promise<TestServer> | undefined

  private constructor(start: () => Promise<StartedServer>) {
    this.#start = start
  }

  /** Chooses the server: `TEST_DATABASE_URL`, else `postgres:18` in Docker, else the embedded Postgres. */
  static async open(): Promise<TestDatabases> {
    return new TestDatabases(await chooseServer())
  }

  async create(migrated: boolean): Promise<{ name: string; url: string }> {
    this.#server ??= this.#start().then(TestServer.prepare)
    return (await this.#server).create(migrated)
  }

  /** @throws {Error} when sessions are still open in it; the database is dropped all the same */
  async drop(name: string): Promise<void> {
    await (await this.#server)?.drop(name)
  }

  async close(): Promise<void> {
    const server = await this.#server?.catch(() => undefined)
    await server?.close()
  }
}

async function chooseServer(): Promise<() => Promise<StartedServer>> {
  const url = process.env.TEST_DATABASE_URL
  if (url) return async () => ({ url, stop: async () => {} })
  const startEmbedded = () => startPostgres({ throwaway: true })
  const fallBack = (error: Error) => {
    const reason = error.message.split('\n')[0]?.trim()
    console.error(`tests: using the embedded Postgres, because postgres:18 does not run in Docker: ${reason}`)
    return startEmbedded
  }
  try {
    const startContainer = await preparePostgresContainer()
    if (!startContainer) return startEmbedded
    return () => startContainer().catch((error) => fallBack(error)())
  } catch (error) {
    return fallBack(error as Error)
  }
}

/** SQLSTATE object_in_use: sessions are still open in the database. */
const objectInUse = '55006'

class TestServer {
  readonly #server: StartedServer
  readonly #admin: pg.Pool
  readonly #template: string
  readonly #names = new Set<string>()

  private constructor(server: StartedServer, admin: pg.Pool, template: string) {
    this.#server = server
    this.#admin = admin
    this.#template = template
  }

  /** Creates the migrated template on a server. */
  static async prepare(server: StartedServer): Promise<TestServer> {
    // One connection: Postgres cannot clone the same template twice at the same time.
    const admin = new pg.Pool({ connectionString: server.url, max: 1 })
    admin.on('error', () => {}) // the next query reports it
    const testServer = new TestServer(server, admin, createName('template'))
    try {
      await testServer.#clone('template0', testServer.#template)
      await migrate(testServer.#buildUrl(testServer.#template))
      return testServer
    } catch (error) {
      await testServer.close()
      throw error
    }
  }

  async create(migrated: boolean): Promise<{ name: string; url: string }> {
    const name = createName('test')
    await this.#clone(migrated ? this.#template : 'template0', name)
    return { name, url: this.#buildUrl(name) }
  }

  async drop(name: string): Promise<void> {
    this.#names.delete(name)
    try {
      await this.#admin.query(`drop database if exists "${name}"`) // waits up to 5 s for sessions to end
    } catch (error) {
      if ((error as { code?: string }).code !== objectInUse) throw error
      const { rows } = await this.#admin.query(
        'select application_name, left(query, 80) as query from pg_stat_activity where datname = $1',
        [name],
      )
      await this.#admin.query(`drop database "${name}" with (force)`)
      const sessions = rows.map((row) => `${row.application_name || 'unnamed'}: ${row.query}`).join('; ')
      throw new Error(`sessions were still open when the database was dropped: ${sessions}`)
    }
  }

  async close(): Promise<void> {
    for (const name of this.#names) {
      await this.#admin.query(`drop database if exists "${name}" with (force)`).catch(() => {}) // the server may have stopped
    }
    await this.#admin.end()
    await this.#server.stop()
  }

  async #clone(template: string, name: string): Promise<void> {
    this.#names.add(name)
    await this.#admin.query(`create database "${name}" template "${template}"`)
  }

  #buildUrl(name: string): string {
    const url = new URL(this.#server.url)
    url.pathname = `/${name}`
    return url.href
  }
}

function createName(kind: string): string {
  return `${kind}_${randomUUID().replaceAll('-', '')}`
}
