import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { createRandom } from '@timesheets/contractor-sync/test/seeded-random'
import pg from 'pg'
import { RunningStack, waitUntil } from './running-stack.ts'

/** The number of kills at a random moment. Set `FAULT_ROUNDS` for a long run, which has streams of 100,000 lines. */
const rounds = Number(process.env.FAULT_ROUNDS ?? 3)
const lineCount = process.env.FAULT_ROUNDS === undefined ? 20_000 : 100_000
const seed = Number(process.env.FAULT_SEED ?? 20261126)

const signals = {
  client: 'SIGKILL',
  gateway: 'SIGKILL',
  'timesheets-service': 'SIGKILL',
  // An immediate stop (Postgres manual, "Shutting Down the Server").
  postgres: 'SIGQUIT',
} as const
type Victim = keyof typeof signals

const clientScript = fileURLToPath(new URL('upload-client.ts', import.meta.url))
const stack = new RunningStack()
let token: string
/** How long an upload takes that nothing disturbs; measured by the first. */
let uploadMs: number

beforeAll(async () => {
  await stack.start({ HARVEST_CONTRACTORS: '1', HARVEST_WEEKS: '1' })
  token = await stack.token('contractor-sync')
}, 90_000)
afterAll(() => stack[Symbol.asyncDispose](), 60_000)

/** The hours of an entry after a round: each round changes a third of the entries. */
const secondsAfter = (i: number, round: number) => 900 * (1 + ((i + Math.floor((round + (i % 3)) / 3)) % 32))

async function writeStream(round: number): Promise<string> {
  const file = path.join(stack.dataDir, `round-${round}.ndjson`)
  const lines = function* () {
    for (let i = 0; i < lineCount; i++) {
      const hours = secondsAfter(i, round) / 3600
      const entry = { user_id: `user-${i % 50}`, date: '2026-05-10', project: 'StoreZero', hours }
      yield `${JSON.stringify({ ...entry, source: 'kills', external_id: String(i) })}\n`
    }
  }
  await pipeline(lines, createWriteStream(file))
  return file
}

function startUpload(file: string) {
  const child = spawn(process.execPath, [clientScript, stack.file.gateway, file], {
    env: { ...process.env, TOKEN: token },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk
  })
  const lastLine = once(child, 'close').then(() => output)
  return { child, lastLine }
}

/** Sends a stream again until the response has its summary, as a client does. */
async function uploadUntilFinished(file: string): Promise<{ received: number; rejected: number }> {
  let finished: { received: number; rejected: number } | undefined
  await waitUntil(async () => {
    const line = await startUpload(file).lastLine
    if (line.includes('"summary"')) finished = JSON.parse(line).summary
    return finished !== undefined
  }, 'an upload is finished')
  return finished!
}

test(
  `after a kill at a random moment of a stream, its repeat leaves every entry once (${rounds} rounds of ${lineCount} lines, seed ${seed})`,
  async () => {
    const random = createRandom(seed)
    const counts: Record<string, number> = {}
    const first = await writeStream(0)
    const startedAt = performance.now()
    await uploadUntilFinished(first)
    uploadMs = performance.now() - startedAt
    for (let round = 1; round <= rounds; round++) {
      const file = await writeStream(round)
      const names = Object.keys(signals) as Victim[]
      const victim = names[Math.floor(random() * names.length)]!
      const upload = startUpload(file)
      await new Promise((resolve) => setTimeout(resolve, random() * uploadMs))
      if (victim === 'client') upload.child.kill(signals.client)
      else process.kill(stack.file.pids[victim]!, signals[victim])
      const wasFinished = (await upload.lastLine).includes('"summary"')
      counts[`${victim}${wasFinished ? ', after its end' : ''}`] =
        (counts[`${victim}${wasFinished ? ', after its end' : ''}`] ?? 0) + 1
      expect(await uploadUntilFinished(file)).toMatchObject({ received: lineCount, rejected: 0 })
      expect({ round, victim, ...(await readStored(round)) }).toEqual({
        round,
        victim,
        entries: lineCount,
        different: 0,
        withWrongHistory: 0,
        repeatedVersions: 0,
      })
    }
    if (rounds > 10) console.log(`kills: ${JSON.stringify(counts)}`)
  },
  120_000 + rounds * 120_000,
)

/** Compares what is stored with what the last stream said. */
async function readStored(round: number) {
  const expected = Array.from({ length: lineCount }, (_, i) => secondsAfter(i, round))
  const client = new pg.Client(stack.file.database)
  await client.connect()
  try {
    const { rows } = await client.query(
      `select count(*)::int as entries,
              (count(*) filter (where seconds <> ($1::int[])[external_id::int + 1] or deleted_at is not null))::int as different,
              (count(*) filter (where version <> 1 + (select count(*) from timesheet_versions
                                                       where timesheet_id = timesheets.id)))::int as "withWrongHistory",
              (select count(*)::int from timesheet_versions as older
                 join timesheet_versions as newer on newer.timesheet_id = older.timesheet_id
                                                 and newer.version = older.version + 1
                where older.digest = newer.digest and older.source = 'kills') as "repeatedVersions"
         from timesheets where source = 'kills'`,
      [expected],
    )
    return rows[0]
  } finally {
    await client.end()
  }
}
