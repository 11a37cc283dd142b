import { execFile } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startPostgres } from '@timesheets/dev-stack/postgres/postgres'
import type { Load, LoadResult } from './gateway/load.ts'
import { readCpuMicroseconds, readPeakMegabytes } from './gateway/process-usage.ts'
import { openReadDatabase } from './read-database.ts'
import { formatTable } from './table.ts'
import { createDatabase, dropDatabase, indexSets, measureCopy } from './upload/database.ts'
import { type EntryFiles, writeEntries } from './upload/entries.ts'
import type { StreamResult } from './upload/send-stream.ts'
import { Servers } from './upload/servers.ts'

const count = Number(process.env.BENCH_COUNT ?? 1_000_000)
/** Rows that the table has before: none, and as many as in five years of a large company. */
const sizes = (process.env.BENCH_SIZES ?? '0,10000000').split(',').map(Number)
const folder = path.resolve('.local/bench')
/** Ids that the rows of the copied database do not have. */
const firstId = 636_000_000

const script = (name: string) => fileURLToPath(new URL(name, import.meta.url))
const format = (value: number) => Math.round(value).toLocaleString('en')

/** Measures uploads as a stream and as single entries, through gateway and service, against the database alone. */
export async function benchUpload(): Promise<void> {
  mkdirSync(folder, { recursive: true })
  Servers.bundle()
  const postgres = await startPostgres({ dataDir: path.join(folder, 'postgres'), throwaway: true })
  try {
    console.log(`Node ${process.version}, ${availableParallelism()} cores, ${format(count)} entries\n`)
    const files = await writeEntries(folder, count, firstId)
    for (const size of sizes) {
      const template =
        size === 0
          ? undefined
          : new URL(await openReadDatabase(postgres.url, size, console.log)).pathname.slice(1)
      const databaseUrl = await createDatabase(postgres.url, 'bench_upload', template)
      try {
        await measureSize(databaseUrl, size, files)
      } finally {
        await dropDatabase(postgres.url, 'bench_upload')
      }
    }
  } finally {
    await postgres.stop()
  }
}

async function measureSize(databaseUrl: string, size: number, files: EntryFiles): Promise<void> {
  const rows: { name: string; seconds: number; memory: string }[] = []
  const add = (name: string, seconds: number, memory = '') => {
    rows.push({ name, seconds, memory })
    console.log(`  ${name}: ${format(count / seconds)} rows/s`)
  }
  for (const [name, dropped] of Object.entries(indexSets)) {
    const { copy, insert } = await measureCopy(databaseUrl, files.csv, dropped)
    add(`\`\\copy\` and insert, ${name}`, copy + insert)
  }
  const servers = await Servers.start(databaseUrl, folder)
  try {
    for (const name of ['stream, new entries', 'stream, all unchanged']) {
      const { seconds, peakMegabytes } = await sendStream(servers, files.ndjson)
      const memory = [servers.gateway.pid, servers.service.pid].map((pid) =>
        readPeakMegabytes(pid).toFixed(0),
      )
      add(name, seconds, `${memory.join(' / ')} / ${peakMegabytes.toFixed(0)}`)
    }
    const limit = rows[0]!.seconds
    console.log(
      `\n${formatTable(
        [
          `${format(count)} entries into ${format(size)} rows`,
          'rows/s',
          '÷ the limit',
          'peak MB: gateway / service / client',
        ],
        rows.map(({ name, seconds, memory }) => [
          name,
          format(count / seconds),
          (limit / seconds).toFixed(2),
          memory,
        ]),
      )}\n`,
    )
    console.log(`${await measureSingles(servers)}\n`)
  } finally {
    await servers.stop()
  }
}

async function sendStream({ gateway, token }: Servers, file: string): Promise<StreamResult> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    script('upload/send-stream.ts'),
    JSON.stringify({ url: gateway.url, token, file }),
  ])
  return JSON.parse(stdout) as StreamResult
}

/** Single entries without an identity, each a request. */
async function measureSingles({ gateway, service, token }: Servers): Promise<string> {
  const tokensFile = path.join(folder, 'token')
  writeFileSync(tokensFile, token)
  const rows: string[][] = []
  for (const connections of [1, 64]) {
    const load: Load = {
      port: Number(new URL(gateway.url).port),
      connections,
      count: connections === 1 ? 2000 : 10_000,
      method: 'POST',
      path: '/timesheets/upload',
      body: JSON.stringify({ user_id: '007', date: '2026-11-20', project: 'StoreZero', hours: 5 }),
      expectedStatus: 201,
      tokensFile,
    }
    const before = [gateway.pid, service.pid].map(readCpuMicroseconds)
    const { stdout } = await promisify(execFile)(process.execPath, [
      script('gateway/load.ts'),
      JSON.stringify(load),
    ])
    const result = JSON.parse(stdout) as LoadResult
    if (result.failures > 0) throw new Error(`${result.failures} single uploads failed`)
    const cpu = [gateway.pid, service.pid].map(
      (pid, i) => (readCpuMicroseconds(pid) - before[i]!) / result.requests,
    )
    rows.push([
      `${connections} connection${connections === 1 ? '' : 's'}`,
      format(result.requests / result.seconds),
      result.p50Ms.toFixed(1),
      result.p99Ms.toFixed(1),
      ...cpu.map((value) => value.toFixed(0)),
    ])
  }
  const head = ['Single entries', 'entries/s', 'p50 ms', 'p99 ms', 'gateway CPU µs', 'service CPU µs']
  return formatTable(head, rows)
}
