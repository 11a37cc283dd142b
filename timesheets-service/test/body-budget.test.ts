import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterAll, expect, test } from '@jest/globals'
import { signedHeaders, syncIdentity, users } from './client.ts'
import { entry, useService } from './service-fixture.ts'

const service = useService()
const { ann } = users(() => service().app)
const mebibyte = 1024 * 1024
const spaces = Buffer.alloc(mebibyte, ' ')
const sockets: Socket[] = []

afterAll(() => {
  for (const socket of sockets) socket.destroy()
})

/** Sends an upload of 15 MiB except its last byte. */
async function stallUpload(): Promise<{ socket: Socket; response: Promise<string> }> {
  const framing = { 'content-length': String(15 * mebibyte) }
  const signed = signedHeaders('POST', '/timesheets/upload', syncIdentity, framing)
  const headers = { host: 'x', 'content-type': 'application/json', ...framing, ...signed }
  const lines = Object.entries(headers).map((line) => line.join(': '))
  const socket = connect(Number(new URL(await service().listen()).port), '127.0.0.1')
  sockets.push(socket.on('error', () => undefined))
  await once(socket, 'connect')
  const response = new Promise<string>((resolve) => socket.once('data', (bytes) => resolve(String(bytes))))
  socket.write(`POST /timesheets/upload HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`)
  for (let i = 0; i < 14; i++) if (!socket.write(spaces)) await once(socket, 'drain')
  socket.write(spaces.subarray(1))
  return { socket, response }
}

test('accepts only as many stalled uploads as fit into memory, and others when these have ended', async () => {
  const waiting = new Set(await Promise.all(Array.from({ length: 6 }, stallUpload)))
  // Two uploads of 15 MiB at most fit into the budget, so at least four get 503.
  for (let rejected = 0; rejected < 4; rejected++) {
    const { text, upload } = await Promise.race(
      [...waiting].map(async (upload) => ({ text: await upload.response, upload })),
    )
    expect(text).toMatch(/^HTTP\/1\.1 503 /)
    expect(text).toMatch(/^retry-after: \d+\r$/im)
    expect(text).toContain('/problems/not-ready')
    waiting.delete(upload)
  }
  // Requests of people have a budget of their own.
  expect((await ann.request('GET', '/timesheets')).status).toBe(200)
  const own = { date: '2026-05-10', project: 'StoreZero', hours: 5, notes: '"'.repeat(2000) }
  expect((await ann.request('POST', '/timesheets', own)).status).toBe(201)
  expect((await service().upload(entry({ external_id: 'small' }))).status).toBe(201)

  for (const { socket } of waiting) socket.destroy()
  const large = JSON.stringify([entry({ external_id: 'large' })]).padEnd(16 * mebibyte)
  const statuses: number[] = []
  while (statuses.at(-1) !== 200) statuses.push((await service().upload(large)).status)
  expect(new Set(statuses.slice(0, -1)).difference(new Set([503])).size).toBe(0)
})

test('releases the memory of uploads that have ended', async () => {
  const text = ' '.repeat(16 * mebibyte)
  for (let i = 0; i < 3; i++) expect((await service().upload(text)).status).toBe(400)
})

test('reads a body that arrives one character at a time', async () => {
  const framing = { 'transfer-encoding': 'chunked' }
  const signed = signedHeaders('POST', '/timesheets/upload', syncIdentity, framing)
  const chunks = [...JSON.stringify(entry({ notes: 'é'.repeat(2000) }))].map((character) =>
    Buffer.from(character),
  )
  const response = await fetch(`${await service().listen()}/timesheets/upload`, {
    method: 'POST',
    headers: { ...signed, 'content-type': 'application/json' },
    body: new ReadableStream({
      pull(controller) {
        const chunk = chunks.shift()
        if (chunk === undefined) controller.close()
        else controller.enqueue(chunk)
      },
    }),
    duplex: 'half',
  } as RequestInit)
  expect(response.status).toBe(201)
})

test.each([
  ['POST', '/timesheets', 64],
  ['PUT', '/approvals', 64],
  ['PUT', '/approvals/1', 64],
  ['DELETE', '/approvals/1', 64],
  ['PUT', '/people/7', 512],
])('%s %s accepts at most %i KiB', async (method, target, kibibytes) => {
  const { maya } = users(() => service().app)
  const response = await maya.request(method, target, JSON.stringify('x'.repeat(512 * 1024)))
  expect([response.status, response.body.type]).toEqual([413, '/problems/too-large'])
  expect(response.body.max_bytes).toBe(kibibytes * 1024)
})
