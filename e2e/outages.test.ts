import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { RunningStack, waitUntil } from './running-stack.ts'

const stack = new RunningStack()
let token: string
beforeAll(async () => {
  await stack.start({ HARVEST_CONTRACTORS: '2', HARVEST_WEEKS: '1' })
  token = await stack.token('contractor-sync')
}, 90_000)
afterAll(() => stack[Symbol.asyncDispose](), 60_000)

const example = {
  user_id: '007',
  date: '2017-05-10',
  project: 'StoreZero',
  hours: 5,
  source: 'outage',
  external_id: '1',
}

test('without Postgres, uploads return 503 with Retry-After until Postgres runs again', async () => {
  const pid = stack.file.pids.postgres!
  process.kill(pid, 'SIGKILL')
  const rejected = await waitForStatus(503)
  expect(await rejected.json()).toMatchObject({ type: '/problems/not-ready' })
  expect(rejected.headers.get('retry-after')).toMatch(/^\d+$/)
  await waitUntilAccepted()
  // The stack writes its file after Postgres accepts connections again.
  await waitUntil(() => stack.file.pids.postgres !== pid, 'Postgres is restarted')
}, 60_000)

test('without the service, uploads return 502 until the service runs again', async () => {
  process.kill(stack.file.pids['timesheets-service']!, 'SIGKILL')
  const rejected = await waitForStatus(502)
  expect(await rejected.json()).toMatchObject({ type: '/problems/service-unreachable' })
  await waitUntilAccepted()
}, 60_000)

test('without the issuer, a token of an unknown key returns 503 and a token of a known key is accepted', async () => {
  // The claims are valid, so only the issuer's keys can decide.
  const header = Buffer.from('{"alg":"RS256","kid":"unknown"}').toString('base64url')
  const unknownKeyToken = `${header}.${token.split('.')[1]}.AA`
  const pid = stack.file.pids.issuer!
  process.kill(pid, 'SIGSTOP')
  try {
    const rejected = await upload(unknownKeyToken)
    expect(rejected.status).toBe(503)
    expect(await rejected.json()).toMatchObject({ type: '/problems/keys-unavailable' })
    expect((await upload(token)).status).toBe(200)
  } finally {
    process.kill(pid, 'SIGKILL')
  }
  await waitUntil(() => stack.file.pids.issuer !== pid, 'the issuer is restarted')
  await waitUntil(
    async () => (await upload(unknownKeyToken)).status === 401,
    'the gateway fetches the keys of the issuer again',
  )
  token = await stack.token('contractor-sync')
  await waitUntilAccepted()
}, 60_000)

test('the gateway is restarted on its port', async () => {
  const { gateway, pids } = stack.file
  process.kill(pids.gateway!, 'SIGKILL')
  await waitUntil(() => stack.file.pids.gateway !== pids.gateway, 'the gateway is restarted')
  expect(stack.file.gateway).toBe(gateway)
  await waitUntilAccepted()
  expect(stack.output).toContain('gateway ended (SIGKILL) and is being restarted')
}, 60_000)

/** Uploads until the response has the status, and returns that response. */
async function waitForStatus(status: number): Promise<Response> {
  let found: Response | undefined
  await waitUntil(async () => {
    const response = await upload(token)
    if (response.status === status) found = response
    else await response.arrayBuffer()
    return found !== undefined
  }, `an upload returns ${status}`)
  return found!
}

async function waitUntilAccepted(): Promise<void> {
  // fetch rejects while the gateway restarts.
  await waitUntil(
    async () => (await upload(token).catch(() => undefined))?.ok === true,
    'an upload is accepted',
  )
}

function upload(bearer: string): Promise<Response> {
  return fetch(`${stack.file.gateway}/timesheets/upload`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${bearer}` },
    body: JSON.stringify(example),
  })
}
