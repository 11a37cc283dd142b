import { beforeAll, expect, test } from '@jest/globals'
import { decodeJwt } from 'jose'
import { audience, startGateway, startStack, type TokenRequest, uploadPath } from './gateway-fixture.ts'
import { exchange, uploadHead } from './raw-connection.ts'

let gateway: Awaited<ReturnType<typeof startStack>>

beforeAll(async () => {
  gateway = await startStack()
})

async function readIdentity(claims: TokenRequest['claims']): Promise<Record<string, unknown>> {
  const response = await gateway.upload(await gateway.issuer.token({ claims }))
  expect(response.status).toBe(200)
  return decodeJwt(gateway.service.requests.at(-1)!.headers['x-timesheets-identity'] as string)
}

test('grants the scopes of scope and of permissions, and nothing else', async () => {
  expect(
    await readIdentity({ scope: 'openid  batch:upload', permissions: ['read:reports', 7, 'openid'] }),
  ).toMatchObject({
    scopes: ['openid', 'batch:upload', 'read:reports'],
  })
  expect(await readIdentity({ scope: null, permissions: ['batch:upload'] })).toMatchObject({
    scopes: ['batch:upload'],
  })
  for (const claims of [
    { scope: ['batch:upload'] },
    { scope: null, permissions: 'batch:upload' },
    { scope: null, scp: 'batch:upload', roles: ['batch:upload'] },
    { scope: 'batch:upload\n' },
    { scope: 'BATCH:UPLOAD' },
  ]) {
    expect((await gateway.upload(await gateway.issuer.token({ claims }))).status).toBe(403)
  }
})

test('takes azp as the client, else client_id', async () => {
  expect(await readIdentity({ azp: 'a', client_id: 'b' })).toMatchObject({ client: 'a' })
  expect(await readIdentity({ azp: null, client_id: 'b' })).toMatchObject({ client: 'b' })
})

test('takes the configured claim as the person, else sub', async () => {
  const email = { 'https://api.exampleco.com/email': 'jo@exampleco.com' }
  expect(await readIdentity({ sub: 'auth0|1', ...email })).toMatchObject({ person: 'jo@exampleco.com' })
  expect(await readIdentity({ sub: 'auth0|1', email: 'not@this.one' })).toMatchObject({ person: 'auth0|1' })
})

test('accepts long names of clients and persons, in any letters', async () => {
  const [azp, sub] = ['x'.repeat(256), '\u{1f600}'.repeat(128)]
  expect(await readIdentity({ azp, sub })).toMatchObject({ client: azp, person: sub })
})

test('accepts a token for several audiences, of which one is this API', async () => {
  await readIdentity({ aud: ['https://other/userinfo', audience] })
})

test("accepts tokens of the tenant's custom domains, and of no other", async () => {
  const custom = 'https://login.exampleco.com/'
  const { url } = await startGateway(
    { issuer: gateway.issuer, serviceUrl: gateway.service.url },
    { issuers: [gateway.issuer.issuer, custom] },
  )
  const statusFor = async (iss: string) => {
    const authorization = `Bearer ${await gateway.issuer.token({ claims: { iss } })}`
    return (await fetch(url + uploadPath, { method: 'POST', headers: { authorization } })).status
  }
  expect(await statusFor(gateway.issuer.issuer)).toBe(200)
  expect(await statusFor(custom)).toBe(200)
  expect(await statusFor('https://login.exampleco.com')).toBe(401)
  expect(await statusFor('https://LOGIN.exampleco.com/')).toBe(401)
})

test('accepts the scheme in any case, with several spaces, and with any Host', async () => {
  const token = await gateway.issuer.token()
  for (const [scheme, host] of [
    ['bearer ', 'x'],
    ['BEARER   ', 'x'],
    ['Bearer ', 'not a host'],
    ['Bearer ', ''],
  ]) {
    const head = `POST ${uploadPath} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: ${scheme}${token}\r\n`
    const response = await exchange(gateway.url, `${head}Connection: close\r\nContent-Length: 0\r\n\r\n`)
    expect(response.status).toBe(200)
  }
})

test('accepts HTTP/1.0 without a Host', async () => {
  const head = uploadHead(await gateway.issuer.token(), ['Content-Length: 2']).replace('HTTP/1.1', 'HTTP/1.0')
  const response = await exchange(gateway.url, `${head.replace(/Host.*\r\n/, '')}{}`)
  expect(response.status).toBe(200)
})

test('ignores a DPoP header beside a bearer token', async () => {
  const response = await gateway.upload(await gateway.issuer.token(), { dpop: 'x' })
  expect(response.status).toBe(200)
})
