import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterEach, expect, test } from '@jest/globals'
import { MalformedRequests } from './malformed-request.ts'

const servers: ReturnType<typeof createServer>[] = []

afterEach(() => {
  for (const server of servers.splice(0)) server.closeAllConnections() ?? server.close()
})

/** A connection to a server of this test's, and what is heard on it until it ends. */
async function open(handle: RequestListener) {
  const malformed = new MalformedRequests()
  const refused = Promise.withResolvers<void>()
  const server = createServer((request, response) => {
    malformed.observe(request, response)
    handle(request, response)
  })
  server.on('clientError', (error, socket) => {
    malformed.refuse(error, socket)
    refused.resolve()
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  let heard = ''
  socket.on('data', (bytes) => {
    heard += bytes
  })
  socket.on('error', () => undefined) // a cut shows as an end
  const ended = new Promise<string>((resolve) => socket.once('close', () => resolve(heard)))
  return { send: (text: string) => socket.write(text), refused: refused.promise, ended }
}

const post = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}'
const get = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'
const statuses = (text: string) => [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)

test('garbage behind a request that is being worked on: its answer is the only one, and the last', async () => {
  const begun = Promise.withResolvers<ServerResponse>()
  const { send, refused, ended } = await open((request, response) => {
    request.resume().once('end', () => begun.resolve(response))
  })
  send(post)
  const response = await begun.promise
  send('garbage\r\n\r\n')
  await refused
  response.writeHead(201).end('stored')
  const text = await ended
  expect(statuses(text)).toEqual(['201'])
  expect(text).toMatch(/^connection: close\r$/im)
  expect(text).toContain('stored')
})

test('garbage in the same packet, behind two requests: both are answered, and nothing more', async () => {
  const begun: ServerResponse[] = []
  const { send, refused, ended } = await open((_request, response) => void begun.push(response))
  send(`${get}${get}garbage\r\n\r\n`)
  await refused
  for (const response of begun.reverse()) response.writeHead(200).end()
  expect(statuses(await ended)).toEqual(['200', '200'])
})

test('garbage behind a request whose answer is half out: the answer comes to its end', async () => {
  const begun = Promise.withResolvers<ServerResponse>()
  const { send, refused, ended } = await open((_request, response) => {
    response.writeHead(200).write('half')
    begun.resolve(response)
  })
  send(get)
  const response = await begun.promise
  send('garbage\r\n\r\n')
  await refused
  response.end('whole')
  expect(await ended).toMatch(/half.*whole\r\n0\r\n\r\n$/s)
})

test('garbage in the middle of a request: it is cut, since part of it may have been taken already', async () => {
  const { send, ended } = await open((request) => void request.resume())
  send('POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\ngarbage\r\n')
  expect(await ended).toBe('')
})

test('garbage alone: 400', async () => {
  const { send, ended } = await open(() => undefined)
  send('garbage\r\n\r\n')
  expect(statuses(await ended)).toEqual(['400'])
})
