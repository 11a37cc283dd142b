import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, test } from '@jest/globals'
import { signedHeaders, syncIdentity } from './client.ts'
import {
  count,
  item,
  ndjson,
  OpenStream,
  service,
  summaryIn,
  toLines,
  uploadLines,
} from './upload-stream-fixture.ts'

test('sends results while the request is still being sent, each after its COMMIT', async () => {
  const stream = await OpenStream.open()
  for (const name of ['first', 'second']) {
    stream.send([item(`flow-${name}`)])
    expect(await stream.nextLine()).toMatchObject({ status: 'created' })
    expect(await stream.nextLine()).toMatchObject({ progress: {} })
    expect(await count(`external_id = 'flow-${name}'`)).toBe(1)
  }
  stream.request.end()
  expect(await stream.nextLine()).toMatchObject({ summary: { received: 2, created: 2 } })
})

test('keeps what was stored of a stream that is cut, and finds it unchanged when the stream is repeated', async () => {
  const items = Array.from({ length: 150 }, (_, i) => item(`cut-${i}`))
  const stream = await OpenStream.open()
  stream.send(items)
  await stream.nextLine()
  stream.request.destroy()
  const lines = await uploadLines(toLines(items))
  expect(summaryIn(lines)).toMatchObject({ received: 150, rejected: 0 })
  expect(await count("external_id like 'cut-%'")).toBe(150)
  expect(await count("external_id like 'cut-%' and version > 1")).toBe(0)
})

test('ends a stream from which no byte arrives with a problem line, and keeps what it stored', async () => {
  const stream = await OpenStream.open()
  stream.send([item('idle')])
  expect(await stream.nextLine()).toMatchObject({ status: 'created' })
  expect(await stream.nextLine()).toMatchObject({ progress: {} })
  expect(await stream.nextLine()).toMatchObject({
    problem: {
      type: '/problems/invalid-request',
      detail: expect.stringContaining('No byte arrived'),
    },
  })
  expect(await count("external_id = 'idle'")).toBe(1)
})

test('answers with a status where nothing was stored yet', async () => {
  const stream = await OpenStream.open()
  stream.request.flushHeaders()
  expect(await stream.status).toBe(400)
})

test('disconnects a client that takes nothing of its response', async () => {
  const { request } = await OpenStream.open()
  const closed = new Promise((resolve) => request.on('error', () => undefined).on('close', resolve))
  request.on('response', (response) => response.on('error', () => undefined).pause())
  // Each of these lines has 20 errors, which fill the buffers of both sides soon.
  const text = toLines(
    Array.from({ length: 500 }, () =>
      Object.fromEntries([...'abcdefghijklmnopqrst'].map((name) => [name, 1])),
    ),
  )
  const write = () => {
    if (request.destroyed) return
    if (request.write(text)) setImmediate(write)
    else request.once('drain', write)
  }
  write()
  await closed
})

test('a stream for a sync run ends where another run takes the source over, and stores nothing after that', async () => {
  const body = { source: 'taken', account: '1', from: '2017-05-01', to: '2017-05-31', mode: 'full' }
  const start = async () => (await service().request<{ id: number }>('POST', '/sync-runs', body)).body.id
  const run = await start()
  const items = (from: number) =>
    Array.from({ length: 100 }, (_, i) => item(String(from + i), { source: 'taken' }))
  const stream = await OpenStream.open({ 'sync-run': String(run) })
  stream.send(items(0))
  let line = await stream.nextLine()
  while (line !== undefined && !('progress' in line)) line = await stream.nextLine()
  expect(await count("source = 'taken'")).toBe(100)

  await service().sql('update sync_runs set lease_expires_at = now() where id = $1', [run])
  expect(await start()).toBeGreaterThan(run)
  stream.send(items(100))
  stream.request.end()
  expect(await stream.nextLine()).toMatchObject({ problem: { type: '/problems/sync-run-over', status: 409 } })
  expect(await stream.nextLine()).toBeUndefined()
  expect(await count("source = 'taken'")).toBe(100)
})

test('serves 200 streams at once, of which some send one byte at a time', async () => {
  const slow = await Promise.all(Array.from({ length: 20 }, () => OpenStream.open()))
  const bytes = toLines([item('slow')])
  const trickles = slow.map(({ request }) => {
    let sent = 0
    return setInterval(() => request.write(bytes[sent++ % bytes.length]!), 500)
  })
  try {
    const summaries = await Promise.all(
      Array.from({ length: 180 }, async (_, stream) => {
        const open = await OpenStream.open()
        open.send(Array.from({ length: 20 }, (_, i) => item(`stream-${stream}-${i}`)))
        open.request.end()
        for (let line = await open.nextLine(); line !== undefined; line = await open.nextLine()) {
          if ('summary' in line) return line.summary
        }
        return undefined
      }),
    )
    expect(summaries.filter((summary) => summary?.created === 20)).toHaveLength(180)
    expect(await count("external_id like 'stream-%'")).toBe(3600)
  } finally {
    for (const timer of trickles) clearInterval(timer)
    for (const { request } of slow) request.on('error', () => undefined).destroy()
  }
})

test('tells a client that sends less than its Content-Length says that the request was cut', async () => {
  const url = new URL(await service().listen())
  const framing = { 'content-length': '10000' }
  const signed = signedHeaders('POST', '/timesheets/upload', syncIdentity, framing)
  const lines = Object.entries({ host: 'x', ...ndjson, ...framing, ...signed }).map((line) => line.join(': '))
  const socket = connect(Number(url.port), url.hostname)
  await once(socket, 'connect')
  socket.write(`POST /timesheets/upload HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${toLines([item('lying')])}`)
  let received = ''
  for await (const chunk of socket) {
    received += chunk
    if (received.includes('"problem"')) break
  }
  expect(received).toContain('"created":1')
  expect(received).toContain('No byte arrived')
  expect(received).not.toContain('"summary"')
})
