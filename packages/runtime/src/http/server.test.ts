import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { createLogger } from '../logger.ts'
import { type RunningServer, startServer } from './server.ts'

let server: RunningServer

beforeAll(async () => {
  const service = {
    app: (_request: unknown, response: { end(text: string): void }) => response.end('ok'),
    readiness: async () => ({}),
    close: async () => {},
  }
  const config = { host: '127.0.0.1', port: 0, adminPort: 0, drainWaitMs: 0, drainDeadlineMs: 0 }
  server = await startServer('test', service, config, createLogger('test', 'silent'))
})
afterAll(() => server.stop())

/** Sends bytes, and returns all that is received until the connection ends. */
function exchange(bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1', () => socket.write(bytes))
    let received = ''
    socket.on('data', (data) => {
      received += data
    })
    socket.on('close', () => resolve(received)).on('error', reject)
  })
}

test.each([
  ['HTTP/0.9', 'GET / HTTP/0.9\r\nHost: x\r\n\r\n'],
  ['a missing version', 'GET /\r\nHost: x\r\n\r\n'],
  ['HTTP/2.0', 'GET / HTTP/2.0\r\nHost: x\r\n\r\n'],
  ['HTTP/1.2', 'GET / HTTP/1.2\r\nHost: x\r\n\r\n'],
  ['RTSP/1.0 with OPTIONS', 'OPTIONS / RTSP/1.0\r\nHost: x\r\n\r\n'],
  ['RTSP/1.0 with GET', 'GET / RTSP/1.0\r\nCSeq: 1\r\n\r\n'],
  ['RTSP/1.0 with POST', 'POST / RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 2\r\n\r\n{}'],
  ['the HTTP/2 preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['HTTP/1.0 with Transfer-Encoding', 'POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
])('responds 400 with a complete problem to %s', async (_name, bytes) => {
  const [head = '', body = ''] = (await exchange(bytes)).split('\r\n\r\n')
  expect(head).toMatch(/^HTTP\/1\.1 400 /)
  const problem = JSON.parse(/\{.*\}/s.exec(body)![0])
  expect(problem).toMatchObject({
    type: '/problems/invalid-request',
    status: 400,
    detail: expect.any(String),
  })
  expect(head).toContain(`x-request-id: ${problem.instance}`)
})

test('responds 405 to CONNECT, which names a host instead of a path', async () => {
  const received = await exchange('CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n')
  expect(received).toMatch(/^HTTP\/1\.1 405 [\s\S]*^allow: GET/im)
  expect(received).toContain('/problems/method-not-allowed')
})

test('responds 400 to an RTSP/1.0 request that follows another request on its connection', async () => {
  const received = await exchange(
    'GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / RTSP/1.0\r\nCSeq: 2\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n',
  )
  expect(received.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 400'])
})

test('serves HTTP/1.0', async () => {
  expect(await exchange('GET / HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 200 [\s\S]*ok$/)
})
