import { createHash } from 'node:crypto'
import pg from 'pg'
import { migrate } from '../prisma/migrate.ts'
import { insertTimesheets, insertVersions } from './timesheet-rows.ts'

const rowsAStatement = 500_000

/**
 * A database of so many rows, made the first time and kept as long as the rows stay the same; migrations that have come
 * since are applied to it.
 * @param serverUrl any database of the server, as its superuser
 * @returns its URL
 */
export async function readDatabase(
  serverUrl: string,
  rows: number,
  log: (line: string) => void,
): Promise<string> {
  const name = `read_${rows}_${fingerprint()}`
  const url = urlOf(serverUrl, name)
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
    log(`making ${rows.toLocaleString('en')} rows; they are kept for the next run`)
    const unfinished = `unfinished_${name}`
    await server.query(`drop database if exists "${unfinished}" with (force)`)
    await server.query(`create database "${unfinished}"`)
    await migrate(urlOf(serverUrl, unfinished))
    await fill(urlOf(serverUrl, unfinished), rows, log)
    await vacuum(urlOf(serverUrl, unfinished))
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

/** Fills the tables without their indexes, which are made again from the rows: several times faster. */
async function fill(url: string, rows: number, log: (line: string) => void): Promise<void> {
  const client = await connect(url)
  try {
    const { rows: indexes } = await client.query<{ name: string; definition: string }>(`
      select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as definition from pg_index
       where indrelid in ('timesheets'::regclass, 'timesheet_versions'::regclass) and not indisprimary`)
    for (const { name } of indexes) await client.query(`drop index ${name}`)
    for (let first = 1; first <= rows; first += rowsAStatement) {
      const last = Math.min(rows, first + rowsAStatement - 1)
      await client.query(insertTimesheets(first, last, rows))
      await client.query(insertVersions(first, last))
      log(`  ${last.toLocaleString('en')} rows`)
    }
    await client.query(`select setval(pg_get_serial_sequence('timesheets', 'id'), ${rows})`)
    await client.query(`set maintenance_work_mem = '1GB'`)
    for (const { definition } of indexes) await client.query(definition)
    log('  indexes made')
  } finally {
    await client.end()
  }
}

/** Of what the rows follow from. */
function fingerprint(): string {
  const made = `${insertTimesheets(1, 2, 3)}${insertVersions(1, 2)}`
  return createHash('sha256').update(made).digest('hex').slice(0, 8)
}

function urlOf(serverUrl: string, database: string): string {
  const url = new URL(serverUrl)
  url.pathname = `/${database}`
  return url.href
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: 'bench' })
  await client.connect()
  return client
}
