import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { createRandom } from '@timesheets/contractor-sync/test/seeded-random'
import pg from 'pg'
import { RunningStack, waitUntil } from './running-stack.ts'

/** The number of kills at a random moment. Set `FAULT_ROUNDS` for a long run. */
const rounds = Number(process.env.FAULT_ROUNDS ?? 3)
const seed = Number(process.env.FAULT_SEED ?? 20261126)
const requestsPerRound = 30
/** About how long the requests of a round take; a kill happens at a random moment in it. */
const roundMs = 300

const victims = ['timesheets-service', 'gateway', 'postgres'] as const
const stack = new RunningStack()
const tokens: Record<string, string> = {}
beforeAll(async () => {
  await stack.start({ HARVEST_CONTRACTORS: '1', HARVEST_WEEKS: '1' })
  for (const account of ['contractor-sync', 'ann@exampleco.com']) tokens[account] = await stack.token(account)
}, 90_000)
afterAll(() => stack[Symbol.asyncDispose](), 60_000)

const entry = { date: '2017-05-10', hours: 5 }

interface KeyedRequest {
  readonly path: string
  readonly account: string
  readonly key: string
  readonly body: object
}

/** Neither request has an external_id, so only its key makes a repeat safe. */
const createRequest = (project: string, i: number): KeyedRequest =>
  i % 2 === 0
    ? {
        path: '/timesheets/upload',
        account: 'contractor-sync',
        key: randomUUID(),
        body: { user_id: '007', project, notes: String(i), ...entry },
      }
    : {
        path: '/timesheets',
        account: 'ann@exampleco.com',
        key: randomUUID(),
        body: { project, notes: String(i), ...entry },
      }

/** @returns undefined if the connection broke */
async function send({ path, account, key, body }: KeyedRequest) {
  try {
    const response = await fetch(`${stack.file.gateway}${path}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${tokens[account]}`,
        'content-type': 'application/json',
        'idempotency-key': `"${key}"`,
      },
      body: JSON.stringify(body),
    })
    return { status: response.status, headers: response.headers, text: await response.text() }
  } catch {
    return undefined
  }
}

/** Repeats a request as a client does, until it succeeds. */
async function sendUntilCreated(request: KeyedRequest) {
  let created: Awaited<ReturnType<typeof send>>
  await waitUntil(async () => {
    created = await send(request)
    return created?.status === 201
  }, 'the request succeeds')
  return created!
}

test(
  `after SIGKILL of any process, a repeated request is stored once and gets the same response (${rounds} rounds, seed ${seed})`,
  async () => {
    const random = createRandom(seed)
    for (let round = 0; round < rounds; round++) {
      const victim = victims[Math.floor(random() * victims.length)]!
      const project = `Keys ${round}`
      const requests = Array.from({ length: requestsPerRound }, (_, i) => createRequest(project, i))
      const sending = requests.map(send)
      await new Promise((resolve) => setTimeout(resolve, random() * roundMs))
      process.kill(stack.file.pids[victim]!, 'SIGKILL')
      const firsts = await Promise.all(sending)
      const repeats = await Promise.all(requests.map(sendUntilCreated))
      for (const [i, first] of firsts.entries()) {
        if (first?.status !== 201) continue
        expect([repeats[i]!.text, repeats[i]!.headers.get('idempotent-replayed')]).toEqual([
          first.text,
          'true',
        ])
      }
      const notes = requests.map((_, i) => String(i)).sort()
      expect({ round, victim, notes: await readNotes(project) }).toEqual({ round, victim, notes })
    }
  },
  60_000 + rounds * 60_000,
)

/** Reads the notes of all entries of a project, sorted. */
async function readNotes(project: string): Promise<string[]> {
  const client = new pg.Client(stack.file.database)
  await client.connect()
  try {
    const { rows } = await client.query('select notes from timesheets where project = $1', [project])
    return rows.map((row) => row.notes).sort()
  } finally {
    await client.end()
  }
}
