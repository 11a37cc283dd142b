import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, test } from '@jest/globals'
import { ConfigurationError, InterruptedError, InvalidResponseError, TransientError } from '../errors.ts'
import type { AccessToken, IssuedToken } from './access-token.ts'
import { ApiClient, type Batch, parseNextCursor } from './client.ts'

const servers: Server[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

/** Returns a new token after each `discard`. */
function fakeToken() {
  let count = 1
  const issue = (value: string): IssuedToken => ({ value, scope: undefined, lifeSeconds: 60 })
  let current = issue('token 1')
  return {
    get: async () => current,
    discard: async () => {
      count += 1
      current = issue(`token ${count}`)
    },
  } as unknown as AccessToken
}

type Respond = (response: ServerResponse, authorization: string | undefined) => void

async function connect(respond: Respond, signal?: AbortSignal) {
  const received: { target: string; body: string }[] = []
  const server = createServer(async (request, response) => {
    received.push({ target: request.url!, body: await text(request) })
    respond(response, request.headers.authorization)
  }).listen(0, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { client: new ApiClient({ apiUrl, requestTimeoutSeconds: 5 }, fakeToken(), signal), received }
}

async function upload(respond: Respond, batch = createBatch('1', '2')) {
  return await (await connect(respond)).client.upload(batch, { dryRun: false })
}

function createBatch(...ids: string[]): Batch {
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
  items: statuses.map((status, index) => ({
    index,
    status,
    code: 200,
    message: `${status} it`,
    new_field: 1,
  })),
})
const json = (body: unknown, headers: Record<string, string> = {}): Respond => {
  return (response) =>
    response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}
const problem = (status: number, headers: Record<string, string> = {}): Respond => {
  const body = { type: '/problems/x', title: 'X', status, detail: 'what was wrong', instance: 'request-7' }
  return (response) =>
    response
      .writeHead(status, { 'content-type': 'application/problem+json', ...headers })
      .end(JSON.stringify(body))
}

test('upload sends the serialized batch as it is and returns one result per item', async () => {
  const { client, received } = await connect(json(items('created', 'unchanged')))
  const batch = createBatch('1', '2')
  expect(await client.upload(batch, { dryRun: false })).toEqual([
    { index: 0, status: 'created', message: 'created it' },
    { index: 1, status: 'unchanged', message: 'unchanged it' },
  ])
  expect(received).toEqual([{ target: '/timesheets/upload', body: batch.body }])
})

test('a dry run sends dry_run=true', async () => {
  const { client, received } = await connect(json(items()))
  await client.upload(createBatch(), { dryRun: true })
  expect(received.map(({ target }) => target)).toEqual(['/timesheets/upload?dry_run=true'])
})

test('listPeople reads one page and the cursor of the next; unknown fields are ignored', async () => {
  const person = { user_id: '007', emails: ['kim@example.com'], tracker_ids: { harvest: ['7'] } }
  const { client, received } = await connect(
    json([{ ...person, new_field: 1 }], { link: '<https://x/people?limit=2&cursor=a%2Bb>; rel="next"' }),
  )
  expect(await client.listPeople('c d')).toEqual({ people: [person], next: 'a+b' })
  expect(received.map(({ target }) => target)).toEqual(['/people?limit=500&cursor=c+d'])
})

test.each([undefined, '<https://x/people?cursor=a>; rel="prev"', '<https://x/people>; rel="next"'])(
  'there is no next page with Link %s',
  (link) => {
    expect(parseNextCursor(new Headers(link === undefined ? {} : { link }))).toBeUndefined()
  },
)

describe('a response that does not account for every item is an error', () => {
  test.each([
    ['one result too few', items('created')],
    ['one result too many', items('created', 'created', 'created')],
    ['the same index twice', { items: [items('created').items[0], items('created').items[0]] }],
    ['an unknown status', items('created', 'pondered')],
    ['another shape', {}],
  ])('%s', async (_what, body) => {
    await expect(upload(json(body))).rejects.toThrow(InvalidResponseError)
  })
})

describe('a token that the API rejects', () => {
  test('is replaced once, and the request is sent again', async () => {
    const respond: Respond = (response, authorization) =>
      authorization === 'Bearer token 2'
        ? json(items('created', 'created'))(response, '')
        : problem(401)(response, '')
    expect(await upload(respond)).toHaveLength(2)
  })

  test('is a wrong setting if the new token is rejected, too', async () => {
    const failure = upload(problem(401))
    await expect(failure).rejects.toThrow(ConfigurationError)
    await expect(failure).rejects.toThrow(/rejects a fresh token.*AUTH0_AUDIENCE.*request-7/)
  })
})

describe('each status has its error', () => {
  test.each([
    [400, InvalidResponseError, /what was wrong/],
    [403, ConfigurationError, /grant it the scope batch:upload/],
    [404, ConfigurationError, /correct API_URL/],
    [413, InvalidResponseError, /what was wrong.*request-7/],
    [429, TransientError, /returned 429 Too Many Requests/],
    [500, InvalidResponseError, /returned 500 Internal Server Error/],
    [502, TransientError, /502/],
    [503, TransientError, /503/],
    [504, TransientError, /504/],
  ])('%i', async (status, kind, message) => {
    const failure = upload(problem(status, { 'retry-after': '3' }))
    await expect(failure).rejects.toThrow(kind)
    await expect(failure).rejects.toThrow(message)
    if (kind === TransientError) await expect(failure).rejects.toMatchObject({ retryAfterMs: 3000 })
    if (status === 500) await expect(failure).rejects.toMatchObject({ retryable: true })
  })
})

test('the signal aborts a request that is under way', async () => {
  const controller = new AbortController()
  const reason = new InterruptedError('stopped')
  const { client } = await connect(() => controller.abort(reason), controller.signal)
  await expect(client.listPeople()).rejects.toBe(reason)
})
