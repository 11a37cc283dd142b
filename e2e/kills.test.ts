import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { syncEnvironment } from '@timesheets/dev-stack/run-sync'
import pg from 'pg'
import { eventually, RunningStack } from './running-stack.ts'

/** Rounds of a kill at a random moment: a few here, many by `FAULT_ROUNDS` when it is measured. */
const rounds = Number(process.env.FAULT_ROUNDS ?? 4)
const seed = Number(process.env.FAULT_SEED ?? 20261122)
/** A run over these hours takes about so long; a kill falls anywhere in it. */
const runMs = 1500

const victims = ['sync', 'gateway', 'timesheets-service', 'tracker', 'postgres'] as const
const stack = new RunningStack()
beforeAll(() => stack.start(), 90_000)
afterAll(() => stack[Symbol.asyncDispose](), 60_000)

test(
  `whatever is killed whenever, the next run leaves everything once (${rounds} rounds, seed ${seed})`,
  async () => {
    const random = randomFrom(seed)
    const killed: Record<string, number> = {}
    for (let round = 0; round < rounds; round++) {
      await workGoesOn(random)
      const victim = victims[Math.floor(random() * victims.length)]!
      await runAndKill(victim, random() * runMs)
      killed[victim] = (killed[victim] ?? 0) + 1
      await everythingIsBack()
      const after = await stack.sync(['--full'])
      if (after.code !== 0) throw new Error(`round ${round}, after ${victim}: ${after.code}\n${after.output}`)
      expect({ round, victim, ...(await stored()) }).toEqual({ round, victim, ...(await tracked()) })
    }
    if (rounds > 10) console.log(`killed: ${JSON.stringify(killed)}`)
  },
  60_000 + rounds * 30_000,
)

/** Contractors edit and enter hours between runs. */
async function workGoesOn(random: () => number): Promise<void> {
  for (let edits = 0; edits < 5; edits++) {
    const { ids } = await tracked()
    const id = ids[Math.floor(random() * ids.length)]
    await control('PATCH', `/local/time_entries/${id}`, { hours: 0.25 + Math.floor(random() * 30) / 4 })
  }
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
  // Killed, or done in spite of it, or honest that it was not: never a wrong code.
  if (![null, 0, 75].includes(code))
    throw new Error(`${victim} killed, and the run ended with ${code}:\n${output}`)
}

async function everythingIsBack(): Promise<void> {
  const { admin, tracker } = stack.file
  const urls = [
    `${admin.gateway}/readyz`,
    `${admin['timesheets-service']}/readyz`,
    `${tracker}/local/entries`,
  ]
  // No answer is what it is like while it is away.
  const isBack = async (url: string) => (await fetch(url).catch(() => undefined))?.ok ?? false
  await eventually(async () => (await Promise.all(urls.map(isBack))).every(Boolean), 'everything is back')
}

interface Hours {
  readonly count: number
  readonly seconds: number
  readonly ids: readonly string[]
}

async function tracked(): Promise<Hours> {
  const { count, seconds, ids } = (await control('GET', '/local/entries?finished=true&ids=true')) as Hours
  return { count, seconds, ids: ids.map(String).sort() }
}

async function stored(): Promise<Hours> {
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

/** mulberry32: the same rounds from the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}
