import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { Secret } from '@timesheets/runtime/secret'
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, errors, jwtVerify } from 'jose'
import { createIssuer, type Issuer } from '../src/issuer.ts'
import { localSecret } from '../src/registry.ts'

const audience = 'https://api.exampleco.com/timesheets'
const iss = 'http://issuer.test:4321/'

let dataDir: string
let issuer: Issuer
let base: string

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'issuer-keys-'))
  await start()
})

afterEach(async () => {
  await issuer.close()
  await rm(dataDir, { recursive: true })
})

async function start(): Promise<void> {
  issuer = await createIssuer({
    port: 0,
    host: '127.0.0.1',
    url: iss,
    audience,
    dataDir,
    contractorSyncSecret: new Secret(localSecret('contractor-sync')),
  })
  base = await issuer.listen()
}

function post(path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(base + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
}

function askForToken(): Promise<Response> {
  return post('/oauth/token', {
    grant_type: 'client_credentials',
    client_id: 'contractor-sync',
    client_secret: localSecret('contractor-sync'),
    audience,
  })
}

async function token(): Promise<string> {
  return ((await (await askForToken()).json()) as { access_token: string }).access_token
}

async function ordered(order: unknown): Promise<string> {
  const response = await post('/local/tokens', order)
  expect(response.status).toBe(200)
  return ((await response.json()) as { access_token: string }).access_token
}

/** As a resource server with no cache sees it. */
function verify(jwt: string) {
  const keys = createRemoteJWKSet(new URL(`${base}/.well-known/jwks.json`))
  return jwtVerify(jwt, keys, { issuer: iss, audience, algorithms: ['RS256'] })
}

async function published(): Promise<string[]> {
  const { keys } = (await (await fetch(`${base}/.well-known/jwks.json`)).json()) as {
    keys: Record<string, string>[]
  }
  for (const key of keys) {
    expect(key).toEqual({
      kty: 'RSA',
      use: 'sig',
      alg: 'RS256',
      kid: expect.any(String),
      n: expect.any(String),
      e: 'AQAB',
    })
  }
  return keys.map(({ kid }) => kid!)
}

describe('keys', () => {
  test('are rotated to the one published ahead; the previous one verifies until it is revoked', async () => {
    const before = await token()
    const [first, second] = await published()
    expect(decodeProtectedHeader(before).kid).toBe(first)

    expect((await post('/local/keys/rotate')).status).toBe(200)
    const after = await token()
    expect(decodeProtectedHeader(after).kid).toBe(second)
    expect(await published()).toEqual([second, expect.any(String), first])
    await verify(before)
    await verify(after)

    expect((await post('/local/keys/revoke')).status).toBe(200)
    expect(await published()).toHaveLength(2)
    await verify(after)
    await expect(verify(before)).rejects.toThrow(errors.JWKSNoMatchingKey)
  })

  test('are rotated once for each call, also when the calls come together', async () => {
    await Promise.all([1, 2, 3].map(() => post('/local/keys/rotate')))
    expect(new Set(await published()).size).toBe(5)
  })

  test('outlive a restart, and nobody else can read them', async () => {
    await post('/local/keys/rotate')
    const jwt = await token()
    const kids = await published()
    await issuer.close()
    await start()
    expect(await published()).toEqual(kids)
    await verify(jwt)
    expect(await readdir(dataDir)).toEqual(['keys.json'])
    expect((await stat(join(dataDir, 'keys.json'))).mode & 0o777).toBe(0o600)
  })

  test('that cannot be read stop the start with a word on what to do', async () => {
    await writeFile(join(dataDir, 'keys.json'), '{"current":')
    await expect(
      createIssuer({ port: 0, host: '', url: iss, audience, dataDir, contractorSyncSecret: new Secret('x') }),
    ).rejects.toThrow(/keys\.json holds no signing keys.*delete it/)
  })
})

describe('POST /local/tokens', () => {
  test('signs a true token but for what is ordered', async () => {
    const { payload } = await verify(
      await ordered({ claims: { sub: 'x', scope: 'batch:upload', cnf: { jkt: 'k' } } }),
    )
    expect(payload).toMatchObject({ iss, aud: audience, sub: 'x', scope: 'batch:upload', cnf: { jkt: 'k' } })
  })

  test('makes what a resource server must refuse', async () => {
    await expect(verify(await ordered({ expiresInSeconds: -60 }))).rejects.toThrow(errors.JWTExpired)
    await expect(verify(await ordered({ claims: { aud: 'https://other' } }))).rejects.toThrow(/"aud"/)
    await expect(verify(await ordered({ claims: { iss: 'https://other/' } }))).rejects.toThrow(/"iss"/)
    await expect(verify(await ordered({ kid: 'unknown' }))).rejects.toThrow(errors.JWKSNoMatchingKey)
    await expect(verify(await ordered({ key: 'stranger' }))).rejects.toThrow(
      errors.JWSSignatureVerificationFailed,
    )
    expect(decodeJwt(await ordered({ claims: { exp: null } }))).not.toHaveProperty('exp')
    expect(decodeProtectedHeader(await ordered({ header: { typ: 'at+jwt' } })).typ).toBe('at+jwt')
  })

  test.each([[[]], [{ claims: 'all' }], [{ expiresInSeconds: 'soon' }], [{ key: 'yours' }], [{ kid: 7 }]])(
    'refuses %j',
    async (order) => {
      expect((await post('/local/tokens', order)).status).toBe(400)
    },
  )

  test('is not for web pages', async () => {
    const response = await post('/local/tokens', {}, { origin: 'http://localhost:3000' })
    expect(response.status).toBe(403)
  })
})

describe('POST /local/faults', () => {
  test('makes the token endpoint answer 429 as often as ordered', async () => {
    await post('/local/faults', { token: { status: 429, retryAfterSeconds: 2, times: 2 } })
    for (const _ of [1, 2]) {
      const response = await askForToken()
      expect(response.status).toBe(429)
      expect(response.headers.get('retry-after')).toBe('2')
      expect(await response.json()).toMatchObject({ error: 'too_many_requests' })
    }
    expect((await askForToken()).status).toBe(200)
  })

  test('breaks, delays and fails the JWKS, and leaves the rest alone', async () => {
    await post('/local/faults', { jwks: { reset: true } })
    await expect(fetch(`${base}/.well-known/jwks.json`)).rejects.toThrow()
    await post('/local/faults', { jwks: { status: 503 } })
    expect((await askForToken()).status).toBe(200)
    expect((await fetch(`${base}/.well-known/jwks.json`)).status).toBe(503)
    await post('/local/faults', { jwks: { delayMs: 20 } })
    expect(await published()).toHaveLength(2)
  })

  test('takes a fault back, and tells what is pending', async () => {
    await post('/local/faults', { token: { status: 500, times: 9 } })
    expect(await (await post('/local/faults', { jwks: { status: 500 } })).json()).toEqual({
      token: { status: 500, times: 9 },
      jwks: { status: 500, times: 1 },
    })
    await post('/local/faults', { token: null, jwks: null })
    expect((await askForToken()).status).toBe(200)
  })

  test.each([
    [{ tokens: {} }],
    [{ token: { status: 200 } }],
    [{ token: { times: 0 } }],
    [{ token: { sleep: 1 } }],
    [[]],
  ])('refuses %j and changes nothing', async (order) => {
    expect((await post('/local/faults', order)).status).toBe(400)
    expect(await (await fetch(`${base}/local/faults`)).json()).toEqual({})
  })
})
