import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, test } from '@jest/globals'
import {
  ConfigurationError,
  InterruptedError,
  InvalidResponseError,
  SyncRunConflictError,
  TransientError,
} from '../errors.ts'
import type { AccessToken, IssuedToken } from './access-token.ts'
import { ApiClient, parseNextCursor } from './client.ts'
import type { UploadLine } from './upload-line.ts'

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
  const received: { target: string; body: string; headers: IncomingHttpHeaders }[] = []
  const server = createServer(async (request, response) => {
    received.push({ target: request.url!, body: await text(request), headers: request.headers })
    respond(response, request.headers.authorization)
  }).listen(0, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { client: new ApiClient({ apiUrl, requestTimeoutSeconds: 5 }, fakeToken(), signal), received }
}

async function upload(respond: Respond, dryRun = false): Promise<UploadLine[]> {
  const { client } = await connect(respond)
  return await Array.fromAsync(client.uploadStream(createBody, { dryRun, runId: 7 }))
}

async function* createBody() {
  yield Buffer.from('{"external_id":"1"}\n')
  yield Buffer.from('{"external_id":"2"}\n')
}

const counts = { received: 2, created: 1, updated: 0, unchanged: 1, deleted: 0, held: 0, rejected: 0 }
const lines = (...values: unknown[]): Respond => {
  const body = values.map((value) => `${JSON.stringify(value)}\n`).join('')
  return (response) => response.writeHead(200, { 'content-type': 'application/x-ndjson' }).end(body)
}
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

test('an upload streams its lines for the run, and yields the lines of the response', async () => {
  const { client, received } = await connect(
    lines(
      { index: 0, status: 'created', code: 201, message: 'created it', new_field: 1 },
      { progress: { ...counts, new_field: 1 } },
      { news: 'of a newer API' },
      { summary: counts },
    ),
  )
  const options = { dryRun: false, runId: 7 }
  expect(await Array.fromAsync(client.uploadStream(createBody, options))).toEqual([
    { kind: 'item', item: { index: 0, status: 'created', message: 'created it' } },
    { kind: 'progress', progress: counts },
    { kind: 'summary', summary: counts },
  ])
  const [request] = received
  expect(request).toMatchObject({
    target: '/timesheets/upload?results=all',
    body: '{"external_id":"1"}\n{"external_id":"2"}\n',
  })
  expect(request!.headers).toMatchObject({ 'content-type': 'application/x-ndjson', 'sync-run': '7' })
})

test('a dry run sends dry_run=true', async () => {
  const { client, received } = await connect(lines({ summary: counts }))
  await Array.fromAsync(client.uploadStream(createBody, { dryRun: true, runId: 7 }))
  expect(received.map(({ target }) => target)).toEqual(['/timesheets/upload?results=all&dry_run=true'])
})

