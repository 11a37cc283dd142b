import { beforeAll, expect, test } from '@jest/globals'
import { startStack, uploadPath } from './gateway-fixture.ts'
import { exchange } from './raw-connection.ts'

let gateway: Awaited<ReturnType<typeof startStack>>

beforeAll(async () => {
  gateway = await startStack(undefined, {}, { jwks: { cooldownMs: 1 } })
})

const evil = [
  'mark", evil="mark',
  'mark\r\nSet-Cookie: mark',
  'mark\u0000\u2028é',
  '"exp" mark',
  "'aud' mark",
]
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

test.each(evil)('never sends a byte of a token back: %j', async (text) => {
  const heads = [
    { alg: text },
    { alg: 'RS256', kid: text },
    { alg: 'RS256', kid: { toString: text } },
    { alg: 'RS256', crit: [text] },
    { alg: 'RS256', typ: text, kid: 'x' },
  ]
  const tokens = [
    ...heads.map((head) => `${encode(head)}.${encode({ iss: text })}.bWFyaw`),
    await gateway.issuer.token({ claims: { iss: text } }),
    await gateway.issuer.token({ claims: { aud: text, exp: text } }),
    await gateway.issuer.token({ claims: { scope: text } }),
    await gateway.issuer.token({ kid: text }),
  ]
  for (const token of tokens) {
    const response = await exchange(
      gateway.url,
      `POST ${uploadPath} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
    )
    expect([401, 403]).toContain(response.status)
    expect(response.text).not.toContain('mark')
    expect(response.text).not.toContain(token.split('.')[0])
  }
  expect(gateway.service.requests).toHaveLength(0)
})

test('never sends a byte of an invalid Authorization header back', async () => {
  for (const header of ['Bearer mark"', 'Bearer mark mark', 'Basic mark', 'Digest x="mark"']) {
    const response = await exchange(
      gateway.url,
      `POST ${uploadPath} HTTP/1.1\r\nHost: x\r\nAuthorization: ${header}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
    )
    expect(response.status).toBe(401)
    expect(response.text).not.toContain('mark')
  }
})
