import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { eventually, RunningStack } from './running-stack.ts'

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

test('without its database the service answers 503, the gateway passes that on, and all heals', async () => {
  const pid = stack.file.pids.postgres!
  process.kill(pid, 'SIGKILL')
  const refused = await untilRefused([503])
  expect(await refused.json()).toMatchObject({ type: '/problems/not-ready' })
  expect(refused.headers.get('retry-after')).toMatch(/^\d+$/)
  await heals()
  expect(stack.file.pids.postgres).not.toBe(pid)
}, 60_000)

test('without the service the gateway answers 502, and all heals', async () => {
  process.kill(stack.file.pids['timesheets-service']!, 'SIGKILL')
  const refused = await untilRefused([502])
  expect(await refused.json()).toMatchObject({ type: '/problems/service-unreachable' })
  await heals()
}, 60_000)

test('without the issuer a token of an unknown key is answered 503, a known one is taken, and all heals', async () => {
  const stranger = `${Buffer.from('{"alg":"RS256","kid":"unknown"}').toString('base64url')}.e30.AA`
  const pid = stack.file.pids.issuer!
  process.kill(pid, 'SIGSTOP')
  try {
    const refused = await upload(stranger)
    expect(refused.status).toBe(503)
    expect(await refused.json()).toMatchObject({ type: '/problems/keys-unavailable' })
    expect((await upload(token)).status).toBe(200)
  } finally {
    process.kill(pid, 'SIGKILL')
  }
  await eventually(() => stack.file.pids.issuer !== pid, 'the issuer is started again')
  await eventually(async () => (await upload(stranger)).status === 401, 'the issuer is asked again')
  token = await stack.token('contractor-sync')
  await heals()
}, 60_000)

test('the gateway is started again on its port', async () => {
  const { gateway, pids } = stack.file
  process.kill(pids.gateway!, 'SIGKILL')
  await eventually(() => stack.file.pids.gateway !== pids.gateway, 'the gateway is started again')
  expect(stack.file.gateway).toBe(gateway)
  await heals()
  expect(stack.output).toContain('gateway died (SIGKILL); it is being started again')
}, 60_000)

async function untilRefused(statuses: readonly number[]): Promise<Response> {
  let refused: Response | undefined
  await eventually(async () => {
    const answer = await upload(token)
    if (statuses.includes(answer.status)) refused = answer
    else await answer.arrayBuffer()
    return refused !== undefined
  }, `an answer of ${statuses}`)
  return refused!
}

async function heals(): Promise<void> {
  // No answer is what it is like while it is away.
  await eventually(async () => (await upload(token).catch(() => undefined))?.ok === true, 'all is well again')
}

function upload(bearer: string): Promise<Response> {
  return fetch(`${stack.file.gateway}/timesheets/upload`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${bearer}` },
    body: JSON.stringify(example),
  })
}
