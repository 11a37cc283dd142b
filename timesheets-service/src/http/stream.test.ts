import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from '@jest/globals'
import { sendStream } from './send.ts'

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

async function answerOf(handle: RequestListener): Promise<IncomingMessage> {
  const server = createServer(handle).listen(0, '127.0.0.1')
  closing.push(() => server.close().closeAllConnections())
  await once(server, 'listening')
  const asking = request({ port: (server.address() as AddressInfo).port }).end()
  const [answer] = (await once(asking, 'response')) as [IncomingMessage]
  return answer
}

/** Chunks that are counted as they are asked for, and that know when nobody will ask again. */
function counted(count: number, chunk: string) {
  const state = { asked: 0, ended: false }
  async function* chunks() {
    try {
      for (; state.asked < count; state.asked++) yield chunk
    } finally {
      state.ended = true
    }
  }
  return { state, chunks: chunks() }
}

const megabyte = 'ä'.repeat(512 * 1024)

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(5)
}

test('a slow client gets everything, and nothing is made before it can be sent', async () => {
  const { state, chunks } = counted(30, megabyte)
  const answer = await answerOf((request, response) => void sendStream(request, response, 200, chunks))
  await sleep(200)
  expect(state.asked).toBeLessThan(15) // what the sockets' buffers hold, and no more
  const parts: Buffer[] = []
  for await (const part of answer) {
    parts.push(part)
    if (parts.length % 50 === 0) await sleep(1)
  }
  expect(Buffer.concat(parts).toString()).toBe(megabyte.repeat(30))
  expect(state.ended).toBe(true)
})

test('a client that leaves ends the making', async () => {
  const { state, chunks } = counted(1_000_000, megabyte)
  const answer = await answerOf((request, response) => void sendStream(request, response, 200, chunks))
  await once(answer, 'data')
  answer.destroy()
  await until(() => state.ended)
  expect(state.asked).toBeLessThan(100)
})

test('a client that takes nothing for too long is cut', async () => {
  const { state, chunks } = counted(1_000_000, megabyte)
  const answer = await answerOf(
    (request, response) => void sendStream(request, response, 200, chunks, {}, { stalledMs: 100 }),
  )
  await until(() => state.ended)
  await expect(answer.toArray()).rejects.toThrow('aborted')
})

test('nothing at all is an answer too', async () => {
  const { chunks } = counted(0, '')
  const answer = await answerOf(
    (request, response) => void sendStream(request, response, 200, chunks, { 'content-type': 'text/csv' }),
  )
  expect([answer.statusCode, answer.headers['content-type'], await answer.toArray()]).toEqual([
    200,
    'text/csv',
    [],
  ])
})

test('what fails before the first text is thrown, with nothing sent', async () => {
  const broken: AsyncIterable<string> = {
    [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error('no database')) }),
  }
  const answer = await answerOf((request, response) => {
    sendStream(request, response, 200, broken).catch((error: Error) =>
      response.writeHead(503).end(error.message),
    )
  })
  expect([answer.statusCode, Buffer.concat(await answer.toArray()).toString()]).toEqual([503, 'no database'])
})
