import { mkdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { startPostgres } from '@timesheets/dev-stack/postgres/postgres'
import pg from 'pg'
import { openReadDatabase } from './read-database.ts'
import { formatTable } from './table.ts'
import { insertTimesheets } from './timesheet-rows.ts'

const rows = 100_000
/** As many as one upload has. */
const rowsPerStatement = 1000
const rounds = 3
const folder = path.resolve('.local/bench')
const sizes = [100_000, 10_000_000] as const

/** What the migration `keyset_pages` dropped. */
const droppedIndexes = [
  'create index bench_dropped_1 on timesheets (created_at)',
  `create index bench_dropped_2 on timesheets (day desc, id desc, updated_at, user_id, project, source)
    where day > (updated_at at time zone 'UTC')::date + 1`,
  `create index bench_dropped_3 on timesheets (user_id, day desc, id desc, updated_at)
    where day > (updated_at at time zone 'UTC')::date + 1`,
  'create index bench_dropped_4 on timesheet_versions (superseded_at)',
  'create index bench_dropped_5 on timesheet_versions (project, day desc, timesheet_id desc)',
  'create index bench_dropped_6 on timesheet_versions (source, day desc, timesheet_id desc)',
  `create index bench_dropped_7 on timesheet_versions (day desc, timesheet_id desc, updated_at, user_id, project, source)
    where day > (updated_at at time zone 'UTC')::date + 1`,
  `create index bench_dropped_8 on timesheet_versions (user_id, day desc, timesheet_id desc, updated_at)
    where day > (updated_at at time zone 'UTC')::date + 1`,
]
const droppedDefault = 'alter table timesheets alter xid set default pg_current_xact_id()::text::bigint'

/** Times of 100,000 rows: of the clock, and of the database's process alone, which other load hardly changes. */
interface WriteTime {
  readonly seconds: number
  readonly cpuSeconds: number
}

interface WriteTimes {
  readonly inserts: WriteTime[]
  /** Approvals: each update also writes a version. */
  readonly updates: WriteTime[]
}

/** Measures writes with the indexes of today, and with those and the default that the migration dropped. */
export async function benchWrite(): Promise<void> {
  await mkdir(folder, { recursive: true })
  const postgres = await startPostgres({ dataDir: path.join(folder, 'postgres'), throwaway: true })
  try {
    for (const size of sizes) {
      const databaseUrl = await openReadDatabase(postgres.url, size, console.log)
      const { now, before } = await measureOnCopy(postgres.url, databaseUrl)
      const rows = (['inserts', 'updates'] as const).map((kind) => {
        const [b, n] = [median(before[kind]), median(now[kind])]
        return [
          `100,000 ${kind} at ${size.toLocaleString('en')} rows`,
          ...[b.cpuSeconds, n.cpuSeconds, n.cpuSeconds / b.cpuSeconds, b.seconds, n.seconds].map((x) =>
            x.toFixed(2),
          ),
        ]
      })
      const head = [
        'Writes',
        'CPU s with the dropped indexes',
        'CPU s now',
        'now / before',
        's before',
        's now',
      ]
      console.log(`\n${formatTable(head, rows)}`)
    }
  } finally {
    await postgres.stop()
  }
}

async function measureOnCopy(serverUrl: string, databaseUrl: string) {
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

/** Measures today's indexes before and after the dropped ones exist, so that a growing table affects both alike. */
async function measureCopy(url: string): Promise<{ now: WriteTimes; before: WriteTimes }> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows: found } = await client.query('select max(id)::int as last from timesheets')
    let next = found[0].last + 1
    const insert = insertTimesheets(next, next + (1 + 3 * rounds) * rows - 1, found[0].last)
    await client.query('create table staged (like timesheets)')
    await client.query(insert.replace('insert into timesheets', 'insert into staged'))
    await client.query('create unique index on staged (id)')
    await client.query('vacuum (analyze) staged')
    const [warmUp, now, before]: WriteTimes[] = [emptyTimes(), emptyTimes(), emptyTimes()]
    const measureRounds = async (count: number, times: WriteTimes) => {
      for (let round = 0; round < count; round++, next += rows) {
        times.inserts.push(await timeStatements(client, insertStaged, next))
        times.updates.push(await timeStatements(client, approve, next))
      }
    }
    await measureRounds(1, warmUp!)
    await measureRounds(rounds, now!)
    for (const statement of droppedIndexes) await client.query(statement)
    await client.query(droppedDefault)
    await measureRounds(rounds, before!)
    await client.query('alter table timesheets alter xid drop default')
    for (const i of droppedIndexes.keys()) await client.query(`drop index bench_dropped_${i + 1}`)
    await measureRounds(rounds, now!)
    return { now: now!, before: before! }
  } finally {
    await client.end()
  }
}

const emptyTimes = (): WriteTimes => ({ inserts: [], updates: [] })

const columns = `id, user_id, day, instant, date_written, project, seconds, notes, source, external_id, digest, action,
  client_id, created_at, updated_at`
const insertStaged = `insert into timesheets (${columns}) select ${columns} from staged where id between $1 and $2`
const approve = `update timesheets set approved_at = now(), approved_by = 'approver-1', action = 'approved' where id between $1 and $2`

async function timeStatements(client: pg.Client, statement: string, first: number): Promise<WriteTime> {
  await client.query('checkpoint')
  const { rows: found } = await client.query('select pg_backend_pid() as pid')
  const [start, startCpu] = [performance.now(), await readCpuSeconds(found[0].pid)]
  for (let next = first; next < first + rows; next += rowsPerStatement) {
    const { rowCount } = await client.query(statement, [next, next + rowsPerStatement - 1])
    if (rowCount !== rowsPerStatement) throw new Error(`${rowCount} rows of ${rowsPerStatement} were written`)
  }
  const cpuSeconds = (await readCpuSeconds(found[0].pid)) - startCpu
  return { seconds: (performance.now() - start) / 1000, cpuSeconds }
}

/** Reads the CPU time of a process, on Linux: proc(5), fields 14 and 15, in hundredths of a second. */
async function readCpuSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

/** The middle one by CPU time. */
function median(times: readonly WriteTime[]): WriteTime {
  return times.toSorted((a, b) => a.cpuSeconds - b.cpuSeconds)[Math.floor(times.length / 2)]!
}
