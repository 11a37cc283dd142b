import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from '@jest/globals'
import { sendStream } from './stream.ts'

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

async function requestOnce(handle: RequestListener): Promise<IncomingMessage> {
  const server = createServer(handle).listen(0, '127.0.0.1')
  closing.push(() => server.close().closeAllConnections())
  await once(server, 'listening')
  const sent = request({ port: (server.address() as AddressInfo).port }).end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  return response
}

/** Chunks that count how many were read, and record when the reader has stopped. */
function countReads(count: number, chunk: string) {
  const state = { read: 0, ended: false }
  async function* chunks() {
    try {
      for (; state.read < count; state.read++) yield chunk
    } finally {
      state.ended = true
    }
  }
  return { state, chunks: chunks() }
}

const megabyte = 'ä'.repeat(512 * 1024)

async function waitUntil(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(5)
}

test('sends everything to a slow client, and reads no chunk before it can be sent', async () => {
  const { state, chunks } = countReads(30, megabyte)
  const response = await requestOnce((_request, response) => void sendStream(response, chunks))
  await sleep(200)
  expect(state.read).toBeLessThan(15) // no more than the buffers of the sockets take
  const parts: Buffer[] = []
  for await (const part of response) {
    parts.push(part)
    if (parts.length % 50 === 0) await sleep(1)
  }
  expect(Buffer.concat(parts).toString()).toBe(megabyte.repeat(30))
  expect(state.ended).toBe(true)
})

test('stops reading chunks when the client leaves', async () => {
  const { state, chunks } = countReads(1_000_000, megabyte)
  const response = await requestOnce((_request, response) => void sendStream(response, chunks))
  await once(response, 'data')
  response.destroy()
  await waitUntil(() => state.ended)
  expect(state.read).toBeLessThan(100)
})

test('disconnects a client that receives nothing for too long', async () => {
  const { state, chunks } = countReads(1_000_000, megabyte)
  const response = await requestOnce(
    (_request, response) => void sendStream(response, chunks, { stallMs: 100 }),
  )
  await waitUntil(() => state.ended)
  await expect(response.toArray()).rejects.toThrow('aborted')
})

test('sends an empty stream', async () => {
  const { chunks } = countReads(0, '')
  const response = await requestOnce((_request, response) => {
    response.setHeader('content-type', 'text/csv')
    sendStream(response, chunks)
  })
  expect([response.statusCode, response.headers['content-type'], await response.toArray()]).toEqual([
    200,
    'text/csv',
    [],
  ])
})

test('throws an error before the first chunk with nothing sent', async () => {
  const broken: AsyncIterable<string> = {
    [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error('no database')) }),
  }
  const response = await requestOnce((_request, response) => {
    sendStream(response, broken).catch((error: Error) => response.writeHead(503).end(error.message))
  })
  expect([response.statusCode, Buffer.concat(await response.toArray()).toString()]).toEqual([
    503,
    'no database',
  ])
})
