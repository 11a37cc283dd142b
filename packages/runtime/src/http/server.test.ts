import { METHODS } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { createLogger } from '../logger.ts'
import { type RunningServer, startServer } from './server.ts'

let server: RunningServer

function start(drainDeadlineMs: number): Promise<RunningServer> {
  const service = {
    app: (_request: unknown, response: { end(text: string): void }) => response.end('ok'),
    readiness: async () => ({}),
    close: async () => {},
  }
  const config = { host: '127.0.0.1', port: 0, adminPort: 0, drainWaitMs: 0, drainDeadlineMs }
  return startServer('test', service, config, createLogger('test', 'silent'))
}

beforeAll(async () => {
  server = await start(0)
})
afterAll(() => server.stop())

/** Opens a connection. `ended` resolves with all that is received until it closes. */
function open({ url } = server) {
  const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1', noDelay: true })
  const connected = new Promise<void>((resolve) => socket.once('connect', () => resolve()))
  let received = ''
  socket.on('data', (data) => {
    received += data
  })
  const ended = new Promise<string>((resolve, reject) => {
    socket.on('close', () => resolve(received)).on('error', reject)
  })
  return { socket, connected, ended }
}

/** Sends bytes, and returns all that is received until the connection ends. */
function exchange(bytes: string): Promise<string> {
  const { socket, ended } = open()
  socket.write(bytes)
  return ended
}

/** Sends bytes one at a time, each in a packet of its own. */
async function exchangeBytewise(bytes: string): Promise<string> {
  const { socket, connected, ended } = open()
  await connected
  for (const byte of bytes) {
    socket.write(byte)
    await sleep(1)
  }
  return ended
}

const statuses = (text: string) => text.match(/HTTP\/1\.1 \d+/g)
const get = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'

