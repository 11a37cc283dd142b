import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { connect, type Socket } from 'node:net'
import { expect, test } from '@jest/globals'
import { signedHeaders, syncIdentity } from './client.ts'
import { entry, useService } from './service-fixture.ts'

const service = useService()
const maxBytes = 16 * 1024 * 1024

test.each([
  ['?dryrun=true', 'dryrun', 'is unknown'],
  ['?dry_run=true&dry_run=true', 'dry_run', 'is given twice'],
  ['?dry_run=true&dry_run=false', 'dry_run', 'is given twice'],
  ['?dry_run=yes', 'dry_run', 'must be true or false'],
  ['?__proto__=1', '__proto__', 'is unknown'],
  ['?constructor=1', 'constructor', 'is unknown'],
  ['?=', '', 'is unknown'],
  ['?dry_run=%FF', 'dry_run', 'must be true or false'],
  [`?${'x'.repeat(5000)}=1`, 'x'.repeat(100), 'is unknown'],
])('rejects the query %.40s with 400', async (query, parameter, reason) => {
  const { status, body, text } = await service().uploadRejected(entry(), { query })
  expect([status, body.type, body.parameter]).toEqual([400, '/problems/invalid-parameter', parameter])
  expect(body.detail).toContain(reason)
  expect(text.length).toBeLessThan(1000)
})

test.each([
  ['an array', 'application/json', (item: object) => [item]],
  ['a stream', 'application/x-ndjson', (item: object) => JSON.stringify(item)],
])('rejects a malformed Idempotency-Key of %s before it stores an item', async (_name, type, toBody) => {
  const { status, body } = await service().uploadRejected(toBody(entry({ external_id: 'malformed-key' })), {
    headers: { 'content-type': type, 'idempotency-key': '"not closed' },
  })
  expect([status, body.type, body.parameter]).toEqual([400, '/problems/invalid-parameter', 'Idempotency-Key'])
  expect(await service().sql("select id from timesheets where external_id = 'malformed-key'")).toEqual([])
})

test('accepts an empty query', async () => {
  const target = '/timesheets/upload?'
  const body = JSON.stringify(entry())
  const framing = { 'content-length': String(body.length) }
  const signed = signedHeaders('POST', target, syncIdentity, framing)
  const headers = { 'content-type': 'application/json', ...framing, ...signed }
  // A URL object would drop the question mark.
  const { hostname, port } = new URL(await service().listen())
  const outgoing = httpRequest({ hostname, port, path: target, method: 'POST', headers })
  outgoing.end(body)
  const [response] = await once(outgoing, 'response')
  response.resume()
  expect(response.statusCode).toBe(201)
})

test.each([
  'text/plain',
  'application/x-www-form-urlencoded',
  'application/json; charset=iso-8859-1',
  'application/x-ndjson; charset=iso-8859-1',
  'application/jsonx',
  '',
])('rejects a body of type "%s" with 415 and the accepted types', async (type) => {
  const response = await service().uploadRejected(entry(), { headers: { 'content-type': type } })
  expect([response.status, response.body.type]).toEqual([415, '/problems/unsupported-media-type'])
  expect(response.body.accepted).toEqual(['application/json', 'application/x-ndjson'])
  expect(response.headers.get('accept')).toBe('application/json, application/x-ndjson')
})

test.each(['br', 'deflate', 'gzip, gzip', 'x'])(
  'rejects a body with the encoding %s with 415 and the accepted encodings',
  async (coding) => {
    const response = await service().uploadRejected(entry(), { headers: { 'content-encoding': coding } })
    expect([response.status, response.body.type]).toEqual([415, '/problems/unsupported-media-type'])
    expect(response.body.accepted).toEqual(['identity', 'gzip'])
    expect(response.headers.get('accept-encoding')).toBe('gzip, identity')
  },
)

test.each([
  'application/json',
  'Application/JSON',
  'application/json;charset=utf-8',
  'application/json; charset="UTF-8"',
])('accepts a body of type %s', async (type) => {
  expect((await service().upload(entry(), { headers: { 'content-type': type } })).status).toBe(201)
})

test('responds 404 to a path that is not in the route table', async () => {
  for (const [method, path] of [
    ['GET', '/'],
    ['POST', '/timesheets/upload/'],
    ['GET', '/.well-known/oauth-protected-resource'],
    ['DELETE', '/timesheets/%zz'],
  ] as const) {
    const { status, body } = await service().request<{ type: string }>(method, path)
    expect([status, body.type]).toEqual([404, '/problems/not-found'])
  }
})

