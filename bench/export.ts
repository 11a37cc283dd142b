import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import type { Service } from './service.ts'

/** A year of all entries. */
const [from, to] = ['2024-01-01', '2024-12-31']

/** The same fields, for psql. */
const query =
  `select id, user_id, date_written as date, day, project, round(seconds / 3600.0, 4) as hours, notes, source,
  external_id, approved_at is not null as approved, returned_reason, case when correction_state = 'pending' then correction end
  as correction, version, created_at, updated_at from timesheets
  where deleted_at is null and day between '${from}' and '${to}' order by day desc, id desc`.replaceAll(
    '\n',
    ' ',
  )

const copies = { csv: '`\\copy (query) to`, CSV', json: '`\\copy (query) to`, JSON lines' }

export interface ExportSpeed {
  readonly name: string
  readonly rowsPerSecond: number
  /** The copy to compare it with. */
  readonly limit?: string
  /** Peak memory of the service process, reports and lists included. */
  readonly peakMemoryMb?: number
}

/** Exports a year through the service, and by psql's `\\copy`. */
export async function exportSpeeds(
  service: Service,
  databaseUrl: string,
  rows: number,
): Promise<ExportSpeed[]> {
  const speeds: ExportSpeed[] = []
  const time = async (name: string, run: () => Promise<unknown>) => {
    const start = performance.now()
    await run()
    const rowsPerSecond = rows / ((performance.now() - start) / 1000)
    console.log(`  ${name}: ${Math.round(rowsPerSecond).toLocaleString('en')} rows/s`)
    return { name, rowsPerSecond }
  }
  for (const { format, limit } of [
    { format: 'text/csv', limit: copies.csv },
    { format: 'application/x-ndjson', limit: copies.json },
  ]) {
    const target = `/timesheets?user_id=*&from=${from}&to=${to}`
    const speed = await time(`${format}, through the service`, () => service.get(target, format))
    speeds.push({ ...speed, limit, peakMemoryMb: await readPeakMemoryMb(service.pid) })
  }
  speeds.push(await time(copies.csv, () => psql(databaseUrl, `\\copy (${query}) to /dev/null csv header`)))
  const json = query.replace(
    /^select (.*) from/,
    (_, fields) => `select row_to_json(entry) from (select ${fields} from`,
  )
  speeds.push(await time(copies.json, () => psql(databaseUrl, `\\copy (${json}) as entry) to /dev/null`)))
  return speeds
}

/** Counts the rows of the exported year. */
export const countQuery = `select count(*)::int as rows from (${query}) as entry`

async function psql(databaseUrl: string, command: string): Promise<void> {
  const child = spawn('psql', [databaseUrl, '-qAtc', command], { stdio: ['ignore', 'ignore', 'inherit'] })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`psql ended with ${code}`)
}

/** Reads the peak memory of a process, on Linux. */
export async function readPeakMemoryMb(pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const kilobytes = /VmHWM:\s*(\d+)/.exec(status)?.[1]
  return kilobytes === undefined ? undefined : Number(kilobytes) / 1024
}
