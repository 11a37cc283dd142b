import { beforeAll, expect, test } from '@jest/globals'
import { startStack } from './gateway-fixture.ts'
import { exchange, uploadHead } from './raw-connection.ts'

let gateway: Awaited<ReturnType<typeof startStack>>
let head: string

beforeAll(async () => {
  gateway = await startStack()
  head = uploadHead(await gateway.issuer.token(), ['Content-Length: 0', 'Connection: close'])
})

const host = 'Host: api.exampleco.test\r\n'

test.each([
  ['none', (bytes: string) => bytes.replace(host, '')],
  ['two', (bytes: string) => bytes.replace(host, `${host}hOST: evil.test\r\n`)],
  ['the same twice', (bytes: string) => bytes.replace(host, host + host)],
  ['two, in HTTP/1.0', (bytes: string) => bytes.replace(host, host + host).replace('1.1', '1.0')],
])('responds 400 to a request with Host headers: %s (RFC 9112, section 3.2)', async (_name, change) => {
  const response = await exchange(gateway.url, change(head))
  expect(response.status).toBe(400)
  expect(response.headers['content-type']).toBe('application/problem+json')
  expect(JSON.parse(response.body)).toMatchObject({
    type: '/problems/invalid-request',
    detail: expect.stringContaining('Host'),
  })
  expect(gateway.service.requests).toHaveLength(0)
})

test('accepts one Host header, and none in HTTP/1.0', async () => {
  expect((await exchange(gateway.url, head)).status).toBe(200)
  expect((await exchange(gateway.url, head.replace(host, '').replace('1.1', '1.0'))).status).toBe(200)
})
