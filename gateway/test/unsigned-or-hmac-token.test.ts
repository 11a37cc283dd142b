import { createHmac, createPublicKey, type JsonWebKey } from 'node:crypto'
import { beforeAll, expect, test } from '@jest/globals'
import { audience, startStack } from './gateway-fixture.ts'

let gateway: Awaited<ReturnType<typeof startStack>>

beforeAll(async () => {
  gateway = await startStack(undefined, {}, { jwks: { cooldownMs: 1 } })
})

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

async function keyOfIssuer(): Promise<JsonWebKey & { kid: string }> {
  const { keys } = (await (await fetch(gateway.issuer.jwksUri)).json()) as {
    keys: [JsonWebKey & { kid: string }]
  }
  return keys[0]
}

const claims = () => ({
  iss: gateway.issuer.issuer,
  aud: audience,
  exp: Math.floor(Date.now() / 1000) + 60,
  azp: 'evil',
  scope: 'batch:upload',
})

test.each(['none', 'None', 'NONE', ''])('refuses a token without a signature, with alg "%s"', async (alg) => {
  const { kid } = await keyOfIssuer()
  for (const signature of ['', 'x']) {
    const response = await gateway.upload(`${encode({ alg, kid })}.${encode(claims())}.${signature}`)
    expect(response.status).toBe(401)
  }
  expect(gateway.service.requests).toHaveLength(0)
})

test('refuses HS256 with the public key as the secret (CVE-2015-9235)', async () => {
  const jwk = await keyOfIssuer()
  const key = createPublicKey({ key: jwk, format: 'jwk' })
  const secrets = [
    key.export({ type: 'spki', format: 'pem' }),
    key.export({ type: 'spki', format: 'der' }),
    key.export({ type: 'pkcs1', format: 'pem' }),
    Buffer.from(JSON.stringify(jwk)),
    Buffer.from(jwk.n!, 'base64url'),
    Buffer.from(''),
  ]
  for (const secret of secrets) {
    const signed = `${encode({ alg: 'HS256', typ: 'JWT', kid: jwk.kid })}.${encode(claims())}`
    const signature = createHmac('sha256', secret).update(signed).digest('base64url')
    expect((await gateway.upload(`${signed}.${signature}`)).status).toBe(401)
  }
  expect(gateway.service.requests).toHaveLength(0)
})

test('ignores a key that the token contains (CVE-2018-0114)', async () => {
  const jwk = await keyOfIssuer()
  const token = await gateway.issuer.token({
    key: 'stranger',
    header: { jwk, jku: gateway.issuer.jwksUri, x5u: gateway.issuer.jwksUri },
  })
  expect((await gateway.upload(token)).status).toBe(401)
  expect(gateway.service.requests).toHaveLength(0)
})
