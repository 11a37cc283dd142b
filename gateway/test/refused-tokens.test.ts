import { beforeAll, expect, test } from '@jest/globals'
import { startStack, type TokenRequest } from './gateway-fixture.ts'

let gateway: Awaited<ReturnType<typeof startStack>>

beforeAll(async () => {
  gateway = await startStack(undefined, {}, { jwks: { cooldownMs: 1 } })
})

const now = () => Math.floor(Date.now() / 1000)
const metadata = 'https://api.exampleco.test/.well-known/oauth-protected-resource'

const userClaim = 'https://api.exampleco.com/email'

async function expectRefused(token: string, description: string): Promise<void> {
  const before = gateway.service.requests.length
  const response = await gateway.upload(token)
  expect(response.headers['www-authenticate']).toBe(
    `Bearer error="invalid_token", error_description="${description}", realm="timesheets", resource_metadata="${metadata}"`,
  )
  expect(response.status).toBe(401)
  expect(response.headers['content-type']).toBe('application/problem+json')
  expect(response.headers['cache-control']).toBe('no-store')
  expect(response.body).toMatchObject({ type: '/problems/invalid-token', detail: description })
  expect(gateway.service.requests).toHaveLength(before)
}

const orders: [string, TokenRequest, string][] = [
  ['expired', { expiresInSeconds: -10 }, 'The access token has expired'],
  ['without exp', { claims: { exp: null } }, 'The access token has no expiry (exp)'],
  ['with exp as text', { claims: { exp: '9999999999' } }, 'The access token has no expiry (exp)'],
  ['not valid yet', { claims: { nbf: now() + 600 } }, 'The access token is not valid yet'],
  ['for another API', { claims: { aud: 'https://other' } }, 'The access token is for another API'],
  ['for several other APIs', { claims: { aud: ['https://a', 'b'] } }, 'The access token is for another API'],
  ['for no API', { claims: { aud: null } }, 'The access token is for another API'],
  ['of another issuer', { claims: { iss: 'https://evil/' } }, 'The access token comes from another issuer'],
  ['of no issuer', { claims: { iss: null } }, 'The access token comes from another issuer'],
  ['of issuers in a list', { claims: { iss: ['x'] } }, 'The access token comes from another issuer'],
  ['signed by a stranger', { key: 'stranger' }, 'The access token is not signed by the issuer'],
  ['with an unknown kid', { kid: 'unknown' }, 'The access token is not signed by the issuer'],
  ["with another key's kid", { key: 'next' }, 'The access token is not signed by the issuer'],
  [
    'bound to its sender',
    { claims: { cnf: { jkt: 'x' } } },
    'The access token is bound to its sender (cnf), which is not supported here',
  ],
  [
    'bound to a certificate',
    { claims: { cnf: { 'x5t#S256': 'x' } } },
    'The access token is bound to its sender (cnf), which is not supported here',
  ],
  ['without a client', { claims: { azp: null, client_id: null } }, 'The access token names no client'],
  ['of a client that is not text', { claims: { azp: ['sync'] } }, 'The access token names no client'],
  ...[
    ['a client with U+0000', { azp: 'sync\0' }],
    ['a client with a line break', { client_id: 'sync\nx', azp: null }],
    ['a client with half of a surrogate pair', { azp: 'sync\ud800' }],
    ['a client with too long a name', { azp: 'x'.repeat(257) }],
    ['a person with U+0000', { [userClaim]: 'jo\0@exampleco.com' }],
    ['a person with a control character', { sub: 'auth0|\u0085' }],
    ['a person with half of a surrogate pair', { sub: 'auth0|\udc00' }],
    ['a person with too long a name', { [userClaim]: `${'x'.repeat(187)}@exampleco.com` }],
    ['a person named *', { sub: '*' }],
    ['a person named * by the claim', { [userClaim]: '*' }],
  ].map(([whom, claims]): [string, TokenRequest, string] => [
    `of ${whom}`,
    { claims: claims as Record<string, unknown> },
    'The access token names a client or a person with a name that is not supported',
  ]),
  ['of a client with an empty name', { claims: { azp: '' } }, 'The access token names no client'],
]

test.each(orders)('refuses a token %s', async (_name, order, description) => {
  await expectRefused(await gateway.issuer.token(order), description)
})

