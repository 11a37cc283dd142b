import { expect, test } from '@jest/globals'
import { VerifiedTokens } from '../src/verified-tokens.ts'
import { startStack } from './gateway-fixture.ts'

const keySet = { keys: [] }
const nowSeconds = () => Math.floor(Date.now() / 1000)

const verified = (claims: object = {}) => ({
  auth: { token: '', header: {}, payload: { exp: nowSeconds() + 3600, ...claims } } as never,
  identity: { client: 'c', person: 'p', scopes: [] },
})

test('remembers a token while the key set stays the same', () => {
  const tokens = new VerifiedTokens()
  const token = verified()
  expect(tokens.get('a', keySet)).toBeUndefined()
  tokens.add('a', keySet, token)
  expect(tokens.get('a', keySet)).toBe(token)
  expect(tokens.get('b', keySet)).toBeUndefined()
  expect(tokens.get('a', undefined)).toBeUndefined()
  expect(tokens.get('a', { keys: [] })).toBeUndefined()
  expect(tokens.get('a', keySet)).toBeUndefined()
})

test('does not remember a token that was verified with keys that have changed since', () => {
  const tokens = new VerifiedTokens()
  tokens.get('a', keySet)
  tokens.add('a', { keys: [] }, verified())
  expect(tokens.get('a', keySet)).toBeUndefined()
})

test.each([
  ['has expired, within the clock skew', { exp: nowSeconds() - 1 }],
  ['is bound to its sender', { cnf: { jkt: 'x' } }],
])('does not remember a token that %s', (_name, claims) => {
  const tokens = new VerifiedTokens()
  tokens.get('a', keySet)
  tokens.add('a', keySet, verified(claims))
  expect(tokens.get('a', keySet)).toBeUndefined()
})

test('forgets a token when it expires', async () => {
  const tokens = new VerifiedTokens()
  tokens.get('a', keySet)
  const exp = Date.now() / 1000 + 0.05
  tokens.add('a', keySet, verified({ exp }))
  expect(tokens.get('a', keySet)).toBeDefined()
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(tokens.get('a', keySet)).toBeUndefined()
})

test('remembers at most 2000 tokens, the latest', () => {
  const tokens = new VerifiedTokens()
  tokens.get('0', keySet)
  for (let i = 0; i <= 2000; i++) tokens.add(String(i), keySet, verified())
  expect(tokens.get('0', keySet)).toBeUndefined()
  expect(tokens.get('1', keySet)).toBeDefined()
  expect(tokens.get('2000', keySet)).toBeDefined()
})

test('a token that was accepted is refused as soon as its key is gone from the set', async () => {
  const { issuer, upload } = await startStack(undefined, {}, { jwks: { cooldownMs: 1 } })
  const token = await issuer.token()
  for (let i = 0; i < 2; i++) expect((await upload(token)).status).toBe(200)
  await issuer.control('keys/rotate')
  await issuer.control('keys/rotate')
  await issuer.control('keys/revoke')
  expect((await upload(await issuer.token())).status).toBe(200)
  expect((await upload(token)).status).toBe(401)
})

test('a token without a scope for a route is refused there although it was accepted elsewhere', async () => {
  const { issuer, upload, url } = await startStack()
  const token = await issuer.token()
  expect((await upload(token)).status).toBe(200)
  const response = await fetch(`${url}/people/7`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${token}` },
  })
  expect(response.status).toBe(403)
})
