import { randomUUID } from 'node:crypto'
import { expect, test } from '@jest/globals'
import { identityHeader, requestIdHeader, signIdentity } from '@timesheets/runtime/identity'
import { Secret } from '@timesheets/runtime/secret'
import { SignJWT } from 'jose'
import supertest from 'supertest'
import { identitySecret, syncIdentity } from './client.ts'
import { entry, useService } from './service-fixture.ts'

const previousSecret = new Secret('the secret that was in use until a moment ago')
const service = useService({ IDENTITY_SECRET_PREVIOUS: previousSecret.reveal() })

const target = '/timesheets/upload'
const body = JSON.stringify(entry())
const bound = {
  method: 'POST',
  target,
  requestId: 'req-1',
  headers: { 'content-length': String(body.length) },
}

/** Sends an entry with these headers, as a client that bypasses the gateway would. */
function send(headers: Record<string, string>, path = target): supertest.Test {
  return supertest(service().app)
    .post(path)
    .set({ [requestIdHeader]: 'req-1', ...headers })
    .type('json')
    .send(body)
}

async function expectRejected(response: supertest.Response): Promise<void> {
  expect(response.status).toBe(401)
  expect(response.headers['www-authenticate']).toBe('Bearer')
  expect(response.body).toMatchObject({
    type: '/problems/missing-token',
    detail: 'Send requests through the gateway',
  })
  expect(await service().sql('select id from timesheets')).toEqual([])
}

/** Signs an identity like the gateway, with other claims. */
function forgeIdentity(
  claims: object,
  { alg = 'HS256', issuer = 'timesheets-gateway', secret = identitySecret } = {},
) {
  const { method, requestId } = bound
  const required = { method, target, request_id: requestId, framing: `length ${body.length}` }
  return new SignJWT({ ...syncIdentity, ...required, ...claims })
    .setProtectedHeader({ alg })
    .setIssuer(issuer)
    .setJti(randomUUID())
    .sign(new TextEncoder().encode(secret.reveal()))
}

const seconds = Math.floor(Date.now() / 1000)
const fresh = { iat: seconds, exp: seconds + 30 }

test.each<[string, () => Promise<string> | string | undefined]>([
  ['no identity', () => undefined],
  ['an empty identity', () => ''],
  ['a text that is not a JWS', () => 'let me in'],
  ['two identities', async () => `${signIdentity(syncIdentity, bound, identitySecret)}, x.y.z`],
  [
    'a signature with another secret',
    () => signIdentity(syncIdentity, bound, new Secret('a secret that a stranger has chosen')),
  ],
  [
    'an identity for another method',
    () => signIdentity(syncIdentity, { ...bound, method: 'PUT' }, identitySecret),
  ],
  [
    'an identity for another path',
    () => signIdentity(syncIdentity, { ...bound, target: '/timesheets' }, identitySecret),
  ],
  [
    'an identity for another query',
    () => signIdentity(syncIdentity, { ...bound, target: `${target}?dry_run=true` }, identitySecret),
  ],
  [
    'an identity for another request',
    () => signIdentity(syncIdentity, { ...bound, requestId: 'req-2' }, identitySecret),
  ],
  [
    'an identity for another body',
    () => signIdentity(syncIdentity, { ...bound, headers: { 'content-length': '2' } }, identitySecret),
  ],
  ['an expired identity', () => forgeIdentity({ iat: seconds - 60, exp: seconds - 30 })],
  [
    'an identity with a life that is too long',
    () => forgeIdentity({ iat: seconds - 60, exp: seconds + 3600 }),
  ],
  ['an identity without an expiry', () => forgeIdentity({ iat: seconds })],
  ['an identity without an issue time', () => forgeIdentity({ exp: seconds + 30 })],
  ['an identity of another issuer', () => forgeIdentity(fresh, { issuer: 'https://issuer.example.com/' })],
  ['an identity with another algorithm', () => forgeIdentity(fresh, { alg: 'HS512' })],
  ['an identity without a client', () => forgeIdentity({ ...fresh, client: undefined })],
  ['a client that is not a string', () => forgeIdentity({ ...fresh, client: { name: 'contractor-sync' } })],
  ['scopes that are not an array', () => forgeIdentity({ ...fresh, scopes: 'batch:upload' })],
  [
    'an unsigned identity (alg none)',
    async () => {
      const [, payload] = (await forgeIdentity(fresh)).split('.')
      return `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`
    },
  ],
])('rejects a request with %s', async (_name, identity) => {
  const header = await identity()
  await expectRejected(await send(header === undefined ? {} : { [identityHeader]: header }))
})

test('does not accept an access token in place of the identity', async () => {
  await expectRejected(await send({ authorization: `Bearer ${await forgeIdentity(fresh)}` }))
})

test('responds 401 rather than 404 to an unknown path without an identity', async () => {
  await expectRejected(await send({}, '/nowhere'))
})

test('accepts identities signed with the current and the previous secret', async () => {
  for (const identity of [
    await forgeIdentity(fresh),
    signIdentity(syncIdentity, bound, identitySecret),
    signIdentity(syncIdentity, bound, previousSecret),
  ]) {
    const response = await send({ [identityHeader]: identity })
    expect(response.status).toBe(201)
  }
})

test('accepts an identity once', async () => {
  const identity = signIdentity(syncIdentity, bound, identitySecret)
  expect((await send({ [identityHeader]: identity })).status).toBe(201)
  expect((await send({ [identityHeader]: identity })).status).toBe(401)
})

test('compares the whole request id', async () => {
  const requestId = 'x'.repeat(64)
  const identity = signIdentity(syncIdentity, { ...bound, requestId }, identitySecret)
  const headers = { [identityHeader]: identity, [requestIdHeader]: `${requestId}y` }
  expect((await send(headers)).status).toBe(401)
})
