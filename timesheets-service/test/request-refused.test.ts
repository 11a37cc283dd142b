import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { expect, test } from '@jest/globals'
import { signedHeaders } from './client.ts'
import { entry, useService } from './service-fixture.ts'

const service = useService()
const maxBytes = 16 * 1024 * 1024

test.each([
  ['?dryrun=true', 'dryrun', 'is not known here'],
  ['?dry_run=true&dry_run=true', 'dry_run', 'is given twice'],
  ['?dry_run=true&dry_run=false', 'dry_run', 'is given twice'],
  ['?dry_run=yes', 'dry_run', 'must be true or false'],
  ['?__proto__=1', '__proto__', 'is not known here'],
  ['?constructor=1', 'constructor', 'is not known here'],
  ['?=', '', 'is not known here'],
  ['?dry_run=%FF', 'dry_run', 'must be true or false'],
  [`?${'x'.repeat(5000)}=1`, 'x'.repeat(100), 'is not known here'],
])('the query %.40s', async (query, parameter, why) => {
  const { status, body, text } = await service().uploadRejected(entry(), { query })
  expect([status, body.type, body.parameter]).toEqual([400, '/problems/invalid-parameter', parameter])
  expect(body.detail).toContain(why)
  expect(text.length).toBeLessThan(1000)
})

test.each(['Idempotency-Key', 'Sync-Run'])(
  'the header %s is not understood yet: told so, and not passed over',
  async (name) => {
    for (const body of [entry(), [entry({ external_id: 'with-header' })]]) {
      const response = await service().uploadRejected(body, { headers: { [name]: '7' } })
      expect([response.status, response.body.type]).toEqual([400, '/problems/invalid-parameter'])
      expect(response.body.parameter).toBe(name)
      expect(response.body.detail).toContain(name)
    }
    expect(await service().sql("select id from timesheets where external_id = 'with-header'")).toEqual([])
  },
)

test('an empty query is none', async () => {
  expect((await service().upload(entry(), { query: '?' })).status).toBe(201)
})

test.each([
  ['application/x-ndjson', 'application/json'],
  ['text/plain', 'application/json'],
  ['application/x-www-form-urlencoded', 'application/json'],
  ['application/json; charset=iso-8859-1', 'application/json'],
  ['application/jsonx', 'application/json'],
  ['', 'application/json'],
])('a body of type "%s" is not read, and told what is', async (type, accepted) => {
  const response = await service().uploadRejected(entry(), { headers: { 'content-type': type } })
  expect([response.status, response.body.type]).toEqual([415, '/problems/unsupported-media-type'])
  expect(response.body.accepted).toEqual([accepted])
  expect(response.headers.get('accept')).toBe(accepted)
})

test.each(['gzip', 'br', 'deflate', 'gzip, gzip', 'x'])(
  'a body in %s is not read, and told what is',
  async (coding) => {
    const response = await service().uploadRejected(entry(), { headers: { 'content-encoding': coding } })
    expect([response.status, response.body.type]).toEqual([415, '/problems/unsupported-media-type'])
    expect(response.body.accepted).toEqual(['identity'])
    expect(response.headers.get('accept-encoding')).toBe('identity')
  },
)

test.each([
  'application/json',
  'Application/JSON',
  'application/json;charset=utf-8',
  'application/json; charset="UTF-8"',
])('a body of type %s is read', async (type) => {
  expect((await service().upload(entry(), { headers: { 'content-type': type } })).status).toBe(201)
})

test('what is not in the table of routes is not there', async () => {
  for (const [method, path] of [
    ['GET', '/'],
    ['GET', '/timesheets/upload'],
    ['POST', '/timesheets/upload/'],
    ['GET', '/.well-known/oauth-protected-resource'],
    ['DELETE', '/timesheets/%zz'],
  ] as const) {
    const { status, body } = await service().request<{ type: string }>(method, path, {})
    expect([status, body.type]).toEqual([404, '/problems/not-found'])
  }
})

