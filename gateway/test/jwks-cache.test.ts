import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { createLogger } from '@timesheets/runtime/logger'
import { JwksCache, type JwksCacheOptions } from '../src/jwks-cache.ts'
import { listen, type StartedIssuer, startIssuer } from './gateway-fixture.ts'
import { waitUntil } from './wait-until.ts'

const silent = createLogger('keys', 'silent')
const unavailable = { slug: 'keys-unavailable', status: 503, headers: { 'retry-after': '5' } }
const forever = 3_600_000

const caches: JwksCache[] = []

afterEach(() => {
  for (const cache of caches.splice(0)) cache.close()
})

function createCache(options: Pick<JwksCacheOptions, 'jwksUri'> & Partial<JwksCacheOptions>): JwksCache {
  const cache = new JwksCache({ maxAgeMs: forever, maxStaleMs: forever, cooldownMs: 1, ...options }, silent)
  caches.push(cache)
  return cache
}

const createKey = (kid: string) => ({ kty: 'RSA', use: 'sig', alg: 'RS256', kid, n: 'AQAB', e: 'AQAB' })

/** A cache of an issuer that responds as the test wants. */
async function startIssuerWith(respond: RequestListener, options: Partial<JwksCacheOptions> = {}) {
  const requests: string[] = []
  const url = await listen(
    createServer((request, response) => {
      requests.push(request.url!)
      respond(request, response)
    }),
  )
  return { requests, jwks: createCache({ jwksUri: `${url}/jwks.json`, ...options }) }
}

const send = (response: ServerResponse, ...kids: string[]) =>
  response.end(JSON.stringify({ keys: kids.map(createKey) }))

test('requests the keys once for all who wait for them', async () => {
  const { requests, jwks } = await startIssuerWith((_request, response) => send(response, 'a'))
  const sets = await Promise.all(Array.from({ length: 50 }, () => jwks.getKeySet('a')))
  expect(requests).toHaveLength(1)
  expect(new Set(sets).size).toBe(1)
  expect(await jwks.getKeySet('a')).toBe(sets[0])
})

test('requests the keys at most twice for 500 unknown ones: the request in flight, and one for the rest', async () => {
  const { requests, jwks } = await startIssuerWith((_request, response) => send(response, 'a'), {
    maxWaiting: 500,
  })
  await jwks.getKeySet('a')
  await Promise.all(Array.from({ length: 500 }, (_, i) => jwks.getKeySet(`unknown-${i}`)))
  expect(requests.length).toBeLessThanOrEqual(3)
})

test('rejects further requests at once while the bound of requests waits for keys', async () => {
  const held: ServerResponse[] = []
  const { jwks } = await startIssuerWith((_request, response) => void held.push(response), { maxWaiting: 3 })
  const waiting = ['a', 'b', 'c'].map((kid) => jwks.getKeySet(kid))
  await expect(jwks.getKeySet('d')).rejects.toMatchObject(unavailable)
  await waitUntil(() => held.length === 1)
  send(held[0]!, 'a', 'b', 'c')
  expect(await Promise.all(waiting)).toHaveLength(3)
  expect((await jwks.getKeySet('a')).keys).toHaveLength(3)
})

test('does not request the keys again during the cooldown', async () => {
  const { requests, jwks } = await startIssuerWith((_request, response) => send(response, 'a'), {
    cooldownMs: forever,
  })
  await jwks.getKeySet('a')
  // How these end does not matter here.
  for (let i = 0; i < 100; i++) jwks.getKeySet(`unknown-${i}`).catch(() => undefined)
  await jwks.getKeySet('a')
  expect(requests).toHaveLength(1)
})

test('finds a key that was created while a request was in flight', async () => {
  const held: ServerResponse[] = []
  let isHolding = true
  const { requests, jwks } = await startIssuerWith((_request, response) => {
    if (isHolding) held.push(response)
    else send(response, 'a', 'b')
  })
  const first = jwks.getKeySet('a')
  await waitUntil(() => held.length === 1)
  const second = jwks.getKeySet('b')
  isHolding = false
  send(held[0]!, 'a')
  await first
  expect((await second).keys.map(({ kid }) => kid)).toEqual(['a', 'b'])
  expect(requests).toHaveLength(2)
})

const manyKeys = Array.from({ length: 101 }, (_, i) => createKey(`key-${i}`))

