import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { createLogger } from '@timesheets/runtime/logger'
import { Keys, type KeysOptions } from '../src/keys.ts'
import { listen, type StartedIssuer, startIssuer } from './started.ts'

const silent = createLogger('keys', 'silent')
const unavailable = { slug: 'keys-unavailable', status: 503, headers: { 'retry-after': '5' } }
const forever = 3_600_000

const keyOf = (kid: string) => ({ kty: 'RSA', use: 'sig', alg: 'RS256', kid, n: 'AQAB', e: 'AQAB' })

/** An issuer that says what the test wants, and counts how often it is asked. */
async function startIssuerThat(answer: RequestListener, options: Partial<KeysOptions> = {}) {
  const asked: string[] = []
  const url = await listen(
    createServer((request, response) => {
      asked.push(request.url!)
      answer(request, response)
    }),
  )
  const jwksUri = `${url}/jwks.json`
  return { asked, keys: new Keys({ jwksUri, maxAgeMs: forever, minIntervalMs: 1, ...options }, silent) }
}

const show = (response: ServerResponse, ...kids: string[]) =>
  response.end(JSON.stringify({ keys: kids.map(keyOf) }))

test('are asked for once, however many wait for them', async () => {
  const { asked, keys } = await startIssuerThat((_request, response) => show(response, 'a'))
  const sets = await Promise.all(Array.from({ length: 50 }, () => keys.forKid('a')))
  expect(asked).toHaveLength(1)
  expect(new Set(sets).size).toBe(1)
  expect(await keys.forKid('a')).toBe(sets[0])
})

test('a flood of unknown ones asks the issuer no more than twice: once under way, once for all who came later', async () => {
  const { asked, keys } = await startIssuerThat((_request, response) => show(response, 'a'))
  await keys.forKid('a')
  await Promise.all(Array.from({ length: 500 }, (_, i) => keys.forKid(`unknown-${i}`)))
  expect(asked.length).toBeLessThanOrEqual(3)
})

test('within the interval the issuer is not asked again, whatever strangers send', async () => {
  const { asked, keys } = await startIssuerThat((_request, response) => show(response, 'a'), {
    minIntervalMs: forever,
  })
  await keys.forKid('a')
  // How each of them ends is not what this is about.
  for (let i = 0; i < 100; i++) keys.forKid(`unknown-${i}`).catch(() => undefined)
  await keys.forKid('a')
  expect(asked).toHaveLength(1)
})

test('one made while a question was under way is found: that answer is older', async () => {
  const held: ServerResponse[] = []
  let isHolding = true
  let arrived = () => {}
  const { asked, keys } = await startIssuerThat((_request, response) => {
    if (!isHolding) return show(response, 'a', 'b')
    held.push(response)
    arrived()
  })
  const firstIsUnderWay = new Promise<void>((resolve) => {
    arrived = resolve
  })
  const first = keys.forKid('a')
  await firstIsUnderWay
  const second = keys.forKid('b')
  isHolding = false
  show(held[0]!, 'a')
  await first
  expect((await second).keys.map(({ kid }) => kid)).toEqual(['a', 'b'])
  expect(asked).toHaveLength(2)
})

describe('what is no key set is no answer:', () => {
  test.each([
    ['not JSON', 200, '<html>'],
    ['an empty body', 200, ''],
    ['null', 200, 'null'],
    ['a list', 200, '[]'],
    ['no keys', 200, '{"keys":[]}'],
    ['keys that are no list', 200, '{"keys":{"a":1}}'],
    ['keys that are none', 200, '{"keys":[null,1,"a",{}]}'],
    ['another kind of key', 200, '{"keys":[{"kty":"oct","kid":"a","k":"AQAB"},{"kty":"EC","kid":"a"}]}'],
    ['keys for encryption', 200, JSON.stringify({ keys: [{ ...keyOf('a'), use: 'enc' }] })],
    ['keys for another algorithm', 200, JSON.stringify({ keys: [{ ...keyOf('a'), alg: 'PS256' }] })],
    ['an error', 500, JSON.stringify({ keys: [keyOf('a')] })],
    ['a redirection', 302, JSON.stringify({ keys: [keyOf('a')] })],
  ])('%s', async (_name, status, body) => {
    let isBroken = true
    const { keys } = await startIssuerThat((_request, response) => {
      if (isBroken) response.writeHead(status, { location: '/elsewhere' }).end(body)
      else show(response, 'a')
    })
    await expect(keys.forKid('a')).rejects.toMatchObject(unavailable)
    isBroken = false
    expect((await keys.forKid('a')).keys).toHaveLength(1)
  })

  test.each([
    ['a reset', (response: ServerResponse) => response.socket!.resetAndDestroy()],
    [
      'half an answer',
      (response: ServerResponse) => response.writeHead(200, { 'content-length': 99 }).write('{'),
    ],
    ['silence', () => undefined],
    ['a body without end', (response: ServerResponse) => response.writeHead(200).write('{"keys":')],
  ])('%s', async (_name, misbehave) => {
    let isBroken = true
    const { keys } = await startIssuerThat(
      (_request, response) => {
        if (isBroken) misbehave(response)
        else show(response, 'a')
      },
      { timeoutMs: 1000 },
    )
    await expect(keys.forKid('a')).rejects.toMatchObject(unavailable)
    isBroken = false
    expect((await keys.forKid('a')).keys).toHaveLength(1)
  })
})

describe('known ones', () => {
  test('go on being used while the issuer is silent, without waiting for it', async () => {
    const held: ServerResponse[] = []
    let isSilent = false
    const { keys, asked } = await startIssuerThat(
      (_request, response) => {
        if (isSilent) held.push(response)
        else show(response, 'a')
      },
      { maxAgeMs: 0, timeoutMs: 1000 },
    )
    await keys.forKid('a')
    isSilent = true
    // The first finds out; from then on nobody waits.
    expect((await keys.forKid('a')).keys).toHaveLength(1)
    const before = asked.length
    for (let i = 0; i < 100; i++) expect((await keys.forKid('a')).keys).toHaveLength(1)
    expect(asked.length).toBeLessThanOrEqual(before + 1)
    await expect(keys.forKid('b')).rejects.toMatchObject(unavailable)
  })

  test('are given up when they are too old and the issuer is still away', async () => {
    let isAway = false
    const { keys } = await startIssuerThat(
      (_request, response) => {
        if (isAway) response.writeHead(503).end()
        else show(response, 'a')
      },
      { maxAgeMs: 0, maxStaleMs: 0 },
    )
    await keys.forKid('a')
    isAway = true
    await expect(keys.forKid('a')).rejects.toMatchObject(unavailable)
  })
})

describe('of the local issuer', () => {
  let issuer: StartedIssuer

  beforeAll(async () => {
    issuer = await startIssuer()
  })

  test('are what a token without a kid gets too', async () => {
    const keys = new Keys({ jwksUri: issuer.jwksUri, maxAgeMs: forever }, silent)
    expect((await keys.forKid(undefined)).keys).toHaveLength(2)
  })
})
