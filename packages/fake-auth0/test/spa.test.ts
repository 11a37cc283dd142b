import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Secret } from '@timesheets/runtime/secret'
import { decodeJwt } from 'jose'
import { createIssuer, type Issuer } from '../src/issuer.ts'
import { type Browser, createBrowser } from './browser.ts'

// The requests that Auth0's SDK for single-page apps (@auth0/auth0-spa-js 2) sends with its defaults, and with
// `useRefreshTokens`.

const audience = 'https://api.exampleco.com/timesheets'
const origin = 'http://127.0.0.1:5173'
const client = 'timesheets-web'

let dataDir: string
let issuer: Issuer
let base: string

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'issuer-spa-'))
  const contractorSyncSecret = new Secret('x')
  const config = { port: 0, host: '127.0.0.1', url: undefined, audience, dataDir, contractorSyncSecret }
  issuer = await createIssuer(config)
  base = await issuer.listen()
})

afterAll(async () => {
  await issuer.close()
  await rm(dataDir, { recursive: true })
})

interface Tokens {
  readonly access_token: string
  readonly refresh_token?: string
  readonly id_token: string
  readonly scope: string
}

const verifier = randomBytes(32).toString('base64url')

function authorizeUrl(more: Record<string, string> = {}): string {
  const parameters = new URLSearchParams({
    client_id: client,
    scope: 'openid profile email read:timesheets',
    audience,
    redirect_uri: origin,
    response_type: 'code',
    response_mode: 'query',
    state: 's1',
    nonce: 'n1',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    auth0Client: Buffer.from('{"name":"auth0-spa-js","version":"2.1.3"}').toString('base64'),
    ...more,
  })
  return `/authorize?${parameters}`
}

/** Follows the redirects until the app's redirect URI, and picks Ann where the login page is shown. */
async function logIn(browser: Browser, more: Record<string, string> = {}): Promise<URL> {
  let response = await browser(authorizeUrl(more))
  for (let step = 0; step < 6; step++) {
    const location = response.headers.get('location')!
    if (location.startsWith(origin)) return new URL(location)
    response = await browser(location)
    if (response.status === 200) {
      response = await browser(location, {
        method: 'POST',
        body: new URLSearchParams({ person: 'auth0|ann' }),
      })
    }
  }
  throw new Error('The login did not end within 6 steps')
}

/** Sends a form as the SDK does, from the origin of the app. */
function post(path: string, form: Record<string, string>): Promise<Response> {
  const body = new URLSearchParams({ client_id: client, ...form })
  return fetch(`${base}${path}`, { method: 'POST', headers: { origin }, body })
}

async function exchange(code: string): Promise<Tokens> {
  const form = { grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: origin }
  const response = await post('/oauth/token', form)
  expect(response.status).toBe(200)
  expect(response.headers.get('access-control-allow-origin')).toBe(origin)
  return (await response.json()) as Tokens
}

const refresh = (token: string, more: Record<string, string> = {}) =>
  post('/oauth/token', { grant_type: 'refresh_token', refresh_token: token, redirect_uri: origin, ...more })

/** Opens a URL in a hidden frame and returns the message that the frame posts to the app. */
async function openFrame(browser: Browser, url: string): Promise<{ message: unknown; target: string }> {
  const response = await browser(url)
  expect(response.headers.get('content-type')).toMatch(/^text\/html/)
  // Otherwise the browser would not show the page in a frame of the app.
  expect(response.headers.get('x-frame-options')).toBeNull()
  expect(response.headers.get('content-security-policy') ?? '').not.toContain('frame-ancestors')
  const [, script] = /<script[^>]*>([\s\S]*)<\/script>/.exec(await response.text())!
  let posted: { message: unknown; target: string } | undefined
  const parent = {
    postMessage: (message: unknown, target: string) => {
      posted = { message: JSON.parse(JSON.stringify(message)), target }
    },
  }
  const document = { scripts: [{ parentElement: { removeChild() {} } }] }
  runInNewContext(`(function () { ${script} }).call(window)`, {
    document,
    window: { parent, document, close() {} },
  })
  if (posted === undefined) throw new Error('The frame posted no message')
  return posted
}

const silently = { prompt: 'none', response_mode: 'web_message' }

test('a reload of the page gets new tokens in a hidden frame, without a login page', async () => {
  const browser = createBrowser(base)
  await logIn(browser)
  const { message, target } = await openFrame(browser, authorizeUrl(silently))
  expect(message).toEqual({
    type: 'authorization_response',
    response: { code: expect.any(String), state: 's1', iss: issuer.url },
  })
  expect(new URL(target).origin).toBe(origin)
  const { response } = message as { response: { code: string } }
  const tokens = await exchange(response.code)
  expect(decodeJwt(tokens.access_token)).toMatchObject({ sub: 'auth0|ann', azp: client })
  expect(decodeJwt(tokens.id_token)).toMatchObject({ nonce: 'n1' })
  expect(tokens).not.toHaveProperty('refresh_token')
})

