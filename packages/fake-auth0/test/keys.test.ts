import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { Secret } from '@timesheets/runtime/secret'
import { decodeJwt, decodeProtectedHeader, errors } from 'jose'
import { createIssuer, type Issuer } from '../src/issuer.ts'
import { localSecret } from '../src/registry.ts'
import { audience, machine, parseTokens, verifyToken } from './token-requests.ts'

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

function requestToken(): Promise<Response> {
  return post('/oauth/token', machine('contractor-sync'))
}

async function token(): Promise<string> {
  return (await parseTokens(await requestToken())).access_token
}

async function createToken(tokenRequest: unknown): Promise<string> {
  const response = await post('/local/tokens', tokenRequest)
  expect(response.status).toBe(200)
  return ((await response.json()) as { access_token: string }).access_token
}

function verify(token: string) {
  return verifyToken(base, token, { issuer: iss })
}

async function fetchKids(): Promise<string[]> {
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
  test('rotation makes the next key the signing key, and previous keys verify until they are revoked', async () => {
    const before = await token()
    const [first, second] = await fetchKids()
    expect(decodeProtectedHeader(before).kid).toBe(first)

    expect((await post('/local/keys/rotate')).status).toBe(200)
    const after = await token()
    expect(decodeProtectedHeader(after).kid).toBe(second)
    expect(await fetchKids()).toEqual([second, expect.any(String), first])
    await verify(before)
    await verify(after)

    expect((await post('/local/keys/revoke')).status).toBe(200)
    expect(await fetchKids()).toHaveLength(2)
    await verify(after)
    await expect(verify(before)).rejects.toThrow(errors.JWKSNoMatchingKey)
  })

  test('simultaneous rotations each rotate once', async () => {
    await Promise.all([1, 2, 3].map(() => post('/local/keys/rotate')))
    expect(new Set(await fetchKids()).size).toBe(5)
  })

  test('survive a restart in a file with mode 0600', async () => {
    await post('/local/keys/rotate')
    const jwt = await token()
    const kids = await fetchKids()
    await issuer.close()
    await start()
    expect(await fetchKids()).toEqual(kids)
    await verify(jwt)
    expect(await readdir(dataDir)).toEqual(['keys.json'])
    expect((await stat(join(dataDir, 'keys.json'))).mode & 0o777).toBe(0o600)
  })

  test('that cannot be read fail the start with an error that says what to do', async () => {
    await writeFile(join(dataDir, 'keys.json'), '{"current":')
    await expect(
      createIssuer({ port: 0, host: '', url: iss, audience, dataDir, contractorSyncSecret: new Secret('x') }),
    ).rejects.toThrow(/keys\.json contains no signing keys.*Delete it/)
  })
})

describe('POST /local/tokens', () => {
  test('signs a valid token with the requested claims', async () => {
    const { payload } = await verify(
      await createToken({ claims: { sub: 'x', scope: 'batch:upload', cnf: { jkt: 'k' } } }),
    )
    expect(payload).toMatchObject({ iss, aud: audience, sub: 'x', scope: 'batch:upload', cnf: { jkt: 'k' } })
  })

  test('creates each kind of token that a resource server must reject', async () => {
    await expect(verify(await createToken({ expiresInSeconds: -60 }))).rejects.toThrow(errors.JWTExpired)
    await expect(verify(await createToken({ claims: { aud: 'https://other' } }))).rejects.toThrow(/"aud"/)
    await expect(verify(await createToken({ claims: { iss: 'https://other/' } }))).rejects.toThrow(/"iss"/)
    await expect(verify(await createToken({ kid: 'unknown' }))).rejects.toThrow(errors.JWKSNoMatchingKey)
    await expect(verify(await createToken({ key: 'stranger' }))).rejects.toThrow(
      errors.JWSSignatureVerificationFailed,
    )
    expect(decodeJwt(await createToken({ claims: { exp: null } }))).not.toHaveProperty('exp')
    expect(decodeProtectedHeader(await createToken({ header: { typ: 'at+jwt' } })).typ).toBe('at+jwt')
  })

  test.each([[[]], [{ claims: 'all' }], [{ expiresInSeconds: 'soon' }], [{ key: 'yours' }], [{ kid: 7 }]])(
    'rejects %j with 400',
    async (body) => {
      expect((await post('/local/tokens', body)).status).toBe(400)
    },
  )

  test('rejects a request of a web page with 403', async () => {
    const response = await post('/local/tokens', {}, { origin: 'http://localhost:3000' })
    expect(response.status).toBe(403)
  })
})

describe('POST /local/faults', () => {
  test('makes the token endpoint respond with 429 the requested number of times', async () => {
    await post('/local/faults', { token: { status: 429, retryAfterSeconds: 2, times: 2 } })
    for (const _ of [1, 2]) {
      const response = await requestToken()
      expect(response.status).toBe(429)
      expect(response.headers.get('retry-after')).toBe('2')
      expect(await response.json()).toMatchObject({ error: 'too_many_requests' })
    }
    expect((await requestToken()).status).toBe(200)
  })

  test('resets, delays and fails the JWKS without an effect on the token endpoint', async () => {
    await post('/local/faults', { jwks: { reset: true } })
    await expect(fetch(`${base}/.well-known/jwks.json`)).rejects.toThrow()
    await post('/local/faults', { jwks: { status: 503 } })
    expect((await requestToken()).status).toBe(200)
    expect((await fetch(`${base}/.well-known/jwks.json`)).status).toBe(503)
    await post('/local/faults', { jwks: { delayMs: 20 } })
    expect(await fetchKids()).toHaveLength(2)
  })

  test('returns the pending faults and clears a fault with null', async () => {
    await post('/local/faults', { token: { status: 500, times: 9 } })
    expect(await (await post('/local/faults', { jwks: { status: 500 } })).json()).toEqual({
      token: { status: 500, times: 9 },
      jwks: { status: 500, times: 1 },
    })
    await post('/local/faults', { token: null, jwks: null })
    expect((await requestToken()).status).toBe(200)
  })

  test.each([
    [{ tokens: {} }],
    [{ token: { status: 200 } }],
    [{ token: { times: 0 } }],
    [{ token: { sleep: 1 } }],
    [[]],
  ])('rejects %j with 400 and changes no fault', async (body) => {
    expect((await post('/local/faults', body)).status).toBe(400)
    expect(await (await fetch(`${base}/local/faults`)).json()).toEqual({})
  })
})
