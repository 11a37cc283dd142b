import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { createRandom } from '@timesheets/contractor-sync/test/seeded-random'
import { syncEnvironment } from '@timesheets/dev-stack/run-sync'
import pg from 'pg'
import { type ProcessResult, RunningStack, waitUntil } from './running-stack.ts'

/** The number of kills at a random moment. Set `FAULT_ROUNDS` for a long run. */
const rounds = Number(process.env.FAULT_ROUNDS ?? 4)
const seed = Number(process.env.FAULT_SEED ?? 20261122)
/** About the duration of a run; a kill happens at a random moment in it. */
const runMs = 1500

const victims = ['sync', 'gateway', 'timesheets-service', 'tracker', 'issuer', 'postgres'] as const
const stack = new RunningStack()
/** The next run starts when the lease of a killed one has ended. */
const leaseMs = 3000
beforeAll(() => stack.start({ SYNC_RUN_LEASE_MS: String(leaseMs) }), 90_000)
afterAll(() => stack[Symbol.asyncDispose](), 60_000)

test(
  `after SIGKILL of any process during a run, the next run stores every entry once (${rounds} rounds, seed ${seed})`,
  async () => {
    const random = createRandom(seed)
    const killed: Record<string, number> = {}
    for (let round = 0; round < rounds; round++) {
      await editHours(random)
      const victim = victims[Math.floor(random() * victims.length)]!
      await runAndKill(victim, random() * runMs)
      killed[victim] = (killed[victim] ?? 0) + 1
      await waitUntilReady()
      const after = await syncAfterLease()
      if (after.code !== 0) throw new Error(`round ${round}, after ${victim}: ${after.code}\n${after.output}`)
      expect({ round, victim, ...(await readStored()) }).toEqual({ round, victim, ...(await readTracked()) })
    }
    if (rounds > 10) console.log(`killed: ${JSON.stringify(killed)}`)
  },
  60_000 + rounds * 30_000,
)

/** Syncs as soon as the lease of the killed run has ended. */
async function syncAfterLease(): Promise<ProcessResult> {
  const deadline = Date.now() + 10 * leaseMs
  for (;;) {
    const result = await stack.sync(['--full'])
    if (result.code !== 75 || !/sync run/.test(result.output) || Date.now() > deadline) return result
    await new Promise((resolve) => setTimeout(resolve, leaseMs / 4))
  }
}

/** Edits, adds and deletes hours in the tracker, as contractors do between runs. */
async function editHours(random: () => number): Promise<void> {
  for (let edits = 0; edits < 5; edits++) {
    const { ids } = await readTracked()
    const id = ids[Math.floor(random() * ids.length)]
    await control('PATCH', `/local/time_entries/${id}`, { hours: 0.25 + Math.floor(random() * 30) / 4 })
  }
  const { ids } = await readTracked()
  await control('DELETE', `/local/time_entries/${ids[Math.floor(random() * ids.length)]}`)
  await control('POST', '/local/time_entries', {
    spent_date: '2026-01-05',
    hours: 1 + Math.floor(random() * 7),
  })
}

async function runAndKill(victim: (typeof victims)[number], afterMs: number): Promise<void> {
  const pid = stack.file.pids[victim]
  const run = spawn(process.execPath, ['contractor-sync/src/main.ts', 'run', '--full'], {
    env: { ...process.env, ...syncEnvironment(stack.file), RETRY_DEADLINE_SECONDS: '20' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [run.stdout, run.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk
    })
  }
  const ended = once(run, 'close')
  await new Promise((resolve) => setTimeout(resolve, afterMs))
  if (victim === 'sync') run.kill('SIGKILL')
  else process.kill(pid!, 'SIGKILL')
  const [code] = await ended
  // null: the run itself was killed. 0: it succeeded after a retry. 75: it reported a transient error.
  if (![null, 0, 75].includes(code))
    throw new Error(`After the kill of ${victim}, the run exited with ${code}:\n${output}`)
}

async function waitUntilReady(): Promise<void> {
  const { admin, tracker } = stack.file
  const urls = [
    `${admin.gateway}/readyz`,
    `${admin['timesheets-service']}/readyz`,
    `${tracker}/local/entries`,
  ]
  // fetch rejects while the process restarts.
  const isReady = async (url: string) => (await fetch(url).catch(() => undefined))?.ok ?? false
  await waitUntil(
    async () => (await Promise.all(urls.map(isReady))).every(Boolean),
    'all processes are ready',
  )
}

interface Hours {
  readonly count: number
  readonly seconds: number
  readonly ids: readonly string[]
}

/** Reads the finished entries of the tracker. */
async function readTracked(): Promise<Hours> {
  const { count, seconds, ids } = (await control('GET', '/local/entries?finished=true&ids=true')) as Hours
  return { count, seconds, ids: ids.map(String).sort() }
}

/** Reads the stored entries from Postgres. */
async function readStored(): Promise<Hours> {
  const client = new pg.Client(stack.file.database)
  await client.connect()
  try {
    const { rows } = await client.query(
      `select external_id, seconds from timesheets where source = 'harvest' and deleted_at is null`,
    )
    const seconds = rows.reduce((sum, row) => sum + row.seconds, 0)
    return { count: rows.length, seconds, ids: rows.map((row) => row.external_id).sort() }
  } finally {
    await client.end()
  }
}

async function control(method: string, path: string, body?: object): Promise<unknown> {
  const response = await fetch(`${stack.file.tracker}${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status}`)
  return response.json()
}
