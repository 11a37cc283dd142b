import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import { afterAll, expect, test } from '@jest/globals'
import { SignJWT } from 'jose'
import { audience, listen, startStack } from './gateway-fixture.ts'

const before = { ...process.env }

afterAll(() => {
  process.env = before
})

test('express-oauth2-jwt-bearer reads no environment variable', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const asked: string[] = []
  const evil = await listen(
    createServer((request, response) => {
      asked.push(request.url!)
      response.end(JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'evil' }] }))
    }),
  )
  const secret = 'a secret that was left in the environment'
  const variables = {
    ISSUER_BASE_URL: evil,
    ISSUER: 'https://evil/',
    AUDIENCE: 'https://evil',
    SECRET: secret,
    JWKS_URI: `${evil}/jwks`,
    TOKEN_SIGNING_ALG: 'HS256',
  }
  process.env = { ...before, ...variables }
  const gateway = await startStack(undefined, {}, { jwks: { cooldownMs: 1 } })

  expect((await gateway.upload(await gateway.issuer.token())).status).toBe(200)
  const claims = { azp: 'evil', scope: 'batch:upload' }
  const sign = (alg: string, iss: string, aud: string) =>
    new SignJWT(claims)
      .setProtectedHeader({ alg, kid: 'evil' })
      .setIssuer(iss)
      .setAudience(aud)
      .setExpirationTime('1m')
      .sign(alg === 'HS256' ? new TextEncoder().encode(secret) : privateKey)
  for (const alg of ['HS256', 'RS256']) {
    for (const iss of [gateway.issuer.issuer, 'https://evil/', evil]) {
      for (const aud of [audience, 'https://evil']) {
        expect((await gateway.upload(await sign(alg, iss, aud))).status).toBe(401)
      }
    }
  }
  const aud = 'https://evil'
  expect((await gateway.upload(await gateway.issuer.token({ claims: { aud } }))).status).toBe(401)
  expect(asked).toEqual([])
})