test('the response is read while the request is being sent', async () => {
  const server = createServer((request, response) => {
    response.writeHead(200).flushHeaders()
    request.on('data', () => response.write(`${JSON.stringify({ progress: counts })}\n`))
    request.on('end', () => response.end(`${JSON.stringify({ summary: counts })}\n`))
  }).listen(0, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const client = new ApiClient({ apiUrl, requestTimeoutSeconds: 5 }, fakeToken())
  const answered = Promise.withResolvers<void>()
  async function* body() {
    yield Buffer.from('{}\n')
    await answered.promise
    yield Buffer.from('{}\n')
  }
  const kinds: string[] = []
  for await (const { kind } of client.uploadStream(body, { dryRun: false, runId: 7 })) {
    kinds.push(kind)
    answered.resolve()
  }
  expect(kinds.at(-1)).toBe('summary')
  expect(kinds).toContain('progress')
})

test.each([413, 503, 409])('an early %i is read while the request is still being sent', async (status) => {
  const server = createServer((request, response) => {
    request.once('data', () => problem(status)(response, ''))
  }).listen(0, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const client = new ApiClient({ apiUrl, requestTimeoutSeconds: 5 }, fakeToken())
  async function* endless() {
    for (;;) {
      yield Buffer.from('{}\n'.repeat(1000))
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
  const failure = Array.fromAsync(client.uploadStream(endless, { dryRun: false, runId: 7 }))
  await expect(failure).rejects.toThrow(status === 503 ? /503 Service Unavailable/ : /what was wrong/)
})

describe('a stream that ends with a problem is an error', () => {
  const end = (status: number, slug = 'x') => ({
    problem: { type: `/problems/${slug}`, title: 'X', status, detail: 'why' },
  })
  test.each([
    [end(503), TransientError, /ended the upload \(why\)/],
    [end(409, 'sync-run-over'), SyncRunConflictError, /why/],
    [end(413, 'too-large'), InvalidResponseError, /413: why/],
  ])('%j', async (line, kind, message) => {
    const failure = upload(lines({ progress: counts }, line))
    await expect(failure).rejects.toThrow(kind)
    await expect(failure).rejects.toThrow(message)
  })
})

test('a stream that is cut is an outage, and a line that is cut may be whole the next time', async () => {
  const cut = upload((response) => {
    response.writeHead(200)
    response.write(`${JSON.stringify({ progress: counts })}\n`, () => response.socket!.destroy())
  })
  await expect(cut).rejects.toThrow(TransientError)
  const half = upload((response) => response.writeHead(200).end('{"progress": {"recei'))
  await expect(half).rejects.toMatchObject({ name: 'InvalidResponseError', retryable: true })
})

test('listRuns reads further pages where one has fewer runs than asked for', async () => {
  const ids = [9, 8, 7, 6]
  const run = {
    source: 'harvest',
    account: '1',
    from: '2026-03-01',
    to: '2026-05-01',
    mode: 'full',
    verify: false,
    status: 'succeeded',
    bookmark: null,
    stats: null,
    rejections: 0,
    started_at: '2026-05-01T00:00:00.000Z',
    ended_at: '2026-05-01T00:01:00.000Z',
  }
  const { client, received } = await connect((response) => {
    const id = ids[received.length - 1]!
    const link = `<https://timesheets.example.com/sync-runs?limit=1&cursor=after-${id}>; rel="next"`
    json([{ ...run, id }], { link })(response, undefined)
  })
  expect((await client.listRuns('harvest', 3, 'succeeded')).map(({ id }) => id)).toEqual([9, 8, 7])
  expect(received.map(({ target }) => target)).toEqual([
    '/sync-runs?source=harvest&limit=3&state=succeeded',
    '/sync-runs?source=harvest&limit=2&state=succeeded&cursor=after-9',
    '/sync-runs?source=harvest&limit=1&state=succeeded&cursor=after-8',
  ])
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

describe('a try of a few items', () => {
  const item = { user_id: '007', source: 'harvest', external_id: '1', deleted: true } as const
  const tried = (...indexes: number[]) => ({
    errors: false,
    items: indexes.map((index) => ({ index, status: 'deleted', code: 200 })),
  })

  test('writes nothing, and returns one result per item', async () => {
    const { client, received } = await connect(json(tried(0, 1)))
    expect(await client.tryUpload([item, item])).toEqual([
      { index: 0, status: 'deleted' },
      { index: 1, status: 'deleted' },
    ])
    expect(received[0]).toMatchObject({
      target: '/timesheets/upload?dry_run=true',
      body: JSON.stringify([item, item]),
    })
  })

  test.each([[[0]], [[0, 1, 2]], [[0, 0]]])(
    'with the results %j of two items is an error',
    async (indexes) => {
      const { client } = await connect(json(tried(...indexes)))
      await expect(client.tryUpload([item, item])).rejects.toThrow(InvalidResponseError)
    },
  )
})

describe('a line of another shape is an error', () => {
  test.each([
    ['an unknown status', { index: 0, status: 'pondered', code: 200 }],
    ['no object', 7],
    ['a summary without counts', { summary: {} }],
  ])('%s', async (_what, line) => {
    await expect(upload(lines(line))).rejects.toThrow(InvalidResponseError)
  })
})

describe('a token that the API rejects', () => {
  test('is replaced once, and the request is sent again', async () => {
    const respond: Respond = (response, authorization) =>
      authorization === 'Bearer token 2'
        ? lines({ summary: counts })(response, '')
        : problem(401)(response, '')
    expect(await upload(respond)).toHaveLength(1)
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

describe('a sync run', () => {
  const body = {
    source: 'harvest',
    account: '1',
    from: '2026-05-01',
    to: '2026-05-31',
    mode: 'full',
  } as const
  const refusal = (slug: string): Respond => {
    const text = JSON.stringify({ type: `/problems/${slug}`, title: 'X', status: 409, detail: 'because' })
    return (response) => response.writeHead(409, { 'content-type': 'application/problem+json' }).end(text)
  }

  test('is started with the time that its lease lasts by the clock of the server', async () => {
    const { client } = await connect((response) =>
      response
        .writeHead(201, { date: 'Sun, 10 May 2026 12:00:00 GMT' })
        .end(JSON.stringify({ id: 7, bookmark: null, lease_expires_at: '2026-05-10T12:01:00.000Z' })),
    )
    expect(await client.startRun(body)).toMatchObject({ id: 7, bookmark: null, leaseMs: 60_000 })
  })

  test.each([
    ['sync-run-active', SyncRunConflictError, /because/],
    ['sync-run-over', SyncRunConflictError, /because/],
    ['other-account', ConfigurationError, /account is not the one that was synced before/],
    ['source-not-yours', ConfigurationError, /denies access to this source/],
  ])('%s has its error', async (slug, kind, message) => {
    const { client } = await connect(refusal(slug))
    const failure = client.startRun(body)
    await expect(failure).rejects.toThrow(kind)
    await expect(failure).rejects.toThrow(message)
  })

  test('yields digests as they arrive', async () => {
    const digest = { user_id: '007', day: '2026-05-10', count: 2, seconds: 60, digest: '0'.repeat(32) }
    const { client, received } = await connect(lines(digest, digest))
    const range = { from: '2026-05-01', to: '2026-05-31', recompute: true }
    expect(await Array.fromAsync(client.listDigests(7, range))).toEqual([digest, digest])
    expect(received[0]!.target).toBe('/sync-runs/7/digests?from=2026-05-01&to=2026-05-31&recompute=true')
  })
})

test('the signal aborts a request that is under way', async () => {
  const controller = new AbortController()
  const reason = new InterruptedError('stopped')
  const { client } = await connect(() => controller.abort(reason), controller.signal)
  await expect(client.listPeople()).rejects.toBe(reason)
})
