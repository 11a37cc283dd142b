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
])('%s: 400, a problem, and nothing goes on (RFC 9112, section 3.2)', async (_name, change) => {
  const answer = await exchange(gateway.url, change(head))
  expect(answer.status).toBe(400)
  expect(answer.headers['content-type']).toBe('application/problem+json')
  expect(JSON.parse(answer.body)).toMatchObject({
    type: '/problems/invalid-request',
    detail: expect.stringContaining('Host'),
  })
  expect(gateway.service.requests).toHaveLength(0)
})

test('one: answered, and HTTP/1.0 needs none', async () => {
  expect((await exchange(gateway.url, head)).status).toBe(200)
  expect((await exchange(gateway.url, head.replace(host, '').replace('1.1', '1.0'))).status).toBe(200)
})
