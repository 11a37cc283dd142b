import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { Secret } from '@timesheets/runtime/secret'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { createIssuer, type Issuer } from '../src/issuer.ts'
import { createRegistry } from '../src/registry.ts'
import { audience, expectError, machine, parseTokens, person, verifyToken } from './token-requests.ts'

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

let dataDir: string
let issuer: Issuer
let base: string
let assertionKey: Awaited<ReturnType<typeof generateKeyPair>>['privateKey']

beforeAll(async () => {
  // jest's structuredClone creates objects of another realm, which oidc-provider does not accept as plain objects.
  jest.spyOn(globalThis, 'structuredClone').mockImplementation((value) => JSON.parse(JSON.stringify(value)))
  dataDir = await mkdtemp(join(tmpdir(), 'issuer-'))
  const pair = await generateKeyPair('RS256')
  assertionKey = pair.privateKey
  const registry = createRegistry({ audience })
  const signer = {
    clientId: 'signer',
    publicKeys: [await exportJWK(pair.publicKey)],
    grantTypes: ['client_credentials'],
    grant: ['batch:upload'],
  } as const
  issuer = await createIssuer(
    { port: 0, host: '127.0.0.1', url: undefined, audience, dataDir, contractorSyncSecret: new Secret('x') },
    { ...registry, clients: [...registry.clients, signer] },
  )
  base = await issuer.listen()
})

afterAll(async () => {
  await issuer.close()
  await rm(dataDir, { recursive: true })
  jest.restoreAllMocks()
})

function ask(body: Record<string, unknown>): Promise<Response> {
  return fetch(`${base}/oauth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
}

function verify(token: string, aud = audience) {
  return verifyToken(base, token, { issuer: `${base}/`, audience: aud })
}

describe('client_credentials', () => {
  test('returns a token with the claims of Auth0', async () => {
    const response = await ask(machine('contractor-sync'))
    expect(response.headers.get('cache-control')).toBe('no-store')
    const tokens = await parseTokens(response)
    expect(tokens).toEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 86_400,
      scope: 'batch:upload',
    })
    const { payload, protectedHeader } = await verify(tokens.access_token)
    expect(protectedHeader).toEqual({ alg: 'RS256', typ: 'JWT', kid: expect.any(String) })
    expect(payload).toEqual({
      iss: `${base}/`,
      sub: 'contractor-sync@clients',
      aud: audience,
      iat: expect.any(Number),
      exp: payload.iat! + 86_400,
      azp: 'contractor-sync',
      gty: 'client-credentials',
      scope: 'batch:upload',
    })
  })

  test('accepts a form as well as JSON', async () => {
    const response = await fetch(`${base}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams(machine('reader')),
    })
    expect((await parseTokens(response)).scope).toBe('read:timesheets read:reports')
  })

  test('limits the token to the requested scopes', async () => {
    const { scope } = await parseTokens(await ask(machine('reader', { scope: 'read:reports' })))
    expect(scope).toBe('read:reports')
  })

  test('omits scope when the grant has no scopes', async () => {
    const tokens = await parseTokens(await ask(machine('no-scope')))
    expect(tokens).not.toHaveProperty('scope')
    expect((await verify(tokens.access_token)).payload).not.toHaveProperty('scope')
  })

  test('accepts an assertion signed by the client (private_key_jwt), once', async () => {
    const assertion = await new SignJWT({})
      .setProtectedHeader({ alg: 'RS256' })
      .setIssuer('signer')
      .setSubject('signer')
      .setAudience(`${base}/`)
      .setJti('1')
      .setExpirationTime('1m')
      .sign(assertionKey)
    const request = {
      grant_type: 'client_credentials',
      audience,
      client_assertion_type: assertionType,
      client_assertion: assertion,
    }
    expect((await parseTokens(await ask(request))).scope).toBe('batch:upload')
    await expectError(await ask(request), 401, 'access_denied', 'Unauthorized')
  })

  test.each([
    ['a wrong secret', machine('reader', { client_secret: 'guess' })],
    ['no secret', machine('reader', { client_secret: undefined })],
    ['an unknown client', machine('unknown')],
  ])('rejects %s with 401', async (_case, request) => {
    await expectError(await ask(request), 401, 'access_denied', 'Unauthorized')
  })

  test.each([
    [
      'an unknown audience',
      machine('reader', { audience: 'https://x' }),
      'access_denied',
      'Service not enabled within domain: https://x',
    ],
    [
      'no audience',
      machine('reader', { audience: undefined }),
      'access_denied',
      expect.stringContaining('No audience parameter'),
    ],
    [
      'a client without a grant',
      machine('ungranted'),
      'access_denied',
      expect.stringContaining('not authorized to access'),
    ],
    [
      'a scope beyond the grant',
      machine('reader', { scope: 'batch:upload' }),
      'access_denied',
      'Client has not been granted scopes: batch:upload',
    ],
    [
      'a grant type that the client may not use',
      machine('reader', { grant_type: 'password' }),
      'unauthorized_client',
      "Grant type 'password' not allowed for the client.",
    ],
    [
      'an unknown grant type',
      machine('reader', { grant_type: 'magic' }),
      'unsupported_grant_type',
      'Unsupported grant type: magic',
    ],
  ])('rejects %s with 403', async (_case, request, error, description) => {
    await expectError(await ask(request), 403, error, description as string)
  })
})

