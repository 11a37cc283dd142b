import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterAll, expect, test } from '@jest/globals'
import { signedHeaders, users } from './client.ts'
import { entry, useService } from './service-fixture.ts'

const service = useService()
const { ann } = users(() => service().app)
const mebibyte = 1024 * 1024
const spaces = Buffer.alloc(mebibyte, ' ')
const open: Socket[] = []

afterAll(() => {
  for (const socket of open) socket.destroy()
})

/** An upload of 15 MiB that stops a byte before its end. */
async function hold(): Promise<{ socket: Socket; answered: Promise<string> }> {
  const signed = await signedHeaders('POST', '/timesheets/upload')
  const headers = {
    host: 'x',
    'content-type': 'application/json',
    'content-length': 15 * mebibyte,
    ...signed,
  }
  const lines = Object.entries(headers).map((line) => line.join(': '))
  const socket = connect(Number(new URL(service().url).port), '127.0.0.1')
  open.push(socket.on('error', () => undefined))
  await once(socket, 'connect')
  const answered = new Promise<string>((resolve) => socket.once('data', (bytes) => resolve(String(bytes))))
  socket.write(`POST /timesheets/upload HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`)
  for (let i = 0; i < 14; i++) if (!socket.write(spaces)) await once(socket, 'drain')
  socket.write(spaces.subarray(1))
  return { socket, answered }
}

test('many bodies that are held before their end: no more than fit are taken, and once they go, others are', async () => {
  const held = await Promise.all(Array.from({ length: 6 }, hold))
  const waiting = new Set(held)
  // Two of 15 MiB fit into 32 MiB: all others are told so.
  for (let refused = 0; refused < 4; refused++) {
    const { text, one } = await Promise.race(
      [...waiting].map(async (one) => ({ text: await one.answered, one })),
    )
    expect(text).toMatch(/^HTTP\/1\.1 503 /)
    expect(text).toMatch(/^retry-after: \d+\r$/im)
    expect(text).toContain('/problems/not-ready')
    waiting.delete(one)
  }
  // What people send has room of its own.
  expect((await ann.request('GET', '/timesheets')).status).toBe(200)
  const own = { date: '2026-05-10', project: 'StoreZero', hours: 5, notes: '"'.repeat(2000) }
  expect((await ann.request('POST', '/timesheets', own)).status).toBe(201)
  expect((await service().upload(entry({ external_id: 'small' }))).status).toBe(201)

  for (const { socket } of waiting) socket.destroy()
  const large = JSON.stringify(entry({ external_id: 'large' })).padEnd(16 * mebibyte)
  const statuses: number[] = []
  while (statuses.at(-1) !== 201) statuses.push((await service().upload(large)).status)
  expect(new Set(statuses.slice(0, -1)).difference(new Set([503])).size).toBe(0)
})

test('what was handled, refused or cut takes no room any more', async () => {
  const text = ' '.repeat(16 * mebibyte)
  for (let i = 0; i < 3; i++) expect((await service().upload(text)).status).toBe(400)
})

test('a body that comes a byte at a time is read whole', async () => {
  const signed = await signedHeaders('POST', '/timesheets/upload')
  const chunks = [...JSON.stringify(entry({ notes: 'é'.repeat(2000) }))].map((word) => Buffer.from(word))
  const response = await fetch(`${service().url}/timesheets/upload`, {
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
])('%s %s takes less than an upload', async (method, target, kibibytes) => {
  const { maya } = users(() => service().app)
  const response = await maya.request(method, target, 'x'.repeat(512 * 1024))
  expect([response.status, response.body.type]).toEqual([413, '/problems/too-large'])
  expect(response.body.max_bytes).toBe(kibibytes * 1024)
})
