import { afterEach, describe, expect, jest, test } from '@jest/globals'
import { SignJWT, UnsecuredJWT } from 'jose'
import { IdentityError, signIdentity, verifyIdentity } from './identity.ts'
import { Secret } from './secret.ts'

const secret = new Secret('the secret that both sides have now')
const previous = new Secret('the secret that both sides had before')
const other = new Secret('a secret that somebody else has')
const request = { method: 'POST', target: '/timesheets/upload?dry_run=true', requestId: 'id-1' }
const identity = { client: 'sync', person: 'auth0|é', scopes: ['batch:upload', 'openid'] }

afterEach(() => {
  jest.useRealTimers()
})

const refused = (header: string, at = request) =>
  expect(verifyIdentity(header, at, [secret, previous])).rejects.toThrow(IdentityError)

test('is believed by who has the secret, for the request that it was made for', async () => {
  const header = await signIdentity(identity, request, secret)
  expect(await verifyIdentity(header, request, [secret])).toEqual(identity)
})

test('while the secret is being replaced, both are good, in whichever order', async () => {
  for (const signer of [secret, previous]) {
    const header = await signIdentity(identity, request, signer)
    expect(await verifyIdentity(header, request, [secret, previous])).toEqual(identity)
    expect(await verifyIdentity(header, request, [previous, secret])).toEqual(identity)
  }
})

test('with another secret, or with none, it is refused', async () => {
  await refused(await signIdentity(identity, request, other))
  const header = await signIdentity(identity, request, secret)
  await expect(verifyIdentity(header, request, [])).rejects.toThrow(IdentityError)
})

test.each([
  ['method', { method: 'DELETE' }],
  ['case of the method', { method: 'post' }],
  ['path', { target: '/timesheets' }],
  ['query', { target: '/timesheets/upload' }],
  ['request id', { requestId: 'id-2' }],
])('for another %s it is refused', async (_name, change) => {
  await refused(await signIdentity(identity, request, secret), { ...request, ...change })
})

test('it lives for 30 s, and 5 s more for clocks that differ', async () => {
  jest.useFakeTimers({ now: Date.parse('2026-11-01T00:00:00Z'), doNotFake: ['nextTick', 'queueMicrotask'] })
  const header = await signIdentity(identity, request, secret)
  jest.setSystemTime(Date.parse('2026-11-01T00:00:34Z'))
  expect(await verifyIdentity(header, request, [secret])).toEqual(identity)
  jest.setSystemTime(Date.parse('2026-11-01T00:00:36Z'))
  await refused(header)
  jest.setSystemTime(Date.parse('2026-10-31T23:59:54Z'))
  await refused(header)
})

describe('signed with the right secret, but', () => {
  const key = new TextEncoder().encode(secret.reveal())
  const claims = { ...identity, method: request.method, target: request.target }
  const make = (payload: Record<string, unknown>, alg = 'HS256') =>
    new SignJWT(payload)
      .setProtectedHeader({ alg })
      .setIssuer('timesheets-gateway')
      .setJti(request.requestId)
      .setIssuedAt()
      .setExpirationTime('30s')

  test('made well, it is believed', async () => {
    expect(await verifyIdentity(await make(claims).sign(key), request, [secret])).toEqual(identity)
  })

  test.each([
    ['without a client', { ...claims, client: undefined }],
    ['without a person', { ...claims, person: 7 }],
    ['with scopes that are no list', { ...claims, scopes: 'batch:upload' }],
    ['without a method', { ...claims, method: undefined }],
  ])('%s, it is refused', async (_name, payload) => {
    await refused(await make(payload).sign(key))
  })

  test('of another issuer, for longer, or without a time, it is refused', async () => {
    await refused(await make(claims).setIssuer('x').sign(key))
    await refused(await make(claims).setIssuedAt('1h ago').setExpirationTime('1h').sign(key))
    await refused(
      await new SignJWT(claims)
        .setProtectedHeader({ alg: 'HS256' })
        .setIssuer('timesheets-gateway')
        .setJti(request.requestId)
        .sign(key),
    )
  })

  test('with another algorithm, it is refused', async () => {
    const long = new TextEncoder().encode('s'.repeat(64))
    await refused(await make(claims, 'HS512').sign(long))
    await expect(
      verifyIdentity(await make(claims, 'HS512').sign(long), request, [new Secret('s'.repeat(64))]),
    ).rejects.toThrow(IdentityError)
    await refused(new UnsecuredJWT({ ...claims, jti: request.requestId }).setIssuedAt().encode())
  })
})

test.each(['', 'x', 'a.b.c', '..', 'ey.ey.ey'])('what is no JWS is refused: "%s"', async (header) => {
  await refused(header)
})
