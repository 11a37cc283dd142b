import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterEach, expect, test } from '@jest/globals'
import { ClientErrorHandler } from './client-error.ts'

const servers: ReturnType<typeof createServer>[] = []

afterEach(() => {
  for (const server of servers.splice(0)) server.closeAllConnections() ?? server.close()
})

/** A connection to a test server. `ended` resolves with all received bytes when it closes. */
async function open(handle: RequestListener) {
  const clientErrors = new ClientErrorHandler()
  const handled = Promise.withResolvers<void>()
  const server = createServer((request, response) => {
    clientErrors.track(request, response)
    handle(request, response)
  })
  server.on('clientError', (error, socket) => {
    clientErrors.handle(error, socket)
    handled.resolve()
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  let received = ''
  socket.on('data', (bytes) => {
    received += bytes
  })
  socket.on('error', () => undefined) // a reset ends the connection as well
  const ended = new Promise<string>((resolve) => socket.once('close', () => resolve(received)))
  return { send: (text: string) => socket.write(text), handled: handled.promise, ended }
}

const post = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}'
const get = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'
const statuses = (text: string) => [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)

test('sends the pending response and then closes, if garbage follows a request that is being handled', async () => {
  const started = Promise.withResolvers<ServerResponse>()
  const { send, handled, ended } = await open((request, response) => {
    request.resume().once('end', () => started.resolve(response))
  })
  send(post)
  const response = await started.promise
  send('garbage\r\n\r\n')
  await handled
  response.writeHead(201).end('stored')
  const text = await ended
  expect(statuses(text)).toEqual(['201'])
  expect(text).toMatch(/^connection: close\r$/im)
  expect(text).toContain('stored')
})

test('sends both pending responses and nothing more, if garbage follows two requests in one packet', async () => {
  const started: ServerResponse[] = []
  const { send, handled, ended } = await open((_request, response) => void started.push(response))
  send(`${get}${get}garbage\r\n\r\n`)
  await handled
  for (const response of started.reverse()) response.writeHead(200).end()
  expect(statuses(await ended)).toEqual(['200', '200'])
})

test('completes a response that has started, if garbage follows its request', async () => {
  const started = Promise.withResolvers<ServerResponse>()
  const { send, handled, ended } = await open((_request, response) => {
    response.writeHead(200).write('half')
    started.resolve(response)
  })
  send(get)
  const response = await started.promise
  send('garbage\r\n\r\n')
  await handled
  response.end('whole')
  expect(await ended).toMatch(/half.*whole\r\n0\r\n\r\n$/s)
})

test('closes without a response if garbage is part of a request body, since a part may have been processed', async () => {
  const { send, ended } = await open((request) => void request.resume())
  send('POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\ngarbage\r\n')
  expect(await ended).toBe('')
})

test('responds 400 to garbage alone', async () => {
  const { send, ended } = await open(() => undefined)
  send('garbage\r\n\r\n')
  expect(statuses(await ended)).toEqual(['400'])
})

test.each([
  ['a request line that is not HTTP', 'garbage\r\n\r\n', 400, 'invalid-request'],
  ['headers over the limit', `GET / HTTP/1.1\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`, 431, 'head-too-large'],
])('describes %s in a complete problem with a request id', async (_name, bytes, status, slug) => {
  const { send, ended } = await open(() => undefined)
  send(bytes)
  const [head = '', body = ''] = (await ended).split('\r\n\r\n')
  const problem = JSON.parse(body)
  expect(problem).toMatchObject({ type: `/problems/${slug}`, status, detail: expect.stringMatching(/./) })
  expect(head).toContain(`x-request-id: ${problem.instance}`)
  expect(head).toContain('application/problem+json')
})