test('a reload of the page without a session gets login_required in the frame', async () => {
  const { message } = await openFrame(createBrowser(base), authorizeUrl(silently))
  expect(message).toEqual({
    type: 'authorization_response',
    response: expect.objectContaining({ error: 'login_required', state: 's1' }),
  })
})

const offline = { scope: 'openid profile email read:timesheets offline_access' }

async function logInOffline(): Promise<Tokens & { refresh_token: string }> {
  const back = await logIn(createBrowser(base), offline)
  const tokens = await exchange(back.searchParams.get('code')!)
  expect(tokens.refresh_token).toEqual(expect.any(String))
  return tokens as Tokens & { refresh_token: string }
}

test('offline_access gives a refresh token, which is replaced at each use', async () => {
  const first = await logInOffline()
  expect(first.scope).toBe('openid profile email offline_access read:timesheets')
  // The SDK repeats the scope and the audience of the login.
  const response = await refresh(first.refresh_token, { ...offline, audience })
  expect(response.status).toBe(200)
  expect(response.headers.get('access-control-allow-origin')).toBe(origin)
  const second = (await response.json()) as Tokens & { refresh_token: string }
  expect(second).toMatchObject({ token_type: 'Bearer', expires_in: 86_400, scope: first.scope })
  expect(second.refresh_token).not.toBe(first.refresh_token)
  expect(decodeJwt(second.access_token)).toMatchObject({
    aud: [audience, `${base}/userinfo`],
    scope: first.scope,
    permissions: ['create:timesheets', 'read:timesheets'],
  })
  expect(decodeJwt(second.id_token)).toMatchObject({ sub: 'auth0|ann' })
  expect((await refresh(second.refresh_token)).status).toBe(200)
})

test('a second use of a refresh token is refused and revokes the tokens that replaced it', async () => {
  const first = await logInOffline()
  const second = (await (await refresh(first.refresh_token)).json()) as { refresh_token: string }
  for (const token of [first.refresh_token, second.refresh_token]) {
    const refused = await refresh(token)
    expect(refused.status).toBe(403)
    expect(await refused.json()).toEqual({
      error: 'invalid_grant',
      error_description: 'Unknown or invalid refresh token.',
    })
  }
})

test('a hidden frame gives a refresh token too, as the fallback of the SDK needs it', async () => {
  const browser = createBrowser(base)
  await logIn(browser)
  const { message } = await openFrame(browser, authorizeUrl({ ...silently, ...offline }))
  const tokens = await exchange((message as { response: { code: string } }).response.code)
  expect(tokens.refresh_token).toEqual(expect.any(String))
})

test('a revoked refresh token is refused', async () => {
  const { refresh_token } = await logInOffline()
  const revoked = await fetch(`${base}/oauth/revoke`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin },
    body: JSON.stringify({ client_id: client, token: refresh_token }),
  })
  expect(revoked.status).toBe(200)
  expect((await refresh(refresh_token)).status).toBe(403)
})

test.each([
  ['/v2/logout', { client_id: client, returnTo: origin }, `${origin}/`],
  [
    '/oidc/logout',
    { client_id: client, post_logout_redirect_uri: `${origin}/bye`, state: 'x y' },
    `${origin}/bye?state=x+y`,
  ],
])('%s ends the session and returns to the app', async (path, parameters, expected) => {
  const browser = createBrowser(base)
  await logIn(browser)
  const response = await browser(`${path}?${new URLSearchParams(parameters)}`)
  expect([response.status, response.headers.get('location')]).toEqual([302, expected])
  const { message } = await openFrame(browser, authorizeUrl(silently))
  expect(message).toMatchObject({ response: { error: 'login_required' } })
})

test.each(['/v2/logout?returnTo=', '/oidc/logout?post_logout_redirect_uri='])(
  '%s with a URL of another host shows an error page instead of a redirect',
  async (target) => {
    const response = await createBrowser(base)(`${target}https%3A%2F%2Fevil.example%2F`)
    expect([response.status, response.headers.get('location')]).toEqual([400, null])
  },
)

test('the discovery document names the logout, refresh tokens and web messages', async () => {
  const response = await fetch(`${base}/.well-known/openid-configuration`)
  expect(await response.json()).toMatchObject({
    end_session_endpoint: `${base}/oidc/logout`,
    revocation_endpoint: `${base}/oauth/revoke`,
    scopes_supported: expect.arrayContaining(['openid', 'offline_access']),
    response_modes_supported: expect.arrayContaining(['query', 'web_message']),
    grant_types_supported: expect.arrayContaining(['refresh_token']),
  })
})
