import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from '@jest/globals'
import { Interrupted, Outage, Refused, UnexpectedAnswer } from '../errors.ts'
import type { AccessToken, IssuedToken } from './access-token.ts'
import { ApiClient, type Batch } from './client.ts'

const servers: Server[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

/** A new token each time the one before was discarded. */
function tokens() {
  let count = 1
  const token = (value: string): IssuedToken => ({ value, scope: undefined, lifeSeconds: 60 })
  let current = token('token 1')
  return {
    get: async () => current,
    discard: async () => {
      count += 1
      current = token(`token ${count}`)
    },
  } as unknown as AccessToken
}

type Answering = (response: ServerResponse, authorization: string | undefined) => void

async function clientOf(answer: Answering, signal?: AbortSignal) {
  const targets: string[] = []
  const server = createServer((request, response) => {
    targets.push(request.url!)
    request.resume().once('end', () => answer(response, request.headers.authorization))
  }).listen(0, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { client: new ApiClient({ apiUrl, requestTimeoutSeconds: 5 }, tokens(), signal), targets }
}

async function upload(answer: Answering, batch = batchOf('1', '2')) {
  return await (await clientOf(answer)).client.upload(batch, { dryRun: false })
}

function batchOf(...ids: string[]): Batch {
  const items = ids.map((id) => ({
    user_id: '007',
    date: '2017-05-10',
    project: 'StoreZero',
    hours: 5,
    source: 'harvest',
    external_id: id,
  }))
  return { items, body: JSON.stringify(items) }
}

const items = (...statuses: string[]) => ({
  errors: false,
  summary: {},
  items: statuses.map((status, index) => ({ index, status, code: 200, message: `${status} it` })),
})
const json = (body: unknown): Answering => {
  return (response) => response.setHeader('content-type', 'application/json').end(JSON.stringify(body))
}
const problem = (status: number, headers: Record<string, string> = {}): Answering => {
  const body = { type: '/problems/x', title: 'X', status, detail: 'what was wrong', instance: 'request-7' }
  return (response) =>
    response
      .writeHead(status, { 'content-type': 'application/problem+json', ...headers })
      .end(JSON.stringify(body))
}

test('an outcome for every item, in their order', async () => {
  expect(await upload(json(items('created', 'unchanged')))).toEqual([
    { index: 0, status: 'created', message: 'created it' },
    { index: 1, status: 'unchanged', message: 'unchanged it' },
  ])
})

test('a dry run is the parameter that the API has for it', async () => {
  const { client, targets } = await clientOf(json(items()))
  await client.upload(batchOf(), { dryRun: true })
  expect(targets).toEqual(['/timesheets/upload?dry_run=true'])
})

describe('an answer that leaves an item open is an error', () => {
  test.each([
    ['one too few', items('created')],
    ['one too many', items('created', 'created', 'created')],
    ['the same one twice', { items: [items('created').items[0], items('created').items[0]] }],
    ['a word that nobody knows', items('created', 'pondered')],
    ['another shape', {}],
  ])('%s', async (_what, body) => {
    await expect(upload(json(body))).rejects.toThrow(UnexpectedAnswer)
  })
})

describe('a token that is refused', () => {
  test('is replaced once, and the request repeated', async () => {
    const answer: Answering = (response, authorization) =>
      authorization === 'Bearer token 2'
        ? json(items('created', 'created'))(response, '')
        : problem(401)(response, '')
    expect(await upload(answer)).toHaveLength(2)
  })

  test('also when it is fresh: the settings are wrong', async () => {
    const refused = upload(problem(401))
    await expect(refused).rejects.toThrow(Refused)
    await expect(refused).rejects.toThrow(/refuses a fresh token.*AUTH0_AUDIENCE.*request-7/)
  })
})

describe('what a status means', () => {
  test.each([
    [400, UnexpectedAnswer, /what was wrong/],
    [403, Refused, /grant it the scope batch:upload/],
    [404, Refused, /correct API_URL/],
    [413, UnexpectedAnswer, /what was wrong.*request-7/],
    [429, Outage, /too often/],
    [500, UnexpectedAnswer, /trouble of its own \(500\)/],
    [502, Outage, /502/],
    [503, Outage, /503/],
    [504, Outage, /504/],
  ])('%i', async (status, kind, says) => {
    const failed = upload(problem(status, { 'retry-after': '3' }))
    await expect(failed).rejects.toThrow(kind)
    await expect(failed).rejects.toThrow(says)
    if (kind === Outage) await expect(failed).rejects.toMatchObject({ retryAfterMs: 3000 })
  })
})

test('an answer that does not come is given up when time is over', async () => {
  const controller = new AbortController()
  const over = new Interrupted('told to end')
  const { client } = await clientOf(() => controller.abort(over), controller.signal)
  await expect(client.people()).rejects.toBe(over)
})
