import { afterEach, describe, expect, jest, test } from '@jest/globals'
import { SignJWT, UnsecuredJWT } from 'jose'
import { IdentityError, signIdentity, verifyIdentity } from './identity.ts'
import { Secret } from './secret.ts'

const secret = new Secret('the secret that both sides use now')
const previous = new Secret('the secret that both sides used before')
const other = new Secret('a secret that another system has')
const request = { method: 'POST', target: '/timesheets/upload?dry_run=true', requestId: 'id-1' }
const identity = { client: 'sync', person: 'auth0|é', scopes: ['batch:upload', 'openid'] }

afterEach(() => {
  jest.useRealTimers()
})

const expectRejected = (header: string, at = request) =>
  expect(() => verifyIdentity(header, at, [secret, previous])).toThrow(IdentityError)

test('accepts an identity for the request that it was signed for', async () => {
  const header = signIdentity(identity, request, secret)
  expect(verifyIdentity(header, request, [secret])).toEqual(identity)
})

test('accepts both secrets during rotation, in any order', async () => {
  for (const signer of [secret, previous]) {
    const header = signIdentity(identity, request, signer)
    expect(verifyIdentity(header, request, [secret, previous])).toEqual(identity)
    expect(verifyIdentity(header, request, [previous, secret])).toEqual(identity)
  }
})

test('rejects an identity signed with another secret, or if no secret is accepted', async () => {
  expectRejected(signIdentity(identity, request, other))
  const header = signIdentity(identity, request, secret)
  expect(() => verifyIdentity(header, request, [])).toThrow(IdentityError)
})

test.each([
  ['method', { method: 'DELETE' }],
  ['case of the method', { method: 'post' }],
  ['path', { target: '/timesheets' }],
  ['query', { target: '/timesheets/upload' }],
  ['request id', { requestId: 'id-2' }],
])('rejects an identity for another %s', async (_name, change) => {
  expectRejected(signIdentity(identity, request, secret), { ...request, ...change })
})

test('accepts an identity for 30 s, with 5 s of clock skew', async () => {
  jest.useFakeTimers({ now: Date.parse('2026-11-01T00:00:00Z'), doNotFake: ['nextTick', 'queueMicrotask'] })
  const header = signIdentity(identity, request, secret)
  jest.setSystemTime(Date.parse('2026-11-01T00:00:34Z'))
  expect(verifyIdentity(header, request, [secret])).toEqual(identity)
  jest.setSystemTime(Date.parse('2026-11-01T00:00:36Z'))
  expectRejected(header)
  jest.setSystemTime(Date.parse('2026-10-31T23:59:54Z'))
  expectRejected(header)
})

describe('an identity signed with the right secret', () => {
  const key = new TextEncoder().encode(secret.reveal())
  const claims = { ...identity, method: request.method, target: request.target }
  const make = (payload: Record<string, unknown>, alg = 'HS256') =>
    new SignJWT(payload)
      .setProtectedHeader({ alg })
      .setIssuer('timesheets-gateway')
      .setJti(request.requestId)
      .setIssuedAt()
      .setExpirationTime('30s')

  test('is accepted if it is complete', async () => {
    expect(verifyIdentity(await make(claims).sign(key), request, [secret])).toEqual(identity)
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
        .setJti(request.requestId)
        .sign(key),
    )
  })

  test('is rejected with another algorithm', async () => {
    const long = new TextEncoder().encode('s'.repeat(64))
    expectRejected(await make(claims, 'HS512').sign(long))
    const signed = await make(claims, 'HS512').sign(long)
    expect(() => verifyIdentity(signed, request, [new Secret('s'.repeat(64))])).toThrow(IdentityError)
    expectRejected(new UnsecuredJWT({ ...claims, jti: request.requestId }).setIssuedAt().encode())
  })
})

test.each(['', 'x', 'a.b.c', '..', 'ey.ey.ey'])('rejects a text that is not a JWS: "%s"', async (header) => {
  expectRejected(header)
})
