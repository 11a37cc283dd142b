import pg from 'pg'
import { insertTimesheets } from './timesheet-rows.ts'

const rows = 100_000
/** As many as one upload has. */
const rowsPerStatement = 1000
const rounds = 3

/** What the migration `keyset_pages` dropped. */
const droppedIndexes = [
  'create index on timesheets (created_at)',
  `create index on timesheets (day desc, id desc, updated_at, user_id, project, source)
    where day > (updated_at at time zone 'UTC')::date + 1`,
  `create index on timesheets (user_id, day desc, id desc, updated_at)
    where day > (updated_at at time zone 'UTC')::date + 1`,
  'create index on timesheet_versions (superseded_at)',
  'create index on timesheet_versions (project, day desc, timesheet_id desc)',
  'create index on timesheet_versions (source, day desc, timesheet_id desc)',
  `create index on timesheet_versions (day desc, timesheet_id desc, updated_at, user_id, project, source)
    where day > (updated_at at time zone 'UTC')::date + 1`,
  `create index on timesheet_versions (user_id, day desc, timesheet_id desc, updated_at)
    where day > (updated_at at time zone 'UTC')::date + 1`,
]
const droppedDefault = 'alter table timesheets alter xid set default pg_current_xact_id()::text::bigint'

/** Seconds that 100,000 rows took: the median of the rounds. */
export interface WriteTimes {
  readonly inserts: number
  /** Approvals: each update also writes a version. */
  readonly updates: number
}

/** Measures writes with the indexes of today, and with those and the default that an earlier migration dropped. */
export async function writeTimes(
  serverUrl: string,
  databaseUrl: string,
): Promise<{ readonly now: WriteTimes; readonly before: WriteTimes }> {
  const name = new URL(databaseUrl).pathname.slice(1)
  const copy = new URL(databaseUrl)
  copy.pathname = '/bench_write'
  const server = new pg.Client({ connectionString: serverUrl })
  await server.connect()
  try {
    await server.query('drop database if exists bench_write with (force)')
    await server.query(`create database bench_write template "${name}" strategy file_copy`)
    return await measureCopy(copy.href)
  } finally {
    await server.query('drop database if exists bench_write with (force)')
    await server.end()
  }
}

async function measureCopy(url: string) {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows: found } = await client.query('select max(id)::int as last from timesheets')
    const last: number = found[0].last
    await client.query('create table staged (like timesheets)')
    await client.query(
      insertTimesheets(last + 1, last + 2 * rounds * rows, last).replace(
        'insert into timesheets',
        'insert into staged',
      ),
    )
    await client.query('create unique index on staged (id)')
    await client.query('vacuum (analyze) staged')
    const now = await measureRounds(client, last)
    for (const statement of droppedIndexes) await client.query(statement)
    await client.query(droppedDefault)
    const before = await measureRounds(client, last + rounds * rows)
    return { now, before }
  } finally {
    await client.end()
  }
}

async function measureRounds(client: pg.Client, last: number): Promise<WriteTimes> {
  const inserts: number[] = []
  const updates: number[] = []
  for (let round = 0; round < rounds; round++) {
    const first = last + round * rows + 1
    await client.query('checkpoint')
    inserts.push(await timeStatements(client, insertStaged, first))
    await client.query('checkpoint')
    updates.push(await timeStatements(client, approve, first))
  }
  return { inserts: median(inserts), updates: median(updates) }
}

const columns = `id, user_id, day, instant, date_written, project, seconds, notes, source, external_id, digest, action,
  client_id, created_at, updated_at`
const insertStaged = `insert into timesheets (${columns}) select ${columns} from staged where id between $1 and $2`
const approve = `update timesheets set approved_at = now(), approved_by = 'approver-1', action = 'approved' where id between $1 and $2`

async function timeStatements(client: pg.Client, statement: string, first: number): Promise<number> {
  const start = performance.now()
  for (let next = first; next < first + rows; next += rowsPerStatement) {
    const { rowCount } = await client.query(statement, [next, next + rowsPerStatement - 1])
    if (rowCount !== rowsPerStatement) throw new Error(`${rowCount} rows of ${rowsPerStatement} were written`)
  }
  return (performance.now() - start) / 1000
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
