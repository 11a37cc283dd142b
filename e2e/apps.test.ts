import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { RunningStack } from './running-stack.ts'

// The requests of a browser app of employees and managers, through the real gateway with real tokens.
const stack = new RunningStack()
const origin = 'http://localhost:3000'
let employee: string
let manager: string

beforeAll(async () => {
  await stack.start({ HARVEST_CONTRACTORS: '2', HARVEST_WEEKS: '1', CORS_ORIGINS: origin })
  employee = await stack.token('ann@exampleco.com')
  manager = await stack.token('maya@exampleco.com')
}, 90_000)
afterAll(() => stack[Symbol.asyncDispose](), 60_000)

interface AppResponse {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: any JSON body
  readonly body: any
}

async function call(token: string, method: string, path: string, body?: string): Promise<AppResponse> {
  const response = await fetch(stack.file.gateway + path, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      origin,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body }),
  })
  const text = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? undefined : JSON.parse(text),
  }
}

test('an employee enters hours, and a manager lists and approves them', async () => {
  const timesheet = { date: '2026-05-10T17:40:20.095Z', project: 'StoreZero', hours: 8 }
  const entered = await call(employee, 'POST', '/timesheets', JSON.stringify(timesheet))
  expect(entered).toMatchObject({
    status: 201,
    body: { ...timesheet, user_id: 'ann@exampleco.com', approved: false },
  })
  expect(entered.headers.get('location')).toBe(`${stack.file.gateway}/timesheets/${entered.body.id}`)
  expect(entered.headers.get('access-control-allow-origin')).toBe(origin)
  expect(entered.headers.get('access-control-expose-headers')).toMatch(/location/i)

  const seen = { id: entered.body.id, user_id: 'ann@exampleco.com', ...timesheet, approved: false }
  expect((await call(employee, 'GET', '/timesheets')).body).toEqual([expect.objectContaining(seen)])
  expect((await call(manager, 'GET', '/approvals')).body).toContainEqual(expect.objectContaining(seen))

  const approved = await call(manager, 'PUT', `/approvals/${seen.id}`)
  expect(approved).toMatchObject({ status: 200, body: { id: seen.id, approved: true } })
  expect((await call(manager, 'PUT', `/approvals/${seen.id}`, '{}')).status).toBe(200)
  expect((await call(manager, 'GET', '/approvals')).body).not.toContainEqual(
    expect.objectContaining({ id: seen.id }),
  )
  expect((await call(employee, 'GET', '/timesheets?approved=true')).body).toEqual([
    expect.objectContaining({ ...seen, approved: true }),
  ])
})

test('the gateway rejects operations without the scope with 403', async () => {
  for (const [method, path] of [
    ['GET', '/approvals'],
    ['PUT', '/approvals/1'],
    ['GET', '/reports/hours'],
    ['PUT', '/people/007'],
    ['POST', '/timesheets/upload'],
  ] as const) {
    const rejected = await call(employee, method, path, method === 'GET' ? undefined : '{}')
    expect({ method, path, status: rejected.status }).toEqual({ method, path, status: 403 })
    expect(rejected.headers.get('www-authenticate')).toMatch(/error="insufficient_scope", scope="/)
  }
  const others = await call(employee, 'GET', '/timesheets?user_id=maya%40exampleco.com')
  expect(others.status).toBe(403)
  expect(others.headers.get('www-authenticate')).toMatch(/scope="read:reports"/)
})

test('responds to CORS preflights without a token, for configured origins only', async () => {
  const preflight = await fetch(`${stack.file.gateway}/timesheets`, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type',
    },
  })
  expect(preflight.status).toBe(204)
  expect(preflight.headers.get('access-control-allow-origin')).toBe(origin)
  expect(preflight.headers.get('access-control-allow-methods')).toContain('POST')
  expect(preflight.headers.get('access-control-allow-headers')?.toLowerCase()).toContain('authorization')

  const otherOrigin = await fetch(`${stack.file.gateway}/timesheets`, {
    headers: { origin: 'https://evil.example' },
  })
  expect(otherOrigin.headers.get('access-control-allow-origin')).toBeNull()
})

test('a correction of approved hours in the tracker is held until a manager applies it', async () => {
  const [entry] = (await call(manager, 'GET', '/approvals?source=harvest')).body
  await call(manager, 'PUT', `/approvals/${entry.id}`)
  await fetch(`${stack.file.tracker}/local/time_entries/${entry.external_id}`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ hours: 1.25 }),
  })
  const run = await stack.sync(['--full'])
  expect(run).toMatchObject({ code: 0, output: expect.stringMatching(/"held":1\b/) })
  const held = (await call(manager, 'GET', `/timesheets/${entry.id}`)).body
  expect(held).toMatchObject({ hours: entry.hours, approved: true, correction: { hours: 1.25 } })
  expect((await call(manager, 'PUT', `/approvals/${entry.id}`)).body).toMatchObject({
    hours: 1.25,
    approved: true,
  })
  const history = (await call(manager, 'GET', `/timesheets/${entry.id}/history`)).body
  expect(history.map(({ action }: { action: string }) => action)).toEqual([
    'created',
    'approved',
    'held',
    'correction-applied',
  ])
})

test('the next sync reassigns the hours of a person whose e-mail was added to the directory', async () => {
  const [entry] = (await call(manager, 'GET', '/timesheets?user_id=*&source=harvest&approved=false')).body
  await call(manager, 'PUT', '/people/c-17', JSON.stringify({ emails: [entry.user_id] }))
  expect((await stack.sync(['--full'])).code).toBe(0)
  expect((await call(manager, 'GET', `/timesheets/${entry.id}`)).body.user_id).toBe('c-17')
})