test.each([
  ['HTTP/0.9', 'GET / HTTP/0.9\r\nHost: x\r\n\r\n'],
  ['a missing version', 'GET /\r\nHost: x\r\n\r\n'],
  ['HTTP/2.0', 'GET / HTTP/2.0\r\nHost: x\r\n\r\n'],
  ['HTTP/1.2', 'GET / HTTP/1.2\r\nHost: x\r\n\r\n'],
  ['RTSP/1.0 with OPTIONS', 'OPTIONS / RTSP/1.0\r\nHost: x\r\n\r\n'],
  ['RTSP/1.0 with GET', 'GET / RTSP/1.0\r\n\r\n'],
  ['RTSP/1.0 with GET and CSeq', 'GET / RTSP/1.0\r\nCSeq: 1\r\n\r\n'],
  ['RTSP/1.0 with POST', 'POST / RTSP/1.0\r\nContent-Length: 2\r\n\r\n{}'],
  ['RTSP/1.1', 'GET / RTSP/1.1\r\nHost: x\r\n\r\n'],
  ['RTSP/1.0 after empty lines', '\r\n\n\r\nGET / RTSP/1.0\r\n\r\n'],
  ['RTSP/1.0 after more than one space', 'GET   rtsp://x/   RTSP/1.0\r\n\r\n'],
  ['RTSP/1.0 after a long target', `GET /${'x'.repeat(15_000)} RTSP/1.0\r\n\r\n`],
  ['Icecast', 'SOURCE / ICE/1.0\r\n\r\n'],
  ['a line that the client leaves incomplete', 'GET\r\n'],
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

test('responds 400 to each method of RTSP and HTTP with the version of RTSP or Icecast', async () => {
  const ofRtsp = ['ANNOUNCE', 'DESCRIBE', 'FLUSH', 'GET_PARAMETER', 'PAUSE', 'PLAY', 'RECORD', 'REDIRECT']
  const methods = [...METHODS, ...ofRtsp, 'SETUP', 'SET_PARAMETER', 'TEARDOWN']
  const lines = methods.flatMap((method) => [`${method} / RTSP/1.0`, `${method} / ICE/1.0`])
  const responses = await Promise.all(lines.map((line) => exchange(`${line}\r\nHost: x\r\n\r\n`)))
  expect(lines.filter((_line, index) => !responses[index]!.startsWith('HTTP/1.1 400 '))).toEqual([])
})

test.each(['RTSP/1.0', 'ICE/1.0', 'HTTP/1.0', 'HTTP/1.1'])(
  'finds %s in a request line that arrives byte by byte',
  async (version) => {
    const method = version === 'ICE/1.0' ? 'SOURCE' : 'POST'
    const received = await exchangeBytewise(
      `${method} /path ${version}\r\nHost: x\r\nConnection: close\r\n\r\n`,
    )
    expect(statuses(received)).toEqual([version.startsWith('HTTP') ? 'HTTP/1.1 200' : 'HTTP/1.1 400'])
  },
)

test.each(['GET / RTSP/1.0\r\n\r\n', 'GET / RTSP/1.0\r\nCSeq: 2\r\n\r\n', 'SOURCE / ICE/1.0\r\n\r\n'])(
  'responds 400 to %j after another request on its connection',
  async (other) => {
    expect(statuses(await exchange(`${get}${other}${get}`))).toEqual(['HTTP/1.1 200', 'HTTP/1.1 400'])
    const { socket, ended } = open()
    socket.write(get)
    await new Promise((resolve) => socket.once('data', resolve))
    socket.write(`${other}${get}`)
    expect(statuses(await ended)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 400'])
  },
)

test('sends one response to an HTTP/1.0 request that RTSP follows', async () => {
  const received = await exchange('GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET / RTSP/1.0\r\n\r\n')
  expect(statuses(received)).toEqual(['HTTP/1.1 200'])
})

test('serves HTTP/1.0, and closes the connection even if the client wants to keep it', async () => {
  expect(await exchange('GET / HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 200 [\s\S]*ok$/)
  const received = await exchange('GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n')
  expect(received).toMatch(/^HTTP\/1\.1 200 [\s\S]*^connection: close\r$[\s\S]*ok$/im)
})

test('responds 431 to a request line that does not end', async () => {
  expect(statuses(await exchange(`GET /${'x'.repeat(20_000)}`))).toEqual(['HTTP/1.1 431'])
  expect(statuses(await exchange(`GET ${' '.repeat(20_000)}`))).toEqual(['HTTP/1.1 431'])
})

test.each([
  ['', null],
  ['\r\n', null],
  ['GET /', ['HTTP/1.1 400']],
  ['GET / HT', ['HTTP/1.1 400']],
])('closes the connection of a client that sends %j and then its end', async (bytes, expected) => {
  const { socket, ended } = open()
  socket.end(bytes)
  expect(statuses(await ended)).toEqual(expected)
})

test('keeps running when a client leaves within its first line', async () => {
  for (const bytes of ['', '\r', 'G', 'GET / RT', 'GET / RTSP/1.0']) {
    const { socket, connected, ended } = open()
    await connected
    socket.write(bytes)
    await sleep(5)
    socket.resetAndDestroy()
    await ended
  }
  expect(statuses(await exchange('GET / HTTP/1.0\r\n\r\n'))).toEqual(['HTTP/1.1 200'])
})

test('responds 408 to each client that has not completed its head after 20 s', async () => {
  const beginnings = ['', '\r\n', 'GET /', 'GET / HTTP/1.1', 'GET / HTTP/1.1\r\nHost: x']
  const responses = beginnings.map((bytes) => exchange(bytes))
  // The first line takes 15 s. If the limit began after it, this request would be served.
  const { socket, ended } = open()
  socket.write('GET /')
  setTimeout(() => socket.write(' HTTP/1.1\r\nHost: x\r\n'), 15_000)
  const late = setTimeout(() => socket.write('\r\n'), 25_000)
  const received = await Promise.all([...responses, ended])
  clearTimeout(late)
  expect(received.map(statuses)).toEqual(received.map(() => ['HTTP/1.1 408']))
}, 60_000)

test.each(['', 'GET /'])('stops at once though a client has sent only %j', async (bytes) => {
  const stopping = await start(600_000) // longer than a test may last
  const { socket, connected, ended } = open(stopping)
  await connected
  socket.write(bytes)
  await sleep(50)
  await stopping.stop()
  expect(await ended).toBe('')
})
