import { mkdir } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import path from 'node:path'
import { startPostgres } from '@timesheets/dev-stack/postgres/postgres'
import pg from 'pg'
import { readPeakMemoryMb } from './export.ts'
import { openReadDatabase } from './read-database.ts'
import { Service } from './service.ts'
import { formatTable } from './table.ts'
import { lastDay } from './timesheet-rows.ts'

const folder = path.resolve('.local/bench')

/** Rows of the table; fewer by `BENCH_ROWS`. */
const rows = Number(process.env.BENCH_ROWS ?? 10_000_000)

/** The sources of the table that an upload wrote. */
const sources = ['harvest', 'toggl', 'clockify', 'csv-import'] as const
const period = { from: '2000-01-01', to: lastDay }

const countEntries = `
  select count(*)::int as entries from timesheets
   where source = any($1) and deleted_at is null and day between $2 and $3
     and external_id is not null and coalesce(correction->'deleted' is null, true)`

/** Measures the digests of all entries, as a full run of each source reads them: stored, and computed again. */
export async function benchDigests(): Promise<void> {
  await mkdir(folder, { recursive: true })
  const postgres = await startPostgres({ dataDir: path.join(folder, 'postgres'), throwaway: true })
  try {
    const databaseUrl = await openReadDatabase(postgres.url, rows, console.log)
    const service = await Service.start(databaseUrl, folder)
    try {
      await measure(databaseUrl, service)
    } finally {
      await service.stop()
    }
  } finally {
    await postgres.stop()
  }
}

async function measure(databaseUrl: string, service: Service): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'bench' })
  await client.connect()
  try {
    // The runs of an earlier bench were not ended.
    await client.query("update sync_runs set status = 'failed' where status = 'running'")
    const { rows: counted } = await client.query(countEntries, [sources, period.from, period.to])
    const { entries } = counted[0] as { entries: number }
    const runs: number[] = []
    for (const source of sources) {
      const run = await service.post<{ id: number }>('/sync-runs', {
        source,
        account: 'bench',
        ...period,
        mode: 'full',
        verify: true,
      })
      runs.push(run.id)
    }
    const results: string[][] = []
    for (const recompute of [false, true]) {
      const start = performance.now()
      let bytes = 0
      for (const id of runs) {
        const response = await service.get(`/sync-runs/${id}/digests?recompute=${recompute}`)
        bytes += response.bytes
      }
      const seconds = (performance.now() - start) / 1000
      results.push([
        recompute ? 'computed again' : 'stored',
        entries.toLocaleString('en'),
        seconds.toFixed(1),
        Math.round(entries / seconds).toLocaleString('en'),
        (bytes / 1e6).toFixed(0),
        (await readPeakMemoryMb(service.pid))?.toFixed(0) ?? '',
      ])
    }
    console.log(`Node ${process.version}, ${availableParallelism()} cores\n`)
    console.log(
      formatTable(['Digests', 'entries', 'seconds', 'entries/s', 'MB', 'peak memory (MB)'], results),
    )
  } finally {
    await client.end()
  }
}
