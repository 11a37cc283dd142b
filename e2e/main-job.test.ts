import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { isProcessRunning } from '@timesheets/dev-stack/running-process'
import pg from 'pg'
import { RunningStack } from './running-stack.ts'

const stack = new RunningStack()
beforeAll(() => stack.start(), 90_000)
afterAll(() => stack[Symbol.asyncDispose](), 60_000)

test('each finished entry of the tracker is stored exactly once, also after repeated syncs', async () => {
  const tracked = await readTracker('/local/entries?finished=true')
  expect(await readStored()).toEqual({ count: tracked.count, seconds: tracked.seconds })
  expect(stack.output).toContain('Created timesheet 1 for employee ')

  const again = lastJson((await stack.sync(['--full'])).output)
  expect(again).toMatchObject({ created: 0, updated: 0, unchanged: tracked.count })

  await edit('/local/time_entries/636709355', { hours: 3.5 })
  const afterEdit = await stack.sync(['--full'])
  expect(lastJson(afterEdit.output)).toMatchObject({ created: 0, updated: 1, unchanged: tracked.count - 1 })
  expect(afterEdit.code).toBe(0)
  const edited = await readTracker('/local/entries?finished=true')
  expect(await readStored()).toEqual({ count: edited.count, seconds: edited.seconds })
}, 60_000)

test('the example upload returns 201 with the message, and 401 or 403 without a valid token or scope', async () => {
  const example = { user_id: '007', date: '2017-05-10T17:40:20.095Z', project: 'StoreZero', hours: 5 }
  const response = await upload(example, await stack.token('contractor-sync'))
  const body = (await response.json()) as { id: number; user_id: string; message: string }
  expect(response.status).toBe(201)
  expect(body).toMatchObject({ ...example, message: `Created timesheet ${body.id} for employee 007` })

  const rejections = [
    { token: undefined, status: 401, challenge: /^Bearer realm=/ },
    { token: 'not-a-token', status: 401, challenge: /error="invalid_token"/ },
    {
      token: await stack.token('no-scope'),
      status: 403,
      challenge: /error="insufficient_scope", scope="batch:upload"/,
    },
    {
      token: await stack.token('reader'),
      status: 403,
      challenge: /error="insufficient_scope", scope="batch:upload"/,
    },
  ]
  for (const { token, status, challenge } of rejections) {
    const rejected = await upload(example, token)
    expect(rejected.status).toBe(status)
    expect(rejected.headers.get('www-authenticate')).toMatch(challenge)
    expect(rejected.headers.get('content-type')).toBe('application/problem+json')
    expect(await rejected.json()).toMatchObject({ status, type: expect.stringMatching(/^\/problems\//) })
  }
})

test('a client that requests its token by a form and reads the response fields works', async () => {
  const { client_id, client_secret } = stack.file.clients['contractor-sync']!
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id,
    client_secret: client_secret!,
    audience: stack.file.audience,
  })
  const granted = await fetch(new URL('oauth/token', stack.file.issuer), { method: 'POST', body: form })
  const { access_token } = (await granted.json()) as { access_token: string }
  const response = await upload(
    { user_id: '007', date: '2017-05-10T17:40:20.095Z', project: 'StoreZero', hours: 5 },
    access_token,
  )
  const body = (await response.json()) as { id: number; user_id: string; message: string }
  expect(`Created timesheet ${body.id} for employee ${body.user_id}`).toBe(body.message)
})

test('Ctrl-C stops all processes, and the next start has the same data', async () => {
  const before = await readStored()
  const pids = Object.values(stack.file.pids)
  expect(await stack.stop()).toBe(0)
  expect(pids.filter(isProcessRunning)).toEqual([])
  expect(stack.read()).toBeUndefined()

  await stack.start()
  expect(stack.output).toMatch(/created\s+0\b/)
  expect(await readStored()).toEqual(before)
}, 90_000)

function upload(entry: unknown, token: string | undefined): Promise<Response> {
  return fetch(`${stack.file.gateway}/timesheets/upload`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(entry),
  })
}

async function readTracker(path: string): Promise<{ count: number; seconds: number }> {
  return (await fetch(`${stack.file.tracker}${path}`)).json() as Promise<{ count: number; seconds: number }>
}

async function edit(path: string, change: unknown): Promise<void> {
  const body = JSON.stringify(change)
  const headers = { 'content-type': 'application/json' }
  expect((await fetch(`${stack.file.tracker}${path}`, { method: 'PATCH', headers, body })).status).toBe(200)
}

/** Reads the tracker's entries directly from Postgres. */
async function readStored(): Promise<{ count: number; seconds: number }> {
  const client = new pg.Client(stack.file.database)
  await client.connect()
  try {
    const { rows } = await client.query(
      `select count(*)::int as count, sum(seconds)::int as seconds
         from timesheets where source = 'harvest' and deleted_at is null`,
    )
    return rows[0]
  } finally {
    await client.end()
  }
}

/** Parses the last JSON line of a run: its summary. */
function lastJson(output: string): unknown {
  const lines = output.split('\n').filter((line) => line.startsWith('{'))
  return JSON.parse(lines.at(-1) ?? 'null')
}
