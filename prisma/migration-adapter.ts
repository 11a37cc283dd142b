import { PrismaPg } from '@prisma/adapter-pg'
import { ColumnTypeEnum, DriverAdapterError } from '@prisma/driver-adapter-utils'
import pg from 'pg'

/**
 * Prisma's pg adapter with three repairs that migrations need (each seen to fail with @prisma/adapter-pg 7.10.0):
 *
 * - Its `executeScript` cuts a script at every semicolon, also inside a function's body or a string, and commits each
 *   piece on its own. Sent whole, a script is one simple query, which Postgres runs as one transaction
 *   (https://www.postgresql.org/docs/18/protocol-flow.html#PROTOCOL-FLOW-MULTI-STATEMENT): all of it or nothing,
 *   as with Prisma's native engine.
 * - Its shadow database is the database itself where the connection is given as a URL (pg prefers the URL's name), and
 *   it is dropped while still connected to.
 * - It refuses `"char"`, the type of Postgres' own catalogs that the engine reads to describe a shadow database.
 */
export class MigrationAdapter extends PrismaPg {
  readonly #databaseUrl: string

  /** @param databaseUrl The server on which a shadow database may be made, should the engine ask for one. */
  constructor(pool: pg.Pool, databaseUrl: string) {
    super(pool)
    this.#databaseUrl = databaseUrl
  }

  override async connect() {
    const adapter = await super.connect()
    adapter.executeScript = (script) => runWhole(adapter.underlyingDriver(), script)
    return adapter
  }

  override async connectToShadowDb() {
    const name = `shadow_${crypto.randomUUID().replaceAll('-', '')}`
    const shadowUrl = new URL(this.#databaseUrl)
    shadowUrl.pathname = `/${name}`

    const server = (await super.connect()).underlyingDriver()
    await server.query(`create database "${name}"`)
    const pool = new CatalogPool({ connectionString: shadowUrl.href })
    const adapter = await new MigrationAdapter(pool, shadowUrl.href).connect()
    const queryRaw = adapter.queryRaw.bind(adapter)
    adapter.queryRaw = async (query) => {
      const result = await queryRaw(query)
      const charColumns = pool.charColumns.get(result.rows) ?? []
      for (const column of charColumns) result.columnTypes[column] = ColumnTypeEnum.Character
      return result
    }
    adapter.dispose = async () => {
      await pool.end()
      await server.query(`drop database "${name}"`)
    }
    return adapter
  }
}

async function runWhole(pool: pg.Pool, script: string): Promise<void> {
  try {
    await pool.query(script)
  } catch (error) {
    // The shape in which the engine expects, and records, a failure of the database.
    if (!(error instanceof pg.DatabaseError)) throw error
    const { code = 'N/A', severity = 'ERROR', message, detail, column, hint } = error
    throw new DriverAdapterError({ kind: 'postgres', code, severity, message, detail, column, hint })
  }
}

/**
 * Connections to a database whose catalogs are read. `"char"` is passed off as text, to get past the adapter, and which
 * columns were such is kept for the engine, which does not take text for it.
 */
class CatalogPool extends pg.Pool {
  readonly charColumns = new WeakMap<unknown[], number[]>()

  // biome-ignore lint/suspicious/noExplicitAny: pg's own overloads, all passed through as they are
  override async query(...args: any[]): Promise<any> {
    const result = await super.query(...(args as [string]))
    if (!Array.isArray(result)) this.#noteChars(result) // else a script's results, which nobody reads
    return result
  }

  #noteChars({ fields, rows }: pg.QueryResult): void {
    const columns: number[] = []
    for (const [column, field] of fields.entries()) {
      if (field.dataTypeID !== pg.types.builtins.CHAR) continue
      field.dataTypeID = pg.types.builtins.TEXT
      columns.push(column)
    }
    this.charColumns.set(rows, columns)
  }
}
