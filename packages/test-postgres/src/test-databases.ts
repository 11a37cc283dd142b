import { randomUUID } from 'node:crypto'
import { startPostgres } from '@timesheets/dev-stack/postgres/postgres'
import pg from 'pg'
import { migrate } from '../../../prisma/migrate.ts'
import { postgresContainer, type StartedServer } from './postgres-container.ts'

/** The databases of one jest run, on a server that the first of them starts. */
export class TestDatabases {
  readonly #start: () => Promise<StartedServer>
  #opening: Promise<OpenServer> | undefined

  private constructor(start: () => Promise<StartedServer>) {
    this.#start = start
  }

  /** Chooses the server: `TEST_DATABASE_URL`, else `postgres:18` in Docker, else the embedded one. */
  static async open(): Promise<TestDatabases> {
    return new TestDatabases(await chooseServer())
  }

  async create(migrated: boolean): Promise<{ name: string; url: string }> {
    this.#opening ??= this.#start().then(OpenServer.on)
    return (await this.#opening).create(migrated)
  }

  /** @throws when sessions are still open in it; it is dropped all the same. */
  async drop(name: string): Promise<void> {
    await (await this.#opening)?.drop(name)
  }

  async close(): Promise<void> {
    const server = await this.#opening?.catch(() => undefined)
    await server?.close()
  }
}

async function chooseServer(): Promise<() => Promise<StartedServer>> {
  const url = process.env.TEST_DATABASE_URL
  if (url) return async () => ({ url, stop: async () => {} })
  const embedded = () => startPostgres({ throwaway: true })
  const embeddedInstead = (error: Error) => {
    const reason = error.message.split('\n')[0]
    console.error(`tests: no postgres:18 from Docker (${reason}); the embedded Postgres is used`)
    return embedded
  }
  try {
    const container = await postgresContainer()
    if (!container) return embedded
    return () => container().catch((error) => embeddedInstead(error)())
  } catch (error) {
    return embeddedInstead(error as Error)
  }
}

/** Postgres' code for a database that sessions are still open in. */
const objectInUse = '55006'

class OpenServer {
  readonly #server: StartedServer
  readonly #admin: pg.Pool
  readonly #template: string
  readonly #names = new Set<string>()

  private constructor(server: StartedServer, admin: pg.Pool, template: string) {
    this.#server = server
    this.#admin = admin
    this.#template = template
  }

  static async on(server: StartedServer): Promise<OpenServer> {
    // One connection, so that clones of the template wait for each other.
    const admin = new pg.Pool({ connectionString: server.url, max: 1 })
    admin.on('error', () => {}) // told by the next query
    const opened = new OpenServer(server, admin, nameOf('template'))
    try {
      await opened.#createFrom('template0', opened.#template)
      await migrate(opened.#urlOf(opened.#template))
      return opened
    } catch (error) {
      await opened.close()
      throw error
    }
  }

  async create(migrated: boolean): Promise<{ name: string; url: string }> {
    const name = nameOf('test')
    await this.#createFrom(migrated ? this.#template : 'template0', name)
    return { name, url: this.#urlOf(name) }
  }

  async drop(name: string): Promise<void> {
    this.#names.delete(name)
    try {
      await this.#admin.query(`drop database if exists "${name}"`) // waits 5 s for sessions that are about to end
    } catch (error) {
      if ((error as { code?: string }).code !== objectInUse) throw error
      const { rows } = await this.#admin.query(
        'select application_name, left(query, 80) as query from pg_stat_activity where datname = $1',
        [name],
      )
      await this.#admin.query(`drop database "${name}" with (force)`)
      const sessions = rows.map((row) => `${row.application_name || 'unnamed'}: ${row.query}`).join('; ')
      throw new Error(`left open when it was dropped: ${sessions}`)
    }
  }

  async close(): Promise<void> {
    for (const name of this.#names) {
      await this.#admin.query(`drop database if exists "${name}" with (force)`).catch(() => {}) // the server may be gone
    }
    await this.#admin.end()
    await this.#server.stop()
  }

  async #createFrom(template: string, name: string): Promise<void> {
    this.#names.add(name)
    await this.#admin.query(`create database "${name}" template "${template}"`)
  }

  #urlOf(name: string): string {
    const url = new URL(this.#server.url)
    url.pathname = `/${name}`
    return url.href
  }
}

function nameOf(kind: string): string {
  return `${kind}_${randomUUID().replaceAll('-', '')}`
}
