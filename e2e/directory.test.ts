import { afterAll, beforeAll, expect, test } from '@jest/globals'
import pg from 'pg'
import { RunningStack } from './running-stack.ts'

const stack = new RunningStack()
beforeAll(() => stack.start(), 90_000)
afterAll(() => stack[Symbol.asyncDispose](), 60_000)

const priya = 'priya.iyer@contractors.example'

test('a sync reassigns the entries of a person after each change of the directory', async () => {
  const before = await entriesByUser()
  const count = before.get(priya)!
  expect(count).toBeGreaterThan(0)
  const [other] = [...before.keys()].filter((user) => user !== priya)

  expect(await people('PUT', '/people/007', { emails: [priya.toUpperCase()] })).toBe(201)
  const moved = lastJson((await stack.sync(['--full'])).output)
  expect(moved).toMatchObject({ created: 0, deleted: 0, updated: count })
  const after = await entriesByUser()
  expect(after.get('007')).toBe(count)
  expect(after.has(priya)).toBe(false)
  expect(after.get(other!)).toBe(before.get(other!))

  expect(lastJson((await stack.sync(['--full'])).output)).toMatchObject({ updated: 0 })

  // PEOPLE_MAP overrides the directory.
  const mapped = await stack.sync(['--full'], { PEOPLE_MAP: JSON.stringify({ [priya]: '008' }) })
  expect(lastJson(mapped.output)).toMatchObject({ updated: count })
  expect((await entriesByUser()).get('008')).toBe(count)

  expect(await people('DELETE', '/people/007')).toBe(204)
  expect(lastJson((await stack.sync(['--full'])).output)).toMatchObject({ updated: count })
  expect(await entriesByUser()).toEqual(before)
}, 60_000)

async function people(method: string, path: string, body?: object): Promise<number> {
  const token = await stack.token('maya@exampleco.com')
  const response = await fetch(stack.file.gateway + path, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  await response.arrayBuffer()
  return response.status
}

async function entriesByUser(): Promise<Map<string, number>> {
  const client = new pg.Client(stack.file.database)
  await client.connect()
  try {
    const { rows } = await client.query<{ user_id: string; count: number }>(
      'select user_id, count(*)::int from timesheets group by 1 order by 1',
    )
    return new Map(rows.map(({ user_id: userId, count }) => [userId, count]))
  } finally {
    await client.end()
  }
}

/** Parses the last JSON line of a run: its summary. */
function lastJson(output: string): unknown {
  const lines = output.split('\n').filter((line) => line.startsWith('{'))
  return JSON.parse(lines.at(-1) ?? 'null')
}
