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
const bound = { method: 'POST', target, requestId: 'req-1' }

/** Sends an entry with these headers, as somebody would who found a way around the gateway. */
function send(headers: Record<string, string>, path = target): supertest.Test {
  return supertest(service().app)
    .post(path)
    .set({ [requestIdHeader]: 'req-1', ...headers })
    .send(entry())
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

/** An identity as the gateway makes it, with other claims. */
function forged(
  claims: object,
  { alg = 'HS256', issuer = 'timesheets-gateway', secret = identitySecret } = {},
) {
  return new SignJWT({ ...syncIdentity, method: 'POST', target, ...claims })
    .setProtectedHeader({ alg })
    .setIssuer(issuer)
    .setJti('req-1')
    .sign(new TextEncoder().encode(secret.reveal()))
}

const seconds = Math.floor(Date.now() / 1000)
const fresh = { iat: seconds, exp: seconds + 30 }

test.each<[string, () => Promise<string> | string | undefined]>([
  ['no identity', () => undefined],
  ['an empty identity', () => ''],
  ['no JWS', () => 'let me in'],
  ['two identities', async () => `${signIdentity(syncIdentity, bound, identitySecret)}, x.y.z`],
  [
    'another secret',
    () => signIdentity(syncIdentity, bound, new Secret('a secret that somebody else has made up')),
  ],
  ['another method', () => signIdentity(syncIdentity, { ...bound, method: 'PUT' }, identitySecret)],
  ['another path', () => signIdentity(syncIdentity, { ...bound, target: '/timesheets' }, identitySecret)],
  [
    'another query',
    () => signIdentity(syncIdentity, { ...bound, target: `${target}?dry_run=true` }, identitySecret),
  ],
  ['another request', () => signIdentity(syncIdentity, { ...bound, requestId: 'req-2' }, identitySecret)],
  ['an end that is past', () => forged({ iat: seconds - 60, exp: seconds - 30 })],
  [
    'an end that lies far off, but a beginning long ago',
    () => forged({ iat: seconds - 60, exp: seconds + 3600 }),
  ],
  ['no end', () => forged({ iat: seconds })],
  ['no beginning', () => forged({ exp: seconds + 30 })],
  ['another issuer', () => forged(fresh, { issuer: 'https://issuer.example.com/' })],
  ['another algorithm', () => forged(fresh, { alg: 'HS512' })],
  ['no client', () => forged({ ...fresh, client: undefined })],
  ['a client that is no text', () => forged({ ...fresh, client: { name: 'contractor-sync' } })],
  ['scopes that are no list', () => forged({ ...fresh, scopes: 'batch:upload' })],
  [
    'no signature (alg none)',
    async () => {
      const [, payload] = (await forged(fresh)).split('.')
      return `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`
    },
  ],
])('with %s nothing is answered', async (_what, identity) => {
  const header = await identity()
  await expectRejected(await send(header === undefined ? {} : { [identityHeader]: header }))
})

test('an access token is no identity', async () => {
  await expectRejected(await send({ authorization: `Bearer ${await forged(fresh)}` }))
})

test('what is not there is not told to a stranger either', async () => {
  await expectRejected(await send({}, '/nowhere'))
})

test('both secrets are good while one is being replaced, and the check itself lets the good in', async () => {
  for (const identity of [
    await forged(fresh),
    signIdentity(syncIdentity, bound, identitySecret),
    signIdentity(syncIdentity, bound, previousSecret),
  ]) {
    const response = await send({ [identityHeader]: identity })
    expect(response.status).toBe(201)
  }
})
