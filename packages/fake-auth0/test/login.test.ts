import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Secret } from '@timesheets/runtime/secret'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { createIssuer, type Issuer } from '../src/issuer.ts'
import { type Browser, createBrowser } from './browser.ts'

const audience = 'https://api.exampleco.com/timesheets'
const redirectUri = 'http://localhost:5173/console/callback?from=here'

let dataDir: string
let issuer: Issuer
let base: string

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'issuer-login-'))
  issuer = await createIssuer({
    port: 0,
    host: '127.0.0.1',
    url: undefined,
    audience,
    dataDir,
    contractorSyncSecret: new Secret('x'),
  })
  base = await issuer.listen()
})

afterAll(async () => {
  await issuer.close()
  await rm(dataDir, { recursive: true })
})

const verifier = randomBytes(32).toString('base64url')

function authorizeUrl(more: Record<string, string | undefined> = {}): string {
  const parameters = Object.entries({
    client_id: 'timesheets-web',
    response_type: 'code',
    response_mode: 'query',
    redirect_uri: redirectUri,
    audience,
    scope: 'openid profile email read:timesheets read:reports',
    state: 's1',
    nonce: 'n1',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...more,
  }).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return `/authorize?${new URLSearchParams(parameters)}`
}

/** Follows the redirects from `/authorize` to the app's redirect URI, and picks a person on the login page. */
async function logIn(browser: Browser, personId: string, url = authorizeUrl()): Promise<URL> {
  let response = await browser(url)
  for (let step = 0; step < 5; step += 1) {
    const location = response.headers.get('location')
    expect(location).toBeTruthy()
    if (location!.startsWith('http://localhost:5173/')) return new URL(location!)
    response = await browser(location!)
    if (response.status === 200) {
      expect(await response.text()).toContain(personId)
      response = await browser(location!, {
        method: 'POST',
        body: new URLSearchParams({ person: personId }),
      })
    }
  }
  throw new Error('The login did not end within 5 steps')
}

