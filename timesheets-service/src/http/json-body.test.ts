import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { earlyResponse } from '@timesheets/runtime/http/early-response'
import { createExpressApp } from '@timesheets/runtime/http/express-app'
import { problemHandler } from '@timesheets/runtime/http/problem-handler'
import { sendJson } from '@timesheets/runtime/http/send-json'
import { createLogger } from '@timesheets/runtime/logger'
import { BodyBudget } from './body-budget.ts'
import { jsonBody } from './json-body.ts'

const kibibyte = 1024
let server: Server
const sockets: Socket[] = []

beforeEach(async () => {
  const budget = new BodyBudget({ maxBytes: 40 * kibibyte, maxBytesPerOwner: 20 * kibibyte })
  const app = createExpressApp()
    .use(earlyResponse)
    .use((request, response, next) => {
      const person = String(request.headers['x-person'] ?? 'ann')
      response.locals.identity = { client: 'web', person, subject: person, scopes: [] }
      next()
    })
    .use(
      jsonBody({ maxBytes: 16 * kibibyte, budget, ownedBy: 'person', graceMs: 1000, maxInflateRatio: 100 }),
    )
    .use((request, response) => sendJson(response, request.body))
    .use(problemHandler(createLogger('test', 'silent')))
  server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
})

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy()
  server.close()
})

const getPort = () => (server.address() as AddressInfo).port

const post = (body: string, person = 'ann') =>
  fetch(`http://127.0.0.1:${getPort()}/`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-person': person },
    body,
  })

/** Sends the head of a request and a part of its body, and then nothing more. */
async function stall(
  sentBytes: number,
  framing: string,
  person = 'ann',
): Promise<{ readonly response: Promise<string> }> {
  const socket = connect(getPort(), '127.0.0.1')
  sockets.push(socket.on('error', () => undefined))
  await once(socket, 'connect')
  socket.write(
    `POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nX-Person: ${person}\r\n${framing}\r\n\r\n`,
  )
  socket.write(' '.repeat(sentBytes))
  return { response: once(socket, 'data').then(String) }
}

test('rejects a body that stalls, so that it does not hold memory for long', async () => {
  const stalled = await stall(5, 'Content-Length: 16000')
  const response = await stalled.response
  expect(response).toMatch(/^HTTP\/1\.1 400 /)
  expect(response).toContain('arrived too slowly')
})

test('keeps the stalled bodies of one person from shutting out another person', async () => {
  const first = await stall(15_000, 'Content-Length: 16000')
  const second = await stall(15_000, 'Content-Length: 16000')
  // The second body exceeds ann's share, so ann gets 503 while ben is served.
  expect(await Promise.race([first.response, second.response])).toMatch(/^HTTP\/1\.1 503 /)
  expect((await post('[1]', 'ben')).status).toBe(200)
})

test('counts the overhead of small chunks, so that a body in single bytes cannot take more than its share', async () => {
  const socket = connect(getPort(), '127.0.0.1')
  sockets.push(socket.on('error', () => undefined))
  await once(socket, 'connect')
  socket.write(
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n',
  )
  socket.write('1\r\n \r\n'.repeat(1000))
  expect(String((await once(socket, 'data'))[0])).toMatch(/^HTTP\/1\.1 503 /)
})

test('releases the memory of a body when its response is sent, or it is rejected', async () => {
  for (let round = 0; round < 5; round++) {
    expect((await post(JSON.stringify('x'.repeat(15_000)))).status).toBe(200)
    expect((await post('x'.repeat(15_000))).status).toBe(400)
  }
})

test.each([
  ['invalid UTF-8', new Uint8Array([0x22, 0xff, 0x22])],
  ['an empty body', new Uint8Array()],
  ['JSON that is cut', new TextEncoder().encode('{"a":')],
])('rejects %s as malformed-json', async (_name, body) => {
  const response = await fetch(`http://127.0.0.1:${getPort()}/`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  })
  expect(await response.json()).toMatchObject({ status: 400, type: '/problems/malformed-json' })
})

test.each([
  ['application/json; charset=utf-8; charset=latin1', 415],
  ['application/json; charset=latin1', 415],
  ['application/json; charset = utf-8', 200],
  ['application/json;charset="utf-8"', 200],
])('judges the charset of %s by all its parameters', async (type, status) => {
  const response = await fetch(`http://127.0.0.1:${getPort()}/`, {
    method: 'POST',
    headers: { 'content-type': type },
    body: '[]',
  })
  expect(response.status).toBe(status)
})