describe('password', () => {
  test('returns a token with the permissions of the person', async () => {
    const { access_token, scope } = await parseTokens(await ask(person('ann')))
    expect(scope).toBe('create:timesheets read:timesheets')
    expect((await verify(access_token)).payload).toEqual({
      iss: `${base}/`,
      sub: 'auth0|ann',
      aud: audience,
      iat: expect.any(Number),
      exp: expect.any(Number),
      azp: 'timesheets-web',
      gty: 'password',
      scope: 'create:timesheets read:timesheets',
      permissions: ['create:timesheets', 'read:timesheets'],
      'https://api.exampleco.com/email': 'ann@exampleco.com',
    })
  })

  test('drops scopes beyond the permissions and keeps the claim permissions complete', async () => {
    const tokens = await parseTokens(await ask(person('ann', { scope: 'read:timesheets read:reports' })))
    expect(tokens.scope).toBe('read:timesheets')
    const { payload } = await verify(tokens.access_token)
    expect(payload.permissions).toEqual(['create:timesheets', 'read:timesheets'])
  })

  test('adds userinfo as a second audience and an ID token for the scope openid', async () => {
    const tokens = await parseTokens(await ask(person('maya', { scope: 'openid email approve:timesheets' })))
    const { payload } = await verify(tokens.access_token)
    expect(payload.aud).toEqual([audience, `${base}/userinfo`])
    expect(payload.scope).toBe('openid email approve:timesheets')
    const id = await verify(tokens.id_token!, 'timesheets-web')
    expect(id.payload).toMatchObject({ sub: 'auth0|maya', email: 'maya@exampleco.com', email_verified: true })
    expect(id.payload).not.toHaveProperty('name')
  })

  test('omits an e-mail that is not verified', async () => {
    const { access_token } = await parseTokens(await ask(person('una')))
    expect((await verify(access_token)).payload).not.toHaveProperty(['https://api.exampleco.com/email'])
  })

  test.each([
    ['a wrong password', person('ann', { password: 'guess' })],
    ['an unknown person', person('ann', { username: 'eve@exampleco.com' })],
  ])('rejects %s', async (_case, request) => {
    await expectError(await ask(request), 403, 'invalid_grant', 'Wrong email or password.')
  })
})

describe('a malformed request', () => {
  test.each([
    ['truncated JSON', 'application/json', '{"grant_type":'],
    ['a JSON array', 'application/json', '[]'],
    ['JSON fields that are not strings', 'application/json', '{"client_id":{"a":1},"grant_type":[]}'],
    ['another content type', 'text/plain', 'grant_type=client_credentials'],
    ['an empty body', 'application/x-www-form-urlencoded', ''],
    ['a repeated parameter', 'application/x-www-form-urlencoded', 'client_id=reader&client_id=reader'],
  ])('with %s is rejected with 400', async (_case, type, body) => {
    const response = await fetch(`${base}/oauth/token`, {
      method: 'POST',
      headers: { 'content-type': type },
      body,
    })
    await expectError(response, 400, 'invalid_request')
  })

  test('that is too long is rejected with 413', async () => {
    await expectError(await ask({ client_id: 'x'.repeat(100_000) }), 413, 'invalid_request')
  })

  test('without a grant type is rejected with 400', async () => {
    await expectError(await ask(machine('reader', { grant_type: undefined })), 400, 'invalid_request')
  })
})

test('discovery builds endpoint URLs from the issuer, not from the Host header', async () => {
  const response = await fetch(`${base.replace('127.0.0.1', 'localhost')}/.well-known/openid-configuration`)
  expect(await response.json()).toMatchObject({
    issuer: `${base}/`,
    authorization_endpoint: `${base}/authorize`,
    token_endpoint: `${base}/oauth/token`,
    userinfo_endpoint: `${base}/userinfo`,
    jwks_uri: `${base}/.well-known/jwks.json`,
  })
})
