import { randomBytes } from 'node:crypto'
import { beforeAll, expect, test } from '@jest/globals'
import { startStack } from './gateway-fixture.ts'
import { exchange, parseResponse, RawConnection, uploadHead } from './raw-connection.ts'

let gateway: Awaited<ReturnType<typeof startStack>>

beforeAll(async () => {
  gateway = await startStack()
})

const alive = async () => expect((await fetch(`${gateway.url}/none`)).status).toBe(404)

test.each([
  ['another protocol', 'SSH-2.0-OpenSSH_9.2\r\n'],
  ['a TLS hello', Buffer.from('16030100a5010000a10303', 'hex')],
  ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['HTTP/9', 'GET / HTTP/9.9\r\n\r\n'],
  ['RTSP', 'GET /openapi.json RTSP/1.0\r\nHost: x\r\nCSeq: 1\r\n\r\n'],
  ['a method that is none', 'G@T / HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['no target', 'GET HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['a null byte', 'GET /\u0000 HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['random bytes', Buffer.concat([Buffer.from([0]), randomBytes(4096)])],
  ['a body that is not chunked as it says', 'POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: x\r\n\r\n'],
])('responds 400 to %s and closes the connection', async (_name, bytes) => {
  const answer = await exchange(gateway.url, bytes)
  expect(answer.status).toBe(400)
  expect(answer.headers['content-type']).toBe('application/problem+json')
  expect(answer.headers.connection).toBe('close')
  expect(Number(answer.headers['content-length'])).toBe(answer.body.length)
  expect(JSON.parse(answer.body)).toMatchObject({ type: '/problems/invalid-request', status: 400 })
  await alive()
})

test.each([
  ['a header of 20 kB', `GET /x HTTP/1.1\r\nHost: x\r\nA: ${'x'.repeat(20_000)}\r\n\r\n`],
  ['a target of 20 kB', `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`],
  ['thousands of headers', `GET /x HTTP/1.1\r\nHost: x\r\n${'a:\r\n'.repeat(3000)}\r\n`],
])('responds 431 to %s', async (_name, bytes) => {
  const answer = await exchange(gateway.url, bytes)
  expect(answer.status).toBe(431)
  expect(JSON.parse(answer.body)).toMatchObject({ type: '/problems/head-too-large', status: 431 })
  await alive()
})

test('responds 400 to garbage after a request that has its response', async () => {
  const connection = new RawConnection(gateway.url)
  await connection.send('GET /none HTTP/1.1\r\nHost: x\r\n\r\n')
  await connection.waitFor(/404.*\}$/s)
  await connection.send('garbage\r\n\r\n')
  const answers = (await connection.readToEnd()).split(/(?=HTTP\/1\.1 \d{3} )/)
  expect(answers.map((text) => parseResponse(text).status)).toEqual([404, 400])
  await alive()
})

test('sends only the response of the service if garbage follows an upload in progress', async () => {
  const stored = Promise.withResolvers<() => void>()
  const storing = await startStack((request, response) => {
    request.resume().once('end', () => stored.resolve(() => void response.writeHead(201).end('{"id":14}')))
  })
  const connection = new RawConnection(storing.url)
  await connection.send(`${uploadHead(await storing.issuer.token(), ['Content-Length: 2'])}{}`)
  const answer = await stored.promise
  await connection.send('garbage\r\n\r\n')
  // Until the gateway has read the garbage; sooner, this shows less, and fails no more.
  await new Promise((resolve) => setTimeout(resolve, 50))
  answer()
  const text = await connection.readToEnd()
  expect(text.match(/HTTP\/1\.1 \d{3} /g)).toEqual(['HTTP/1.1 201 '])
  expect(text).toContain('{"id":14}')
})

test('cuts a streamed response if garbage arrives, without another response', async () => {
  const streaming = await startStack((request, response) => {
    request.resume()
    response.writeHead(200).write('half')
  })
  const connection = new RawConnection(streaming.url)
  await connection.send(uploadHead(await streaming.issuer.token(), ['Transfer-Encoding: chunked']))
  await connection.waitFor(/half/)
  await connection.send('garbage\r\n')
  const text = await connection.readToEnd()
  expect(text.match(/HTTP\/1\.1 \d{3} /g)).toHaveLength(1)
  expect(text).not.toContain('0\r\n\r\n')
})

test('ignores an unknown expectation', async () => {
  const answer = await exchange(
    gateway.url,
    'GET /none HTTP/1.1\r\nHost: x\r\nExpect: cake\r\nConnection: close\r\n\r\n',
  )
  expect(answer.status).toBe(404)
})

test('keeps running when a client leaves at any byte of its request', async () => {
  const request = `${uploadHead(await gateway.issuer.token(), ['Transfer-Encoding: chunked'])}2\r\n{}\r\n0\r\n\r\n`
  for (let length = 1; length <= request.length; length += 7) {
    const connection = new RawConnection(gateway.url)
    await connection.send(request.slice(0, length))
    connection.reset()
  }
  await alive()
})
