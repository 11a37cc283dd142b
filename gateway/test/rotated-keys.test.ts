import { beforeEach, expect, test } from '@jest/globals'
import { startStack } from './gateway-fixture.ts'
import { waitUntil } from './wait-until.ts'

let gateway: Awaited<ReturnType<typeof startStack>>

beforeEach(async () => {
  gateway = await startStack(undefined, {}, { jwks: { cooldownMs: 1 } })
})

test('never refuses a valid token while keys are rotated', async () => {
  const { issuer, upload } = gateway
  const first = await issuer.token()
  expect((await upload(first)).status).toBe(200)
  for (let i = 0; i < 4; i++) {
    await issuer.control('keys/rotate')
    const [token, next] = await Promise.all([issuer.token(), issuer.token({ key: 'next', kid: undefined })])
    const responses = await Promise.all([token, token, token, first].map((each) => upload(each)))
    expect(responses.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    // Signed by the next key but named as the current one: not good.
    expect((await upload(next)).status).toBe(401)
  }
})

test('refuses a token of a revoked key once the keys were reloaded', async () => {
  const { issuer, upload } = gateway
  const token = await issuer.token()
  expect((await upload(token)).status).toBe(200)
  // Twice: the key after the current one was shown already.
  await issuer.control('keys/rotate')
  await issuer.control('keys/rotate')
  await issuer.control('keys/revoke')
  // Believed still: the keys are young, and every one of the set is known.
  expect((await upload(token)).status).toBe(200)
  // A token of a new key makes the set be fetched anew; the revoked one is out of it.
  expect((await upload(await issuer.token())).status).toBe(200)
  expect((await upload(token)).status).toBe(401)
})

test('reloads the keys by age, without a token of a new key', async () => {
  const { issuer, upload } = await startStack(undefined, { jwksMaxAgeMs: 0 }, { jwks: { cooldownMs: 1 } })
  const token = await issuer.token()
  expect((await upload(token)).status).toBe(200)
  await issuer.control('keys/rotate')
  await issuer.control('keys/revoke')
  await waitUntil(async () => (await upload(token)).status === 401)
})
