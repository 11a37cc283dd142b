import { createServer } from 'node:net'
import { beforeAll, expect, test } from '@jest/globals'
import { listen, startGateway, startProxy, startStack } from './gateway-fixture.ts'
import { exchange, RawConnection, uploadHead } from './raw-connection.ts'

let gateway: Awaited<ReturnType<typeof startStack>>
let token: string

beforeAll(async () => {
  gateway = await startStack()
  token = await gateway.issuer.token()
})

const smuggled = 'GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n'

test.each([
  ['CL.TE', ['Content-Length: 6', 'Transfer-Encoding: chunked'], `0\r\n\r\n${smuggled}`],
  ['TE.CL', ['Transfer-Encoding: chunked', 'Content-Length: 3'], `0\r\n\r\n${smuggled}`],
  ['two lengths that differ', ['Content-Length: 0', `Content-Length: ${smuggled.length}`], smuggled],
  ['two lengths that are the same', ['Content-Length: 2', 'Content-Length: 2'], '{}'],
  ['two lengths in a list', ['Content-Length: 2, 2'], '{}'],
  ['a length with a sign', ['Content-Length: +2'], '{}'],
  ['a length below nothing', ['Content-Length: -2'], '{}'],
  ['a length in hex', ['Content-Length: 0x2'], '{}'],
  ['a length too large', ['Content-Length: 99999999999999999999999'], '{}'],
  ['a length before a colon with a space', ['Content-Length : 2'], '{}'],
  ['a folded header (obs-fold)', ['Content-Length: 2', 'X-A: b', ' Transfer-Encoding: chunked'], '{}'],
  ['a folded coding', ['Transfer-Encoding:', ' chunked'], `0\r\n\r\n${smuggled}`],
  ['a coding that is not known', ['Transfer-Encoding: xchunked'], smuggled],
  ['a coding after chunked', ['Transfer-Encoding: chunked, identity'], `0\r\n\r\n${smuggled}`],
  ['a coding before chunked', ['Transfer-Encoding: gzip, chunked'], '0\r\n\r\n'],
  ['chunked twice', ['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'], '0\r\n\r\n'],
  ['a coding with a vertical tab', ['Transfer-Encoding: \u000bchunked'], `0\r\n\r\n${smuggled}`],
  ['a header name with a null byte', ['X\u0000: y', 'Content-Length: 0'], ''],
  ['a header value with a null byte', ['X: \u0000', 'Content-Length: 0'], ''],
  ['a header value with a bare CR', ['X: a\rContent-Length: 5', 'Content-Length: 0'], ''],
  ['a header without a colon', ['Content-Length', 'Content-Length: 0'], ''],
])('responds 400 to %s and forwards nothing', async (_name, lines, body) => {
  const response = await exchange(gateway.url, uploadHead(token, [...lines, 'Connection: close']) + body)
  expect(response.status).toBe(400)
  expect(response.headers['content-type']).toBe('application/problem+json')
  expect(response.text.match(/HTTP\/1\.1 \d{3} /g)).toHaveLength(1)
  expect(gateway.service.requests).toHaveLength(0)
})

test.each([
  ['an invalid chunk size', 'x\r\n{}\r\n0\r\n\r\n'],
  ['a chunk size with a sign', '-2\r\n{}\r\n0\r\n\r\n'],
  ['a chunk size too large', 'ffffffffffffffffff\r\n{}'],
  ['a chunk longer than it says', '1\r\n{}\r\n0\r\n\r\n'],
  ['a chunk ended by a bare LF', '2\n{}\n0\n\n'],
  ['a chunk size with a space', '2 \r\n{}\r\n0\r\n\r\n'],
])('%s cuts the request, so that the service does not take it as complete', async (_name, body) => {
  const head = uploadHead(token, ['Transfer-Encoding: chunked', 'Connection: close'])
  const response = await exchange(gateway.url, head.replace('upload ', 'upload?broken ') + body)
  expect([400, Number.NaN]).toContainEqual(response.status)
  for (const { target, body: taken } of gateway.service.requests) {
    if (target.endsWith('?broken')) expect(await Promise.race([taken, 'not whole'])).toBe('not whole')
  }
})

test('does not forward trailers and chunk extensions', async () => {
  const body = '2;evil="x"\r\n{}\r\n0\r\nX-Timesheets-Identity: evil\r\n\r\n'
  const head = uploadHead(token, ['Transfer-Encoding: chunked', 'Trailer: x', 'Connection: close'])
  expect((await exchange(gateway.url, head + body)).status).toBe(200)
  const received = gateway.service.requests.at(-1)!
  expect(await received.body).toBe('{}')
  expect(received.rawHeaders.join('\n')).not.toMatch(/evil|trailer/i)
})

test('forwards pipelined requests one by one, in either framing', async () => {
  const connection = new RawConnection(gateway.url)
  const head = (lines: readonly string[]) => uploadHead(token, lines).replace('upload ', 'upload?many ')
  const plain = `${head(['Content-Length: 2'])}{}`
  const chunked = `${head(['Transfer-Encoding: chunked'])}1\r\n[\r\n1\r\n]\r\n0\r\n\r\n`
  const last = `${head(['Content-Length: 4', 'Connection: close'])}null`
  await connection.send(plain + chunked + chunked + plain + last)
  expect((await connection.readToEnd()).match(/HTTP\/1\.1 200 OK/g)).toHaveLength(5)
  const arrived = gateway.service.requests.filter(({ target }) => target.endsWith('?many'))
  const bodies = await Promise.all(arrived.map(({ body }) => body))
  expect(bodies.sort()).toEqual(['[]', '[]', 'null', '{}', '{}'])
})

/** What a service gets on its connection, byte for byte. */
async function startService() {
  const received: string[] = []
  const url = await listen(
    createServer((socket) => {
      socket.on('error', () => undefined)
      socket.on('data', (bytes) => {
        received.push(bytes.toString('latin1'))
        if (/\r\n\r\n/.test(received.join(''))) {
          setTimeout(
            () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'),
            50,
          )
        }
      })
    }),
  )
  return { url, received }
}

test.each(['GET', 'DELETE'])('forwards a %s with a body in its framing', async (method) => {
  for (const [line, body] of [
    ['Transfer-Encoding: chunked', `${smuggled.length.toString(16)}\r\n${smuggled}\r\n0\r\n\r\n`],
    [`Content-Length: ${smuggled.length}`, smuggled],
  ]) {
    const { url, received } = await startService()
    const front = await startProxy(url)
    const response = await exchange(
      front,
      `${method} /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${line}\r\n\r\n${body}`,
    )
    expect(response.status).toBe(200)
    const [head = '', rest = ''] = received.join('').split(/\r\n\r\n(.*)/s)
    expect(head.toLowerCase()).toContain(line!.toLowerCase())
    expect(head.match(/(transfer-encoding|content-length):/gi)).toHaveLength(1)
    expect(rest).toBe(body)
  }
})

test('forwards a request without a body with a framing that says so', async () => {
  const { url, received } = await startService()
  const behind = await startGateway({ issuer: gateway.issuer, serviceUrl: url })
  expect((await exchange(behind.url, uploadHead(token, ['Connection: close']))).status).toBe(200)
  expect(received.join('').toLowerCase()).toMatch(
    /content-length: 0\r\n|transfer-encoding: chunked\r\n.*\r\n\r\n0\r\n\r\n/s,
  )
})
