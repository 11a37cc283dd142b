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

const folder = path.resolve('.local/bench')
const sizes = [100_000, 10_000_000] as const

/** Times of a case: of a request to the service, and of its statement sent by the driver alone. */
interface Timing {
  readonly http: Quantiles
  readonly sql: Quantiles | undefined
}

/** The service over one of the databases. */
interface Target {
  readonly rows: number
  readonly databaseUrl: string
  readonly service: Service
  readonly client: pg.Client
}

/** Measures every list and report at 100 thousand and at 10 million rows, and the export of a year. */
export async function benchRead(): Promise<void> {
  await mkdir(folder, { recursive: true })
  const postgres = await startPostgres({ dataDir: path.join(folder, 'postgres'), throwaway: true })
  const targets: Target[] = []
  try {
    for (const rows of sizes) {
      targets.push(await openTarget(rows, await openReadDatabase(postgres.url, rows, console.log)))
    }
    console.log(`Node ${process.version}, ${availableParallelism()} cores\n`)
    const timings = new Map<ReadCase, Timing[]>()
    // Each case at both sizes in turn, so that other load on the machine affects both.
    for (const readCase of [...lists, ...listsAsOf, ...reports]) {
      const pair: Timing[] = []
      for (const target of targets) pair.push(await measure(readCase, target))
      timings.set(readCase, pair)
      console.log(`  ${readCase.name}: ${pair.map(({ http }) => formatMs(http.p50)).join(' and ')} ms`)
    }
    const { client, databaseUrl, rows, service } = targets.at(-1)!
    const { rows: counted } = await client.query(countQuery)
    const speeds = await exportSpeeds(service, databaseUrl, counted[0].rows)
    print('A page of', lists, timings)
    print('A page as of an instant', listsAsOf, timings)
    print('A report', reports, timings)
    printExport(speeds, rows)
  } finally {
    for (const target of targets) await closeTarget(target)
    await postgres.stop()
  }
}

async function openTarget(rows: number, databaseUrl: string): Promise<Target> {
  const service = await Service.start(databaseUrl, folder)
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'bench' })
  await client.connect()
  return { rows, databaseUrl, client, service }
}

async function closeTarget({ service, client }: Target): Promise<void> {
  await service.stop()
  await client.end()
}

async function measure(
  { target, page = 1, statement }: ReadCase,
  { service, client }: Target,
): Promise<Timing> {
  let address = target
  for (let i = 1; i < page; i++) address = (await service.get(address)).link ?? address
  const http = await measureQuantiles(() => service.get(address))
  if (statement === undefined) return { http, sql: undefined }
  const query = { text: statement.text, values: [...statement.values] }
  return { http, sql: await measureQuantiles(() => client.query(query)) }
}

function print(title: string, cases: readonly ReadCase[], timings: ReadonlyMap<ReadCase, Timing[]>): void {
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
  const rows = cases.map((readCase) => {
    const [a, b] = timings.get(readCase) as [Timing, Timing]
    const ratio = (b.http.p50 / a.http.p50).toFixed(2)
    return [readCase.name, ...pair(a.http), ...pair(b.http), ratio, ...pair(a.sql), ...pair(b.sql)]
  })
  console.log(`${formatTable(head, rows)}\n`)
}

function printExport(speeds: readonly ExportSpeed[], size: number): void {
  const rows = speeds.map(({ name, rowsPerSecond, limit, peakMemoryMb }) => [
    name,
    Math.round(rowsPerSecond).toLocaleString('en'),
    limit === undefined
      ? ''
      : (rowsPerSecond / speeds.find((speed) => speed.name === limit)!.rowsPerSecond).toFixed(2),
    peakMemoryMb === undefined ? '' : peakMemoryMb.toFixed(0),
  ])
  console.log(
    formatTable([`Export of a year at ${size / 1e6}M`, 'rows/s', 'of `\\copy`', 'peak memory, MB'], rows),
  )
}
