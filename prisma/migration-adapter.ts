import { PrismaPg } from '@prisma/adapter-pg'
import { ColumnTypeEnum, DriverAdapterError } from '@prisma/driver-adapter-utils'
import pg from 'pg'

/**
 * Prisma's pg adapter with three fixes that migrations need (each bug was reproduced with @prisma/adapter-pg 7.10.0):
 *
 * - Its `executeScript` splits a script at every semicolon, also inside a function body or a string, and commits each
 *   part separately. Here a script is sent as one simple query, which Postgres runs as one transaction
 *   (https://www.postgresql.org/docs/18/protocol-flow.html#PROTOCOL-FLOW-MULTI-STATEMENT), as with Prisma's native
 *   engine.
 * - Its shadow database is the database itself when the connection is a URL (pg prefers the name in the URL), and it
 *   drops the shadow database while it is connected to it.
 * - It rejects `"char"`, a type of Postgres' catalogs that the engine reads to describe a shadow database.
 */
export class MigrationAdapter extends PrismaPg {
  readonly #databaseUrl: string
  readonly #complete: (script: string) => string

  /**
   * @param databaseUrl the server on which a shadow database is created when the engine requests one
   * @param complete changes each script before it is run
   */
  constructor(pool: pg.Pool, databaseUrl: string, complete = (script: string) => script) {
    super(pool)
    this.#databaseUrl = databaseUrl
    this.#complete = complete
  }

  override async connect() {
    const adapter = await super.connect()
    adapter.executeScript = (script) => runScript(adapter.underlyingDriver(), this.#complete(script))
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

async function runScript(pool: pg.Pool, script: string): Promise<void> {
  try {
    await pool.query(script)
  } catch (error) {
    // The engine expects and records database errors in this format.
    if (!(error instanceof pg.DatabaseError)) throw error
    const { code = 'N/A', severity = 'ERROR', message, detail, column, hint } = error
    throw new DriverAdapterError({ kind: 'postgres', code, severity, message, detail, column, hint })
  }
}

/**
 * Connections that read the catalogs of a database. Columns of type `"char"` are reported as text, which the adapter
 * accepts, and remembered in `charColumns`, because the engine rejects text for them.
 */
class CatalogPool extends pg.Pool {
  readonly charColumns = new WeakMap<unknown[], number[]>()

  // biome-ignore lint/suspicious/noExplicitAny: all overloads of pg are passed through
  override async query(...args: any[]): Promise<any> {
    const result = await super.query(...(args as [string]))
    if (!Array.isArray(result)) this.#recordCharColumns(result) // an array is the unused results of a script
    return result
  }

  #recordCharColumns({ fields, rows }: pg.QueryResult): void {
    const columns: number[] = []
    for (const [column, field] of fields.entries()) {
      if (field.dataTypeID !== pg.types.builtins.CHAR) continue
      field.dataTypeID = pg.types.builtins.TEXT
      columns.push(column)
    }
    this.charColumns.set(rows, columns)
  }
}
