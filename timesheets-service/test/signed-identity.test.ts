import { expect, test } from '@jest/globals'
import { identityHeader, requestIdHeader, signIdentity } from '@timesheets/runtime/identity'
import { Secret } from '@timesheets/runtime/secret'
import { SignJWT } from 'jose'
import { identitySecret } from './client.ts'
import { entry, useService } from './service-fixture.ts'

const previousSecret = new Secret('the secret that was in use until a moment ago')
const service = useService({ IDENTITY_SECRET_PREVIOUS: previousSecret.reveal() })

const target = '/timesheets/upload'
const bound = { method: 'POST', target, requestId: 'req-1' }

/** Sends an entry with these headers, as somebody would who found a way around the gateway. */
async function send(headers: Record<string, string>, path = target): Promise<Response> {
  return fetch(service().url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', [requestIdHeader]: 'req-1', ...headers },
    body: JSON.stringify(entry()),
  })
}

async function expectRefused(response: Response): Promise<void> {
  expect(response.status).toBe(401)
  expect(response.headers.get('www-authenticate')).toBe('Bearer')
  expect(await response.json()).toMatchObject({
    type: '/problems/missing-token',
    detail: 'Requests come in through the gateway only',
  })
  expect(await service().sql('select id from timesheets')).toEqual([])
}

/** An identity as the gateway makes it, with other claims. */
function forged(
  claims: object,
  { alg = 'HS256', issuer = 'timesheets-gateway', secret = identitySecret } = {},
) {
  return new SignJWT({ ...caller, method: 'POST', target, ...claims })
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
  ['two identities', async () => `${await signIdentity(caller, bound, identitySecret)}, x.y.z`],
  [
    'another secret',
    () => signIdentity(caller, bound, new Secret('a secret that somebody else has made up')),
  ],
  ['another method', () => signIdentity(caller, { ...bound, method: 'PUT' }, identitySecret)],
  ['another path', () => signIdentity(caller, { ...bound, target: '/timesheets' }, identitySecret)],
  [
    'another query',
    () => signIdentity(caller, { ...bound, target: `${target}?dry_run=true` }, identitySecret),
  ],
  ['another request', () => signIdentity(caller, { ...bound, requestId: 'req-2' }, identitySecret)],
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
  await expectRefused(await send(header === undefined ? {} : { [identityHeader]: header }))
})

test('an access token is no identity', async () => {
  await expectRefused(await send({ authorization: `Bearer ${await forged(fresh)}` }))
})

test('what is not there is not told to a stranger either', async () => {
  await expectRefused(await send({}, '/nowhere'))
})

test('both secrets are good while one is being replaced, and the check itself lets the good in', async () => {
  for (const identity of [
    await forged(fresh),
    await signIdentity(caller, bound, identitySecret),
    await signIdentity(caller, bound, previousSecret),
  ]) {
    const response = await send({ [identityHeader]: identity })
    expect(response.status).toBe(201)
    await response.arrayBuffer()
  }
})