function exchange(code: string, more: Record<string, string> = {}): Promise<Response> {
  return fetch(`${base}/oauth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: 'http://localhost:5173' },
    body: JSON.stringify({
      grant_type: 'authorization_code',
      client_id: 'timesheets-web',
      code_verifier: verifier,
      redirect_uri: redirectUri,
      code,
      ...more,
    }),
  })
}

interface Tokens {
  access_token: string
  id_token: string
  scope: string
}

test('the code flow with PKCE gives a person a token for the API', async () => {
  const back = await logIn(createBrowser(base), 'auth0|ann')
  expect(back.searchParams.get('state')).toBe('s1')
  expect(back.searchParams.get('from')).toBe('here')

  const response = await exchange(back.searchParams.get('code')!)
  expect(response.status).toBe(200)
  expect(response.headers.get('access-control-allow-origin')).toBe('http://localhost:5173')
  const tokens = (await response.json()) as Tokens
  expect(tokens).toMatchObject({
    token_type: 'Bearer',
    expires_in: 86_400,
    scope: 'openid profile email read:timesheets',
  })

  const keys = createRemoteJWKSet(new URL(`${base}/.well-known/jwks.json`))
  const { payload } = await jwtVerify(tokens.access_token, keys, { issuer: issuer.url, audience })
  expect(payload).toEqual({
    iss: issuer.url,
    sub: 'auth0|ann',
    aud: [audience, `${base}/userinfo`],
    iat: expect.any(Number),
    exp: payload.iat! + 86_400,
    azp: 'timesheets-web',
    scope: 'openid profile email read:timesheets',
    permissions: ['create:timesheets', 'read:timesheets'],
    'https://api.exampleco.com/email': 'ann@exampleco.com',
  })
  const id = await jwtVerify(tokens.id_token, keys, { issuer: issuer.url, audience: 'timesheets-web' })
  expect(id.payload).toMatchObject({ sub: 'auth0|ann', nonce: 'n1', name: 'Ann', email: 'ann@exampleco.com' })

  const userinfo = await fetch(`${base}/userinfo`, {
    headers: { authorization: `Bearer ${tokens.access_token}` },
  })
  expect(await userinfo.json()).toEqual({
    sub: 'auth0|ann',
    name: 'Ann',
    nickname: 'ann',
    email: 'ann@exampleco.com',
    email_verified: true,
  })
})

test('a token without an audience is accepted only at userinfo', async () => {
  const back = await logIn(createBrowser(base), 'auth0|ann', authorizeUrl({ audience: undefined }))
  const tokens = (await (await exchange(back.searchParams.get('code')!)).json()) as Tokens
  expect(tokens.access_token).not.toContain('.')
  const authorization = `Bearer ${tokens.access_token}`
  expect(await (await fetch(`${base}/userinfo`, { headers: { authorization } })).json()).toMatchObject({
    email: 'ann@exampleco.com',
  })
})

test('a person with a session sees no login page until the logout', async () => {
  const browser = createBrowser(base)
  await logIn(browser, 'auth0|maya')
  expect((await logIn(browser, 'no login page')).searchParams.get('code')).toBeTruthy()

  const logout = await browser(`/v2/logout?returnTo=${encodeURIComponent('http://localhost:5173/')}`)
  expect(logout.headers.get('location')).toBe('http://localhost:5173/')
  const silent = await logIn(browser, 'no login page', authorizeUrl({ prompt: 'none' }))
  expect(silent.searchParams.get('error')).toBe('login_required')
})

test('a login in progress survives a rotation of the keys', async () => {
  const browser = createBrowser(base)
  const page = (await browser(authorizeUrl())).headers.get('location')!
  await fetch(`${base}/local/keys/rotate`, { method: 'POST' })
  const picked = await browser(page, {
    method: 'POST',
    body: new URLSearchParams({ person: 'auth0|ben' }),
  })
  const done = await browser(picked.headers.get('location')!)
  const code = new URL(done.headers.get('location')!).searchParams.get('code')!
  expect((await exchange(code)).status).toBe(200)
})

test('a code is accepted once, and only with its verifier', async () => {
  const browser = createBrowser(base)
  const code = (await logIn(browser, 'auth0|ben')).searchParams.get('code')!
  const refused = await exchange(code, { code_verifier: 'x'.repeat(43) })
  expect(refused.status).toBe(403)
  expect(await refused.json()).toMatchObject({ error: 'invalid_grant' })
  expect((await exchange(code)).status).toBe(200)
  expect((await exchange(code)).status).toBe(403)
})

test.each([
  ['an unknown audience', { audience: 'https://other' }, 'access_denied'],
  [
    'a missing code challenge',
    { code_challenge: undefined, code_challenge_method: undefined },
    'invalid_request',
  ],
])('%s redirects to the app with an error', async (_case, more, error) => {
  const response = await createBrowser(base)(authorizeUrl(more))
  expect(new URL(response.headers.get('location')!).searchParams.get('error')).toBe(error)
})

test.each([
  ['a redirect URI of another host', authorizeUrl({ redirect_uri: 'https://evil.example/callback' })],
  ['an unknown client', authorizeUrl({ client_id: '<script>' })],
  ['an unknown login', '/login/abc'],
])('%s shows an error page instead of a redirect', async (_case, url) => {
  const response = await createBrowser(base)(url, { headers: { accept: 'text/html' } })
  expect(response.status).toBe(400)
  const page = await response.text()
  expect(page).toContain('Login is not possible')
  expect(page).not.toContain('<script>')
})

test('rejects a login as an unknown person with 400', async () => {
  const browser = createBrowser(base)
  const page = (await browser(authorizeUrl())).headers.get('location')!
  const response = await browser(page, {
    method: 'POST',
    body: new URLSearchParams({ person: 'auth0|eve' }),
  })
  expect(response.status).toBe(400)
})

test.each(['Bearer a.b.c', 'Bearer x', 'Basic eDp5'])('userinfo rejects %s', async (authorization) => {
  const response = await fetch(`${base}/userinfo`, { headers: { authorization } })
  expect([400, 401]).toContain(response.status)
})
