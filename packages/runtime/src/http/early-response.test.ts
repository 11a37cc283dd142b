import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterEach, expect, test } from '@jest/globals'
import type { RequestHandler } from 'express'
import { earlyResponse } from './early-response.ts'
import { awaitContinue, sendContinue } from './expect-continue.ts'
import { createExpressApp } from './express-app.ts'
import { sendJson } from './send-json.ts'

const servers: ReturnType<typeof createServer>[] = []

afterEach(() => {
  for (const server of servers.splice(0)) server.closeAllConnections() ?? server.close()
})

interface Connection {
  readonly socket: Socket
  /** Waits until the received text matches. */
  readonly waitFor: (pattern: RegExp) => Promise<string>
  readonly ended: Promise<string>
}

async function open(handler: RequestHandler): Promise<Connection> {
  const app = createExpressApp().use(earlyResponse).use(handler)
  const server = createServer(app)
  server.on('checkContinue', (request, response) => {
    awaitContinue(request)
    app(request, response)
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  let received = ''
  socket.on('data', (bytes) => {
    received += bytes
  })
  const ended = new Promise<string>((resolve) => socket.once('close', () => resolve(received)))
  socket.on('error', () => undefined) // a reset ends the connection as well
  const waitFor = (pattern: RegExp) =>
    new Promise<string>((resolve) => {
      const check = () => pattern.test(received) && resolve(received)
      socket.on('data', check)
      check()
    })
  return { socket, waitFor, ended }
}

const reject: RequestHandler = (_request, response) => {
  response.status(413)
  sendJson(response, { rejected: true })
}

test('sends a response at once to a client that is still sending, and closes after it has finished', async () => {
  const { socket, waitFor, ended } = await open(reject)
  socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n')
  expect(await waitFor(/rejected/)).toMatch(/^HTTP\/1\.1 413[\s\S]*^connection: close\r$/im)
  socket.write('x'.repeat(100_000))
  expect(await ended).toMatch(/\{"rejected":true\}$/)
})

test('keeps the connection open if the request was received completely', async () => {
  const { socket, waitFor } = await open((request, response, next) => {
    request.resume().once('end', () => reject(request, response, next))
  })
  socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}')
  expect(await waitFor(/rejected/)).toMatch(/connection: keep-alive/i)
})

test('announces the end of the connection with the head of a streamed error', async () => {
  const { socket, waitFor } = await open((_request, response) => {
    response.writeHead(415)
    response.write('streamed')
  })
  socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n')
  expect(await waitFor(/streamed/)).toMatch(/^connection: close\r$/im)
})

test('streams a response below 400 while the request is still being sent, and keeps the connection', async () => {
  const { socket, waitFor } = await open((request, response) => {
    response.writeHead(200)
    request.on('data', (chunk) => response.write(`got ${chunk};`)).on('end', () => response.end('done'))
  })
  socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\na')
  expect(await waitFor(/got a;/)).toMatch(/connection: keep-alive/i)
  socket.write('b')
  await waitFor(/got b;[\s\S]*done/)
})

test('ends soon if the client waits for 100 Continue, which a rejected request never gets', async () => {
  const { socket, ended } = await open(reject)
  socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n')
  const received = await ended
  expect(received).toMatch(/^HTTP\/1\.1 413/)
  expect(received).not.toContain('100 Continue')
})

test('sends a response to a client that sends the body without waiting for 100 Continue', async () => {
  const { socket, waitFor, ended } = await open(reject)
  socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\nExpect: 100-continue\r\n\r\n')
  await waitFor(/rejected/)
  socket.write('x'.repeat(1_000_000))
  expect(await ended).toMatch(/\{"rejected":true\}$/)
})

test('asks for the body with 100 Continue once a handler wants it', async () => {
  const { socket, waitFor } = await open((request, response) => {
    sendContinue(request, response)
    request.resume().once('end', () => response.end('stored'))
  })
  socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n')
  await waitFor(/^HTTP\/1\.1 100 Continue\r\n\r\n/)
  socket.write('{}')
  await waitFor(/HTTP\/1\.1 200[\s\S]*stored/)
})