describe('rejects as no key set, and recovers:', () => {
  test.each([
    ['text that is not JSON', 200, '<html>'],
    ['an empty body', 200, ''],
    ['null', 200, 'null'],
    ['an array', 200, '[]'],
    ['a set without keys', 200, '{"keys":[]}'],
    ['keys that are not an array', 200, '{"keys":{"a":1}}'],
    ['keys that are not objects', 200, '{"keys":[null,1,"a",{}]}'],
    ['keys of other types', 200, '{"keys":[{"kty":"oct","kid":"a","k":"AQAB"},{"kty":"EC","kid":"a"}]}'],
    ['keys for encryption', 200, JSON.stringify({ keys: [{ ...createKey('a'), use: 'enc' }] })],
    ['keys for another algorithm', 200, JSON.stringify({ keys: [{ ...createKey('a'), alg: 'PS256' }] })],
    ['more than 100 keys', 200, JSON.stringify({ keys: manyKeys })],
    ['an error', 500, JSON.stringify({ keys: [createKey('a')] })],
    ['a redirection', 302, JSON.stringify({ keys: [createKey('a')] })],
  ])('%s', async (_name, status, body) => {
    let isBroken = true
    const { jwks } = await startIssuerWith((_request, response) => {
      if (isBroken) response.writeHead(status, { location: '/elsewhere' }).end(body)
      else send(response, 'a')
    })
    await expect(jwks.getKeySet('a')).rejects.toMatchObject(unavailable)
    isBroken = false
    expect((await jwks.getKeySet('a')).keys).toHaveLength(1)
  })

  test.each([
    ['a reset connection', (response: ServerResponse) => response.socket!.resetAndDestroy()],
    [
      'half a response',
      (response: ServerResponse) => response.writeHead(200, { 'content-length': 99 }).write('{'),
    ],
    ['no response', () => undefined],
    ['a body that does not end', (response: ServerResponse) => response.writeHead(200).write('{"keys":')],
  ])('%s', async (_name, misbehave) => {
    let isBroken = true
    const { jwks } = await startIssuerWith(
      (_request, response) => {
        if (isBroken) misbehave(response)
        else send(response, 'a')
      },
      { timeoutMs: 1000 },
    )
    await expect(jwks.getKeySet('a')).rejects.toMatchObject(unavailable)
    isBroken = false
    expect((await jwks.getKeySet('a')).keys).toHaveLength(1)
  })
})

test('stops reading a key set after 2 MB', async () => {
  const chunk = Buffer.alloc(64 * 1024, ' ')
  let sentBytes = 0
  let isClosed = false
  const { jwks } = await startIssuerWith((_request, response) => {
    response.once('close', () => {
      isClosed = true
    })
    const push = () => {
      while (!isClosed) {
        sentBytes += chunk.length
        if (!response.write(chunk)) return void response.once('drain', push)
      }
    }
    push()
  })
  await expect(jwks.getKeySet('a')).rejects.toMatchObject(unavailable)
  await waitUntil(() => isClosed)
  // What both sockets buffered beyond the limit.
  expect(sentBytes).toBeLessThan(20_000_000)
})

describe('known keys', () => {
  test('stay in use while the issuer does not respond, without waiting for it', async () => {
    const held: ServerResponse[] = []
    let isSilent = false
    const { jwks, requests } = await startIssuerWith(
      (_request, response) => {
        if (isSilent) held.push(response)
        else send(response, 'a')
      },
      { maxAgeMs: 0, timeoutMs: forever },
    )
    await jwks.getKeySet('a')
    isSilent = true
    await waitUntil(() => held.length === 1)
    const before = requests.length
    for (let i = 0; i < 100; i++) expect((await jwks.getKeySet('a')).keys).toHaveLength(1)
    expect(requests).toHaveLength(before)
  })

  test('are given up once they are too stale', async () => {
    let isAway = false
    const { jwks } = await startIssuerWith(
      (_request, response) => {
        if (isAway) response.writeHead(503).end()
        else send(response, 'a')
      },
      { maxAgeMs: 0, maxStaleMs: 0 },
    )
    await jwks.getKeySet('a')
    isAway = true
    await expect(jwks.getKeySet('a')).rejects.toMatchObject(unavailable)
    expect(jwks.usableKeySet).toBeUndefined()
  })

  test('are the same object until the issuer lists others', async () => {
    let kids = ['a']
    const { jwks, requests } = await startIssuerWith((_request, response) => send(response, ...kids), {
      maxAgeMs: 0,
    })
    const first = await jwks.getKeySet('a')
    await waitUntil(() => requests.length > 2)
    expect(await jwks.getKeySet('a')).toBe(first)
    kids = ['b']
    expect(await jwks.getKeySet('b')).not.toBe(first)
  })

  test('are reloaded before their age without any request', async () => {
    const { jwks, requests } = await startIssuerWith((_request, response) => send(response, 'a'), {
      maxAgeMs: 10,
    })
    await jwks.getKeySet('a')
    await waitUntil(() => requests.length > 3)
  })
})

describe('of the local issuer', () => {
  let issuer: StartedIssuer

  beforeAll(async () => {
    issuer = await startIssuer()
  })

  test('returns all keys for a token without a kid', async () => {
    const jwks = createCache({ jwksUri: issuer.jwksUri })
    expect((await jwks.getKeySet(undefined)).keys).toHaveLength(2)
  })
})
