import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { fetchAccessToken } from '@timesheets/dev-stack/access-token'
import { syncEnvironment } from '@timesheets/dev-stack/run-sync'
import { Stack } from '@timesheets/dev-stack/stack'
import pg from 'pg'
import { readImageEnvironment } from '../images/dockerfile.ts'
import { readCpuMicroseconds, readPeakMegabytes } from './gateway/process-usage.ts'
import { formatTable } from './table.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Entries in the tracker; fewer by `BENCH_ENTRIES`. A contractor records about nine a week. */
const entries = Number(process.env.BENCH_ENTRIES ?? 1_000_000)
const weeks = 50
const edits = 100
const servers = ['gateway', 'timesheets-service', 'tracker'] as const

/** What a measured process has used in all. */
interface ProcessEnd {
  readonly cpuMs: number
  readonly peakMegabytes: number
}

interface Measurement {
  readonly what: string
  readonly seconds: number
  readonly client: ProcessEnd
  /** CPU of each server, in ms. */
  readonly cpuMs: Readonly<Record<string, number>>
  readonly report: Readonly<Record<string, unknown>>
}

/** Measures a sync of many entries against reading the tracker alone plus uploading the same entries alone. */
export async function benchSync(): Promise<void> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'timesheets-bench-'))
  // Root runs Postgres as another user, which must be able to enter this folder.
  chmodSync(dataDir, 0o755)
  process.env.HARVEST_CONTRACTORS = String(Math.ceil(entries / weeks / 8.8))
  process.env.HARVEST_WEEKS = String(weeks)
  process.env.HARVEST_RATE_LIMIT = '0'
  const ports = { gatewayPort: 0, gatewayAdminPort: 0, servicePort: 0, serviceAdminPort: 0 }
  const stack = new Stack(
    { dataDir, ...ports, issuerPort: 0, trackerPort: 0, postgresPort: 0 },
    { ready: (name) => console.log(`${name} is ready`), died: console.error, returned() {} },
  )
  try {
    execFileSync(process.execPath, [path.join(root, 'images/bundle.ts'), 'contractor-sync'])
    await stack.start()
    await measure(stack, dataDir)
  } finally {
    await stack.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

async function measure(stack: Stack, folder: string): Promise<void> {
  const { pids, database, tracker, gateway } = stack.describe()
  // As its image runs it.
  const environment = {
    ...process.env,
    ...readImageEnvironment('contractor-sync'),
    ...syncEnvironment(stack.describe()),
  }
  const file = path.join(folder, 'entries.ndjson')
  const endFile = path.join(folder, 'end.json')
  const run = async (what: string, script: string, ...args: string[]): Promise<Measurement> => {
    const before = servers.map((name) => readCpuMicroseconds(pids[name]!))
    const startedAtMs = performance.now()
    const child = spawn(
      process.execPath,
      ['--import', path.join(root, 'bench/sync/process-end.mjs'), path.join(root, script), ...args],
      {
        cwd: root,
        env: { ...environment, BENCH_PROCESS_END: endFile },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    let output = ''
    child.stdout.on('data', (chunk) => (output += chunk))
    const [code] = await once(child, 'close')
    if (code !== 0) throw new Error(`${what} ended with ${code}: ${output.slice(-2000)}`)
    const seconds = (performance.now() - startedAtMs) / 1000
    const cpuMs = Object.fromEntries(
      servers.map((name, i) => [name, (readCpuMicroseconds(pids[name]!) - before[i]!) / 1000]),
    )
    const client = JSON.parse(readFileSync(endFile, 'utf8')) as ProcessEnd
    const last = output.trimEnd().split('\n').at(-1) ?? ''
    const report = last.startsWith('{') ? JSON.parse(last) : {}
    console.log(`${what}: ${seconds.toFixed(1)} s`)
    return { what, seconds, client, cpuMs, report }
  }
  const sync = (what: string, ...args: string[]) => run(what, 'dist/contractor-sync/main.js', 'run', ...args)

  const token = await fetchAccessToken(stack.describe(), 'contractor-sync')
  const read = await run('reading alone', 'bench/sync/read-alone.ts', file)
  const upload = await run('uploading alone', 'bench/sync/upload-alone.ts', file, gateway, token)
  await truncate(database)
  const first = await sync('sync of all', '--full')
  const repeat = await sync('repeat, all days', '--full')
  await sync('repeat, the window')
  const quiet = await sync('repeat, the window, again')
  await editEntries(tracker)
  const edited = await sync(`${edits} changed`, '--full')

  const count = Number(first.report.created)
  const perEntry = (ms: number) => `${((ms * 1000) / count).toFixed(1)} µs`
  const rows = [read, upload, first, repeat, quiet, edited].map(({ what, seconds, client, cpuMs }) => [
    what,
    `${seconds.toFixed(1)} s`,
    `${client.peakMegabytes.toFixed(0)} MB`,
    `${(client.cpuMs / 1000).toFixed(1)} s`,
    perEntry(client.cpuMs),
    ...servers.map((name) => perEntry(cpuMs[name]!)),
  ])
  const head = ['', 'wall', 'peak of the client', 'its CPU', 'its CPU per entry', ...servers]
  console.log(`\n${count.toLocaleString('en-US')} entries\n\n${formatTable(head, rows)}`)
  console.log(
    `\nsync / (reading alone + uploading alone): ${(first.seconds / (read.seconds + upload.seconds)).toFixed(2)}`,
  )
  for (const name of servers) console.log(`peak of ${name}: ${readPeakMegabytes(pids[name]!).toFixed(0)} MB`)
}

async function truncate(database: string): Promise<void> {
  const client = new pg.Client(database)
  await client.connect()
  await client.query('truncate timesheets cascade')
  await client.end()
}

/** Changes the hours of some entries, spread over all days. */
async function editEntries(tracker: string): Promise<void> {
  const response = await fetch(`${tracker}/local/entries?finished=true&ids=true`)
  const { ids } = (await response.json()) as { ids: number[] }
  for (let i = 0; i < edits; i++) {
    const id = ids[Math.floor((i * ids.length) / edits)]
    await fetch(`${tracker}/local/time_entries/${id}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ hours: 1.25 }),
    })
  }
}
