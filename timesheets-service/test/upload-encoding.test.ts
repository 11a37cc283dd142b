import { gzipSync } from 'node:zlib'
import { expect, test } from '@jest/globals'
import { count, item, service, summaryIn, toLines, uploadLines } from './upload-stream-fixture.ts'

test('accepts gzip for an object, an array and a stream', async () => {
  const gzip = { 'content-encoding': 'gzip' }
  const send = (value: unknown) =>
    service().upload(gzipSync(JSON.stringify(value)), {
      headers: { ...gzip, 'content-type': 'application/json' },
    })
  expect((await send(item('gzip-object'))).status).toBe(201)
  expect((await send([item('gzip-array')])).status).toBe(200)
  const lines = await uploadLines(gzipSync(toLines([item('gzip-stream')])), '', gzip)
  expect(summaryIn(lines)).toMatchObject({ created: 1 })
  const members = Buffer.concat(
    [item('member-1'), item('member-2')].map((value) => gzipSync(toLines([value]))),
  )
  expect(summaryIn(await uploadLines(members, '', gzip))).toMatchObject({ created: 2 })
})

const gzipped = gzipSync(toLines([item('damaged')]))
test.each<[string, Buffer, string, number]>([
  ['gzip that is cut', gzipped.subarray(0, -4), 'application/x-ndjson', 400],
  ['bytes after the gzip', Buffer.concat([gzipped, Buffer.from('more')]), 'application/x-ndjson', 400],
  ['no gzip', Buffer.from(toLines([item('damaged')])), 'application/x-ndjson', 400],
  ['a bomb', gzipSync(Buffer.alloc(64 * 1024 * 1024, ' ')), 'application/x-ndjson', 413],
  ['a bomb as JSON', gzipSync(Buffer.alloc(64 * 1024 * 1024, ' ')), 'application/json', 413],
  ['a cut array', gzipSync(JSON.stringify([item('damaged')])).subarray(0, -4), 'application/json', 400],
])('rejects %s, and stores nothing', async (_name, body, type, status) => {
  const response = await service().uploadRejected(body, {
    headers: { 'content-type': type, 'content-encoding': 'gzip' },
  })
  expect(response.status).toBe(status)
  expect(await count("external_id = 'damaged'")).toBe(0)
})

test('an unknown encoding is rejected, and names those that are accepted', async () => {
  for (const type of ['application/json', 'application/x-ndjson']) {
    const { status, body, headers } = await service().uploadRejected('{}', {
      headers: { 'content-type': type, 'content-encoding': 'br' },
    })
    expect([status, body.accepted, headers.get('accept-encoding')]).toEqual([
      415,
      ['identity', 'gzip'],
      'gzip, identity',
    ])
  }
})
