import { createHash } from 'node:crypto'
import pg from 'pg'
import { migrate } from '../prisma/migrate.ts'
import { insertTimesheets, insertVersions } from './timesheet-rows.ts'

const rowsPerStatement = 500_000

/**
 * Opens the database with this number of rows. The first call creates it; later calls apply new migrations to it. It is
 * created again when the rows that it should have change.
 * @param serverUrl any database of the server, as its superuser
 * @returns its URL
 */
export async function openReadDatabase(
  serverUrl: string,
  rows: number,
  log: (line: string) => void,
): Promise<string> {
  const name = `read_${rows}_${fingerprint()}`
  const url = toDatabaseUrl(serverUrl, name)
  const server = await connect(serverUrl)
  try {
    const { rows: found } = await server.query(
      `select datname from pg_database where datname like 'read_${rows}_%'`,
    )
    if (found.some(({ datname }) => datname === name)) {
      const { applied } = await migrate(url)
      if (applied.length > 0) await vacuum(url)
      return url
    }
    for (const { datname } of found) await server.query(`drop database "${datname}" with (force)`)
    log(`creating ${rows.toLocaleString('en')} rows; the next run uses them again`)
    const unfinished = `unfinished_${name}`
    await server.query(`drop database if exists "${unfinished}" with (force)`)
    await server.query(`create database "${unfinished}"`)
    await migrate(toDatabaseUrl(serverUrl, unfinished))
    await fill(toDatabaseUrl(serverUrl, unfinished), rows, log)
    await vacuum(toDatabaseUrl(serverUrl, unfinished))
    await server.query(`alter database "${unfinished}" rename to "${name}"`)
    return url
  } finally {
    await server.end()
  }
}

async function vacuum(url: string): Promise<void> {
  const client = await connect(url)
  try {
    await client.query('vacuum (analyze) timesheets')
    await client.query('vacuum (analyze) timesheet_versions')
    await client.query('checkpoint')
  } finally {
    await client.end()
  }
}

/** Fills the tables without their indexes, and creates them afterwards: several times faster. */
async function fill(url: string, rows: number, log: (line: string) => void): Promise<void> {
  const client = await connect(url)
  try {
    const { rows: indexes } = await client.query<{ name: string; definition: string }>(`
      select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as definition from pg_index
       where indrelid in ('timesheets'::regclass, 'timesheet_versions'::regclass) and not indisprimary`)
    for (const { name } of indexes) await client.query(`drop index ${name}`)
    for (let first = 1; first <= rows; first += rowsPerStatement) {
      const last = Math.min(rows, first + rowsPerStatement - 1)
      await client.query(insertTimesheets(first, last, rows))
      await client.query(insertVersions(first, last))
      log(`  ${last.toLocaleString('en')} rows`)
    }
    await client.query(`select setval(pg_get_serial_sequence('timesheets', 'id'), ${rows})`)
    await client.query(`set maintenance_work_mem = '1GB'`)
    for (const { definition } of indexes) await client.query(definition)
    log('  indexes created')
  } finally {
    await client.end()
  }
}

/** Changes when the generated rows change. */
function fingerprint(): string {
  const statements = `${insertTimesheets(1, 2, 3)}${insertVersions(1, 2)}`
  return createHash('sha256').update(statements).digest('hex').slice(0, 8)
}

function toDatabaseUrl(serverUrl: string, database: string): string {
  const url = new URL(serverUrl)
  url.pathname = `/${database}`
  return url.href
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: 'bench' })
  await client.connect()
  return client
}