test.each([
  'x',
  '..',
  'a.b.c',
  'a.b.c.d.e',
  `${Buffer.from('null').toString('base64url')}.e30.x`,
  `${Buffer.from('[]').toString('base64url')}.e30.x`,
  '/+=',
])('refuses text that is not a token: %s', async (token) => {
  await expectRefused(token, 'The access token is malformed')
})

test('refuses a token that is cut short', async () => {
  const token = await gateway.issuer.token()
  await expectRefused(token.slice(0, -2), 'The access token is not signed by the issuer')
})

test('refuses a token with changed claims', async () => {
  const [head, body = '', signature] = (await gateway.issuer.token()).split('.')
  const claims = {
    ...JSON.parse(Buffer.from(body, 'base64url').toString()),
    scope: 'batch:upload manage:people',
  }
  const changed = Buffer.from(JSON.stringify(claims)).toString('base64url')
  await expectRefused(`${head}.${changed}.${signature}`, 'The access token is not signed by the issuer')
})

test('allows five seconds of clock skew', async () => {
  const late = await gateway.issuer.token({ expiresInSeconds: -2 })
  const early = await gateway.issuer.token({ claims: { nbf: now() + 3 } })
  expect((await gateway.upload(late)).status).toBe(200)
  expect((await gateway.upload(early)).status).toBe(200)
})

test('refuses "Bearer" without a token, or with more than one, as malformed', async () => {
  for (const authorization of ['Bearer', 'Bearer ', 'Bearer a b', 'Bearer "a"', 'bearer a,b', 'Bearer =a']) {
    const response = await gateway.upload('', { authorization })
    expect(response.status).toBe(401)
    expect(response.body).toMatchObject({ detail: 'The access token is malformed' })
  }
})

test('refuses a token whose exp is larger than every number', async () => {
  const [header = '', payload = '', signature = ''] = (await gateway.issuer.token()).split('.')
  const claims = Buffer.from(payload, 'base64url').toString()
  const endless = claims.replace(/"exp":\d+/, '"exp":1e999')
  expect(JSON.parse(endless)).toMatchObject({ exp: Number.POSITIVE_INFINITY })
  const token = `${header}.${Buffer.from(endless).toString('base64url')}.${signature}`
  // With the signature of other claims it is refused in any case, so the reason is what counts.
  await expectRefused(token, 'The access token has no expiry (exp)')
})

test('refuses another spelling of a good token, which decodes to the same bytes', async () => {
  const token = await gateway.issuer.token()
  const [header = '', payload = '', signature = ''] = token.split('.')
  // The last character of 256 bytes in base64url has four unused bits.
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const last = alphabet.indexOf(signature.at(-1)!)
  const respelled = signature.slice(0, -1) + alphabet[last ^ 1]
  expect(Buffer.from(respelled, 'base64url')).toEqual(Buffer.from(signature, 'base64url'))
  for (const other of [
    `${header}.${payload}.${respelled}`,
    `${token}=`,
    `${token}==`,
    `${header}=.${payload}.${signature}`,
  ])
    await expectRefused(other, 'The access token is malformed')
  expect((await gateway.upload(token)).status).toBe(200)
})

test.each([
  ['a byte order mark', (text: string) => Buffer.from(`\uFEFF${text}`)],
  [
    'bytes that are not UTF-8',
    (text: string) => Buffer.concat([Buffer.from(text.slice(0, -1)), Buffer.from([0x22, 0xff, 0x22, 0x7d])]),
  ],
])('refuses a token with %s in its header or payload', async (_name, change) => {
  const [header = '', payload = '', signature = ''] = (await gateway.issuer.token()).split('.')
  const rewrite = (part: string) => change(Buffer.from(part, 'base64url').toString()).toString('base64url')
  await expectRefused(`${rewrite(header)}.${payload}.${signature}`, 'The access token is malformed')
  await expectRefused(`${header}.${rewrite(payload)}.${signature}`, 'The access token is malformed')
})

test('tries every key of the issuer for a token without kid', async () => {
  for (const key of ['current', 'next'] as const) {
    const token = await gateway.issuer.token({ key, header: { kid: null } })
    expect(JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString())).not.toHaveProperty('kid')
    expect((await gateway.upload(token)).status).toBe(200)
  }
  const forged = await gateway.issuer.token({ key: 'stranger', header: { kid: null } })
  await expectRefused(forged, 'The access token is not signed by the issuer')
})
