import { afterEach, describe, expect, jest, test } from '@jest/globals'
import { SignJWT, UnsecuredJWT } from 'jose'
import { type BoundRequest, IdentityError, signIdentity, UsedIdentities, verifyIdentity } from './identity.ts'
import { Secret } from './secret.ts'

const secret = new Secret('the secret that both sides use now')
const previous = new Secret('the secret that both sides used before')
const other = new Secret('a secret that another system has')
const request: BoundRequest = {
  method: 'POST',
  target: '/timesheets/upload?dry_run=true',
  requestId: 'id-1',
  headers: { 'content-length': '2' },
}
const identity = { client: 'sync', person: 'auth0|é', scopes: ['batch:upload', 'openid'] }

afterEach(() => {
  jest.useRealTimers()
})

const expectRejected = (header: string, at = request) =>
  expect(() => verifyIdentity(header, at, [secret, previous], new UsedIdentities())).toThrow(IdentityError)

test('accepts an identity for the request that it was signed for', async () => {
  const header = signIdentity(identity, request, secret)
  expect(verifyIdentity(header, request, [secret], new UsedIdentities())).toEqual(identity)
})

test('accepts both secrets during rotation, in any order', async () => {
  for (const signer of [secret, previous]) {
    const header = signIdentity(identity, request, signer)
    expect(verifyIdentity(header, request, [secret, previous], new UsedIdentities())).toEqual(identity)
    expect(verifyIdentity(header, request, [previous, secret], new UsedIdentities())).toEqual(identity)
  }
})

test('rejects an identity signed with another secret, or if no secret is accepted', async () => {
  expectRejected(signIdentity(identity, request, other))
  const header = signIdentity(identity, request, secret)
  expect(() => verifyIdentity(header, request, [], new UsedIdentities())).toThrow(IdentityError)
})

test.each([
  ['method', { method: 'DELETE' }],
  ['case of the method', { method: 'post' }],
  ['path', { target: '/timesheets' }],
  ['query', { target: '/timesheets/upload' }],
  ['request id', { requestId: 'id-2' }],
  ['body length', { headers: { 'content-length': '3' } }],
  ['framing', { headers: { 'transfer-encoding': 'chunked' } }],
  ['request without a body', { headers: {} }],
])('rejects an identity for another %s', async (_name, change) => {
  expectRejected(signIdentity(identity, request, secret), { ...request, ...change })
})

test('accepts an identity for 30 s, with 5 s of clock skew', async () => {
  jest.useFakeTimers({ now: Date.parse('2026-11-01T00:00:00Z'), doNotFake: ['nextTick', 'queueMicrotask'] })
  const header = signIdentity(identity, request, secret)
  jest.setSystemTime(Date.parse('2026-11-01T00:00:34Z'))
  expect(verifyIdentity(header, request, [secret], new UsedIdentities())).toEqual(identity)
  jest.setSystemTime(Date.parse('2026-11-01T00:00:36Z'))
  expectRejected(header)
  jest.setSystemTime(Date.parse('2026-10-31T23:59:54Z'))
  expectRejected(header)
})

describe('an identity signed with the right secret', () => {
  const key = new TextEncoder().encode(secret.reveal())
  const claims = {
    ...identity,
    method: request.method,
    target: request.target,
    request_id: request.requestId,
    framing: 'length 2',
  }
  const make = (payload: Record<string, unknown>, alg = 'HS256') =>
    new SignJWT(payload)
      .setProtectedHeader({ alg })
      .setIssuer('timesheets-gateway')
      .setJti('once')
      .setIssuedAt()
      .setExpirationTime('30s')

  test('is accepted if it is complete', async () => {
    expect(verifyIdentity(await make(claims).sign(key), request, [secret], new UsedIdentities())).toEqual(
      identity,
    )
  })

  test.each([
    ['without a client', { ...claims, client: undefined }],
    ['without a person', { ...claims, person: 7 }],
    ['with scopes that are not an array', { ...claims, scopes: 'batch:upload' }],
    ['without a method', { ...claims, method: undefined }],
  ])('is rejected %s', async (_name, payload) => {
    expectRejected(await make(payload).sign(key))
  })

  test('is rejected from another issuer, with a longer life, or without times', async () => {
    expectRejected(await make(claims).setIssuer('x').sign(key))
    expectRejected(await make(claims).setIssuedAt('1h ago').setExpirationTime('1h').sign(key))
    expectRejected(
      await new SignJWT(claims)
        .setProtectedHeader({ alg: 'HS256' })
        .setIssuer('timesheets-gateway')
        .setJti('once')
        .sign(key),
    )
  })

  test('is rejected with another algorithm', async () => {
    const long = new TextEncoder().encode('s'.repeat(64))
    expectRejected(await make(claims, 'HS512').sign(long))
    const signed = await make(claims, 'HS512').sign(long)
    const accepted = [new Secret('s'.repeat(64))]
    expect(() => verifyIdentity(signed, request, accepted, new UsedIdentities())).toThrow(IdentityError)
    expectRejected(new UnsecuredJWT({ ...claims, jti: 'once' }).setIssuedAt().encode())
  })
})

test.each(['', 'x', 'a.b.c', '..', 'ey.ey.ey'])('rejects a text that is not a JWS: "%s"', async (header) => {
  expectRejected(header)
})

test('accepts an identity once', () => {
  const used = new UsedIdentities()
  const [first, second] = [1, 2].map(() => signIdentity(identity, request, secret))
  expect(verifyIdentity(first!, request, [secret], used)).toEqual(identity)
  expect(() => verifyIdentity(first!, request, [secret], used)).toThrow('the identity was used before')
  expect(verifyIdentity(second!, request, [secret], used)).toEqual(identity)
})

test('remembers a used identity for longer than it is valid, and not for ever', () => {
  jest.useFakeTimers({ now: Date.parse('2026-11-01T00:00:00Z'), doNotFake: ['nextTick', 'queueMicrotask'] })
  const used = new UsedIdentities()
  expect(used.add('a')).toBe(true)
  jest.advanceTimersByTime(41_000)
  expect([used.add('b'), used.add('a')]).toEqual([true, false])
  jest.advanceTimersByTime(41_000)
  used.add('c')
  jest.advanceTimersByTime(41_000)
  expect(used.add('a')).toBe(true)
})