/** The head of an upload, to be followed by a body by hand. */
async function begin(headers: Record<string, string>): Promise<Socket> {
  const signed = await signedHeaders('POST', '/timesheets/upload')
  const lines = Object.entries({ host: 'x', 'content-type': 'application/json', ...signed, ...headers })
  const socket = connect(Number(new URL(service().url).port), '127.0.0.1')
  await once(socket, 'connect')
  socket.write(
    `POST /timesheets/upload HTTP/1.1\r\n${lines.map((line) => line.join(': ')).join('\r\n')}\r\n\r\n`,
  )
  return socket
}

/** All that comes back until the connection ends; a reset would be thrown. */
async function heard(socket: Socket): Promise<string> {
  let text = ''
  for await (const bytes of socket) text += bytes
  return text
}

test('as many bytes as are allowed are read', async () => {
  const text = JSON.stringify(entry())
  expect((await service().upload(text.padEnd(maxBytes))).status).toBe(201)
})

test.each<[string, Record<string, string>, (bytes: string) => string]>([
  ['of a length told before', { 'content-length': String(maxBytes + 1) }, (bytes) => bytes],
  [
    'in chunks',
    { 'transfer-encoding': 'chunked' },
    (bytes) => `${bytes.length.toString(16)}\r\n${bytes}\r\n`,
  ],
])(
  'one byte more %s: 413 reaches a client that sends to the end before it reads',
  async (_what, headers, framed) => {
    const socket = await begin(headers)
    const chunk = ' '.repeat(1024 * 1024)
    for (let sent = 0; sent < maxBytes; sent += chunk.length) {
      if (!socket.write(framed(chunk))) await once(socket, 'drain')
    }
    socket.write(framed(' '))
    if ('transfer-encoding' in headers) socket.write('0\r\n\r\n')
    const response = await heard(socket)
    expect(response).toMatch(/^HTTP\/1\.1 413 /)
    expect(response).toContain('"type":"/problems/too-large"')
    expect(response).toContain(`"max_bytes":${maxBytes}`)
  },
)

test('no target that the gateway lets through is too long here, where the identity repeats it', async () => {
  const search = `?x=${'x'.repeat(15_500)}`
  const response = await service().uploadRejected(entry(), { query: search })
  expect([response.status, response.body.type]).toEqual([400, '/problems/invalid-parameter'])
})

test('415 reaches a client that is still sending, too', async () => {
  const socket = await begin({ 'content-length': String(maxBytes), 'content-encoding': 'gzip' })
  const chunk = ' '.repeat(1024 * 1024)
  for (let sent = 0; sent < maxBytes; sent += chunk.length) {
    if (!socket.write(chunk)) await once(socket, 'drain')
  }
  expect(await heard(socket)).toMatch(/^HTTP\/1\.1 415 /)
})

test('a request that is cut writes nothing, and the next is served', async () => {
  for (const [name, value] of [
    ['content-length', '1000'],
    ['transfer-encoding', 'chunked'],
  ] as const) {
    for (const body of ['', JSON.stringify([entry({ source: 'cut', external_id: '1' })])]) {
      const socket = await begin({ [name]: value })
      socket.write(body)
      socket.destroy()
    }
  }
  expect((await service().upload(entry({ external_id: 'after' }))).status).toBe(201)
  expect(await service().sql("select id from timesheets where source = 'cut'")).toEqual([])
})

test('garbage behind an upload: it is stored, and told so, and nothing else', async () => {
  for (const externalId of ['1', '2', '3']) {
    const body = JSON.stringify(entry({ source: 'with-garbage', external_id: externalId }))
    const socket = await begin({ 'content-length': String(body.length) })
    socket.write(body)
    socket.write('garbage\r\n\r\n')
    expect((await heard(socket)).match(/HTTP\/1\.1 \d{3} /g)).toEqual(['HTTP/1.1 201 '])
  }
  expect(await service().sql("select id from timesheets where source = 'with-garbage'")).toHaveLength(3)
})
