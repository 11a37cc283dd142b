import { mkdir } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import path from 'node:path'
import { startPostgres } from '@timesheets/dev-stack/postgres/postgres'
import pg from 'pg'
import { countQuery, type ExportSpeed, exportSpeeds } from './export.ts'
import { measureQuantiles, type Quantiles } from './quantiles.ts'
import { lists, listsAsOf, type ReadCase, reports } from './read-cases.ts'
import { openReadDatabase } from './read-database.ts'
import { Service } from './service.ts'
import { formatMs, formatTable } from './table.ts'
import { type WriteTimes, writeTimes } from './write.ts'

const folder = path.resolve('.local/bench')
const sizes = [100_000, 10_000_000] as const

/** Times of a case: of a request to the service, and of its statement sent by the driver alone. */
interface Timing {
  readonly http: Quantiles
  readonly sql: Quantiles | undefined
}

/** Measures every list and report at 100 thousand and at 10 million rows, writes at both, and the export of a year. */
export async function benchRead(): Promise<void> {
  await mkdir(folder, { recursive: true })
  const postgres = await startPostgres({ dataDir: path.join(folder, 'postgres'), throwaway: true })
  try {
    const databases: string[] = []
    for (const rows of sizes) databases.push(await openReadDatabase(postgres.url, rows, console.log))
    console.log(`Node ${process.version}, ${availableParallelism()} cores\n`)
    const timings: Map<string, Timing>[] = []
    const writes: Awaited<ReturnType<typeof writeTimes>>[] = []
    let speeds: ExportSpeed[] = []
    for (const [i, url] of databases.entries()) {
      console.log(`${sizes[i]!.toLocaleString('en')} rows`)
      await onDatabase(url, async (service, client) => {
        timings.push(await measure([...lists, ...listsAsOf, ...reports], service, client))
        if (i < databases.length - 1) return
        const { rows } = await client.query(countQuery)
        speeds = await exportSpeeds(service, url, rows[0].rows)
      })
      writes.push(await writeTimes(postgres.url, url))
    }
    print('A page of', lists, timings)
    print('A page as of an instant', listsAsOf, timings)
    print('A report', reports, timings)
    printExport(speeds)
    printWrites(writes)
  } finally {
    await postgres.stop()
  }
}

async function onDatabase(
  url: string,
  run: (service: Service, client: pg.Client) => Promise<void>,
): Promise<void> {
  const client = new pg.Client({ connectionString: url, application_name: 'bench' })
  await client.connect()
  const service = await Service.start(url, folder)
  try {
    await run(service, client)
  } finally {
    await service.stop()
    await client.end()
  }
}

async function measure(cases: readonly ReadCase[], service: Service, client: pg.Client) {
  const timings = new Map<string, Timing>()
  for (const { name, target, page = 1, statement } of cases) {
    let address = target
    for (let i = 1; i < page; i++) address = (await service.get(address)).link ?? address
    const http = await measureQuantiles(() => service.get(address))
    const sql =
      statement &&
      (await measureQuantiles(() => client.query({ text: statement.text, values: [...statement.values] })))
    timings.set(name, { http, sql })
    console.log(
      `  ${name}: ${formatMs(http.p50)} ms${sql === undefined ? '' : `, its SQL ${formatMs(sql.p50)} ms`}`,
    )
  }
  return timings
}

function print(title: string, cases: readonly ReadCase[], [small, large]: Map<string, Timing>[]): void {
  const head = [
    title,
    '100k p50',
    'p99',
    '10M p50',
    'p99',
    '10M / 100k',
    'SQL 100k p50',
    'p99',
    'SQL 10M p50',
    'p99',
  ]
  const pair = (quantiles: Quantiles | undefined) =>
    quantiles === undefined ? ['', ''] : [formatMs(quantiles.p50), formatMs(quantiles.p99)]
  const rows = cases.map(({ name }) => {
    const [a, b] = [small!.get(name)!, large!.get(name)!]
    const ratio = (b.http.p50 / a.http.p50).toFixed(2)
    return [name, ...pair(a.http), ...pair(b.http), ratio, ...pair(a.sql), ...pair(b.sql)]
  })
  console.log(`${formatTable(head, rows)}\n`)
}

function printExport(speeds: readonly ExportSpeed[]): void {
  const rows = speeds.map(({ name, rowsPerSecond, limit, peakMemoryMb }) => [
    name,
    Math.round(rowsPerSecond).toLocaleString('en'),
    limit === undefined
      ? ''
      : (rowsPerSecond / speeds.find((speed) => speed.name === limit)!.rowsPerSecond).toFixed(2),
    peakMemoryMb === undefined ? '' : peakMemoryMb.toFixed(0),
  ])
  console.log(formatTable(['Export of a year at 10M', 'rows/s', 'of `\\copy`', 'peak memory, MB'], rows))
}

function printWrites(writes: readonly { now: WriteTimes; before: WriteTimes }[]): void {
  const rows = writes.flatMap(({ now, before }, i) =>
    (['inserts', 'updates'] as const).map((kind) => [
      `100,000 ${kind} at ${sizes[i]!.toLocaleString('en')} rows`,
      before[kind].toFixed(2),
      now[kind].toFixed(2),
      (now[kind] / before[kind]).toFixed(2),
    ]),
  )
  console.log(`\n${formatTable(['Writes', 'with the dropped indexes, s', 'now, s', 'now / before'], rows)}`)
}