/** Sends the head of an upload. The test sends the body. */
async function startUpload(headers: Record<string, string>): Promise<Socket> {
  const signed = signedHeaders('POST', '/timesheets/upload', syncIdentity, headers)
  const lines = Object.entries({ host: 'x', 'content-type': 'application/json', ...signed, ...headers })
  const socket = connect(Number(new URL(await service().listen()).port), '127.0.0.1')
  await once(socket, 'connect')
  socket.write(
    `POST /timesheets/upload HTTP/1.1\r\n${lines.map((line) => line.join(': ')).join('\r\n')}\r\n\r\n`,
  )
  return socket
}

/** Reads everything until the connection ends. Throws if it is reset. */
async function readToEnd(socket: Socket): Promise<string> {
  let text = ''
  for await (const bytes of socket) text += bytes
  return text
}

test('accepts a body of the largest size', async () => {
  const text = JSON.stringify(entry())
  expect((await service().upload(`[${text}]`.padEnd(maxBytes))).status).toBe(200)
})

test.each<[string, Record<string, string>, (bytes: string) => string]>([
  ['with a content length', { 'content-length': String(maxBytes + 1) }, (bytes) => bytes],
  [
    'in chunks',
    { 'transfer-encoding': 'chunked' },
    (bytes) => `${bytes.length.toString(16)}\r\n${bytes}\r\n`,
  ],
])(
  '413 for one byte too many %s reaches a client that reads only after it has sent everything',
  async (_name, headers, frame) => {
    const socket = await startUpload({ ...headers, connection: 'close' })
    const chunk = ' '.repeat(1024 * 1024)
    for (let sent = 0; sent < maxBytes; sent += chunk.length) {
      if (!socket.write(frame(chunk))) await once(socket, 'drain')
    }
    socket.write(frame(' '))
    if ('transfer-encoding' in headers) socket.write('0\r\n\r\n')
    const response = await readToEnd(socket)
    expect(response).toMatch(/^HTTP\/1\.1 413 /)
    expect(response).toContain('"type":"/problems/too-large"')
    expect(response).toContain(`"max_bytes":${maxBytes}`)
  },
)

test('accepts the longest target of the gateway, which the identity header repeats', async () => {
  const target = `/timesheets/upload?x=${'x'.repeat(15_500)}`
  const response = await fetch((await service().listen()) + target, {
    method: 'POST',
    headers: signedHeaders('POST', target),
  })
  expect(await response.json()).toMatchObject({ status: 400, type: '/problems/invalid-parameter' })
})

test('415 reaches a client that is still sending', async () => {
  const socket = await startUpload({ 'content-length': String(maxBytes), 'content-encoding': 'br' })
  const chunk = ' '.repeat(1024 * 1024)
  for (let sent = 0; sent < maxBytes; sent += chunk.length) {
    if (!socket.write(chunk)) await once(socket, 'drain')
  }
  expect(await readToEnd(socket)).toMatch(/^HTTP\/1\.1 415 /)
})

test('stores nothing of a request that is cut, and serves the next one', async () => {
  for (const [name, value] of [
    ['content-length', '1000'],
    ['transfer-encoding', 'chunked'],
  ] as const) {
    for (const body of ['', JSON.stringify([entry({ source: 'cut', external_id: '1' })])]) {
      const socket = await startUpload({ [name]: value })
      socket.write(body)
      socket.destroy()
    }
  }
  expect((await service().upload(entry({ external_id: 'after' }))).status).toBe(201)
  expect(await service().sql("select id from timesheets where source = 'cut'")).toEqual([])
})

test('responds 201 to an upload that is followed by bytes which are not HTTP', async () => {
  for (const externalId of ['1', '2', '3']) {
    const body = JSON.stringify(entry({ source: 'with-garbage', external_id: externalId }))
    const socket = await startUpload({ 'content-length': String(body.length) })
    socket.write(body)
    socket.write('garbage\r\n\r\n')
    expect((await readToEnd(socket)).match(/HTTP\/1\.1 \d{3} /g)).toEqual(['HTTP/1.1 201 '])
  }
  expect(await service().sql("select id from timesheets where source = 'with-garbage'")).toHaveLength(3)
})
