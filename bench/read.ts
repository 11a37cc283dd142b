import { mkdir } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import path from 'node:path'
import { startPostgres } from '@timesheets/dev-stack/postgres/postgres'
import pg from 'pg'
import { countQuery, type ExportSpeed, exportSpeeds } from './export.ts'
import { type Quantiles, quantilesOf } from './quantiles.ts'
import { lists, type ReadCase, reports } from './read-cases.ts'
import { readDatabase } from './read-database.ts'
import { Service } from './service.ts'
import { ms, table } from './table.ts'

const folder = path.resolve('.local/bench')
const sizes = [100_000, 10_000_000] as const

/** What a case took: through the service, and its statement alone by the bare driver. */
interface Taken {
  readonly http: Quantiles
  readonly sql: Quantiles | undefined
}

/** Every list and report at 100 thousand and at 10 million rows, and how fast a year is exported. */
export async function benchRead(): Promise<void> {
  await mkdir(folder, { recursive: true })
  const postgres = await startPostgres({ dataDir: path.join(folder, 'postgres'), throwaway: true })
  try {
    const databases: string[] = []
    for (const rows of sizes) databases.push(await readDatabase(postgres.url, rows, console.log))
    console.log(`Node ${process.version}, ${availableParallelism()} cores\n`)
    const taken: Map<string, Taken>[] = []
    let speeds: ExportSpeed[] = []
    for (const [i, url] of databases.entries()) {
      console.log(`${sizes[i]!.toLocaleString('en')} rows`)
      await onDatabase(url, async (service, client) => {
        taken.push(await measure([...lists, ...reports], service, client))
        if (i < databases.length - 1) return
        const { rows } = await client.query(countQuery)
        speeds = await exportSpeeds(service, url, rows[0].rows)
      })
    }
    print('A page of', lists, taken)
    print('A report', reports, taken)
    printExport(speeds)
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
  const taken = new Map<string, Taken>()
  for (const { name, target, page = 1, statement } of cases) {
    let address = target
    for (let i = 1; i < page; i++) address = (await service.get(address)).link ?? address
    const http = await quantilesOf(() => service.get(address))
    const sql =
      statement &&
      (await quantilesOf(() => client.query({ text: statement.text, values: [...statement.values] })))
    taken.set(name, { http, sql })
    console.log(`  ${name}: ${ms(http.p50)} ms${sql === undefined ? '' : `, its SQL ${ms(sql.p50)} ms`}`)
  }
  return taken
}

function print(title: string, cases: readonly ReadCase[], [small, large]: Map<string, Taken>[]): void {
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
    quantiles === undefined ? ['', ''] : [ms(quantiles.p50), ms(quantiles.p99)]
  const rows = cases.map(({ name }) => {
    const [a, b] = [small!.get(name)!, large!.get(name)!]
    const ratio = (b.http.p50 / a.http.p50).toFixed(2)
    return [name, ...pair(a.http), ...pair(b.http), ratio, ...pair(a.sql), ...pair(b.sql)]
  })
  console.log(`${table(head, rows)}\n`)
}

function printExport(speeds: readonly ExportSpeed[]): void {
  const rows = speeds.map(({ name, rowsASecond, limit, memoryMb }) => [
    name,
    Math.round(rowsASecond).toLocaleString('en'),
    limit === undefined
      ? ''
      : (rowsASecond / speeds.find((speed) => speed.name === limit)!.rowsASecond).toFixed(2),
    memoryMb === undefined ? '' : memoryMb.toFixed(0),
  ])
  console.log(table(['Export of a year at 10M', 'rows/s', 'of `\\copy`', 'service, most MB'], rows))
}
