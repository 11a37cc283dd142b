import { gzipSync } from 'node:zlib'
import { beforeAll, expect, test } from '@jest/globals'
import { parseIdempotencyKey } from '@timesheets/contracts/idempotency-key'
import { startStack, uploadPath } from './gateway-fixture.ts'
import { exchange, uploadHead } from './raw-connection.ts'

let gateway: Awaited<ReturnType<typeof startStack>>
let token: string

beforeAll(async () => {
  gateway = await startStack()
  token = await gateway.issuer.token()
})

async function forwarded(lines: readonly string[], body = '') {
  const answer = await exchange(gateway.url, uploadHead(token, lines) + body)
  expect(answer.status).toBe(200)
  return gateway.service.requests.at(-1)!
}

const evil = [
  'X-Timesheets-Identity: evil',
  'X-Timesheets-Identity: evil',
  'x-timesheets-IDENTITY: evil',
  'X_Timesheets_Identity: evil',
  'X-Request-Id: evil',
  'X-Forwarded-For: evil',
  'X-Forwarded-Host: evil',
  'X-Forwarded-Proto: evil',
  'X-Real-IP: evil',
  'Forwarded: for=evil',
  'Via: evil',
  'Cookie: evil=1',
  'Proxy-Authorization: evil',
  'X-HTTP-Method-Override: DELETE',
  'X-Original-URL: /evil',
  'Keep-Alive: evil',
  'TE: trailers',
  'Upgrade: evil',
  'Referer: evil',
  'User-Agent: evil',
  'Expect: 100-continue',
]

test.each([
  ['plain', [] as string[]],
  ['with Expect', ['Expect: 100-continue']],
])('forwards only the listed request headers, %s', async (_name, more) => {
  const { rawHeaders } = await forwarded([
    ...evil.filter((line) => !line.startsWith('Expect')),
    ...more,
    'Idempotency-Key: k',
    'Sync-Run: 7',
    'If-Match: "1"',
    'Accept: application/json',
    'Content-Length: 0',
    'Connection: close, x-evil',
    'X-Evil: evil',
  ])
  const names = rawHeaders.filter((_word, i) => i % 2 === 0).map((name) => name.toLowerCase())
  expect(names.sort()).toEqual([
    'accept',
    'connection',
    'content-length',
    'content-type',
    'host',
    'idempotency-key',
    'if-match',
    'sync-run',
    'x-request-id',
    'x-timesheets-identity',
  ])
  expect(rawHeaders.join('\n')).not.toContain('evil')
  expect(rawHeaders.join('\n')).not.toContain(token)
})

test('does not forward a header that Connection names (RFC 9110, section 7.6.1), except ours', async () => {
  const { headers, body } = await forwarded(
    [
      'Idempotency-Key: k',
      'Sync-Run: 7',
      'Content-Length: 2',
      'Connection: close, Idempotency-Key, X-Timesheets-Identity, X-Request-Id, Content-Length, Host',
    ],
    '{}',
  )
  expect(headers).toMatchObject({
    'sync-run': '7',
    'content-length': '2',
    host: new URL(gateway.service.url).host,
  })
  expect(headers['idempotency-key']).toBeUndefined()
  expect(headers['x-timesheets-identity']).toMatch(/^ey/)
  expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
  expect(await body).toBe('{}')
})

test('forwards a repeated Idempotency-Key as one value, which the service rejects', async () => {
  const { headers } = await forwarded([
    'Idempotency-Key: "a"',
    'idempotency-key: "b"',
    'Content-Length: 0',
    'Connection: close',
  ])
  expect(headers['idempotency-key']).toBe('"a", "b"')
  expect(() => parseIdempotencyKey('"a", "b"')).toThrow('must be one quoted string')
})

test('sends the service its own name as Host', async () => {
  const { headers } = await forwarded(['Content-Length: 0', 'Connection: close'])
  expect(headers.host).toBe(new URL(gateway.service.url).host)
})

test('forwards only the listed response headers', async () => {
  const answering = await startStack((request, response) => {
    request.resume()
    response.writeHead(201, {
      'content-type': 'application/json',
      location: 'https://api.exampleco.test/timesheets/14',
      etag: '"1"',
      link: '</a>; rel="next"',
      'retry-after': '1',
      'idempotent-replayed': 'true',
      'x-powered-by': 'evil',
      server: 'evil',
      'set-cookie': 'evil=1',
      'x-timesheets-identity': 'evil',
      'x-request-id': 'evil',
      'www-authenticate': 'evil',
      'access-control-allow-origin': 'evil',
    })
    response.end('{}')
  })
  const answer = await fetch(answering.url + uploadPath, {
    method: 'POST',
    headers: { authorization: `Bearer ${await answering.issuer.token()}` },
  })
  expect(answer.status).toBe(201)
  const { date, connection, 'keep-alive': keepAlive, ...headers } = Object.fromEntries(answer.headers)
  expect(headers).toEqual({
    'content-type': 'application/json',
    location: 'https://api.exampleco.test/timesheets/14',
    etag: '"1"',
    link: '</a>; rel="next"',
    'retry-after': '1',
    'idempotent-replayed': 'true',
    'transfer-encoding': 'chunked',
    'x-content-type-options': 'nosniff',
    'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
  })
})

test('forwards a compressed response with its Content-Encoding', async () => {
  const answering = await startStack((request, response) => {
    request.resume()
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
    response.end(gzipSync('{"ok":true}'))
  })
  const answer = await fetch(answering.url + uploadPath, {
    method: 'POST',
    headers: { authorization: `Bearer ${await answering.issuer.token()}` },
  })
  expect(answer.headers.get('content-encoding')).toBe('gzip')
  expect(await answer.json()).toEqual({ ok: true })
})
