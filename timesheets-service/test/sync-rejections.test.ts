import { gzipSync } from 'node:zlib'
import { expect, test } from '@jest/globals'
import { users } from './client.ts'
import { readList } from './list-helpers.ts'
import { entry, useService } from './service-fixture.ts'
import { createProgram, startRun, uploadFor } from './sync-run-helpers.ts'

const service = useService()
const { maya, sync } = users(() => service().app)
const other = createProgram(() => service().app, 'other')

const ndjson = { 'content-type': 'application/x-ndjson' }
const report = (run: number, lines: string, headers: Record<string, string> = ndjson) =>
  sync.request('POST', `/sync-runs/${run}/rejections`, lines, headers)
const toLine = (fields: object = {}) => `${JSON.stringify({ problem: { detail: 'x' }, ...fields })}\n`
const read = (run: number) => readList(sync, `/sync-runs/${run}/rejections?limit=2`)

test('keeps what was rejected before the upload, and what the upload rejected, with what was sent', async () => {
  const run = await startRun(sync, 'kept')
  const reported = {
    external_id: '17',
    problem: { type: '/problems/unknown-person', detail: 'no user_id is known for person 9', person: 9 },
    sent: { id: 17, hours: 2.5, user: { id: 9, name: 'Zoë' } },
  }
  const response = await report(run, toLine(reported))
  expect(response.body).toEqual({ received: 1, kept: 1 })

  const items = [
    { external_id: '1' },
    { external_id: '2', hours: 25 },
    { hours: 1 },
    { external_id: '3', source: 'elsewhere' },
  ]
  const { body } = await uploadFor(sync, run, 'kept', items)
  expect(body.summary).toMatchObject({ created: 1, rejected: 3 })
  expect(body.items[3].problem.errors).toEqual([
    { pointer: '#/source', message: `must be "kept", the source of the sync run ${run}` },
  ])
  const single = await sync.request(
    'POST',
    '/timesheets/upload',
    entry({ source: 'kept', external_id: '4', date: 'tomorrow' }),
    { 'sync-run': String(run) },
  )
  expect(single.status).toBe(422)

  const kept = await read(run)
  expect(kept).toEqual([
    { id: expect.any(Number), origin: 'sync', ...reported, rejected_at: expect.any(String) },
    {
      id: expect.any(Number),
      origin: 'api',
      external_id: '2',
      problem: body.items[1].problem,
      sent: entry({ source: 'kept', external_id: '2', hours: 25 }),
      rejected_at: expect.any(String),
    },
    expect.objectContaining({
      origin: 'api',
      problem: body.items[2].problem,
      sent: entry({ source: 'kept', hours: 1 }),
    }),
    expect.objectContaining({ external_id: '3', problem: body.items[3].problem }),
    expect.objectContaining({
      external_id: '4',
      problem: expect.objectContaining({ type: '/problems/invalid-entry' }),
    }),
  ])
  expect((await sync.request('GET', `/sync-runs/${run}`)).body.rejections).toBe(5)
  expect((await maya.request('GET', `/sync-runs/${run}/rejections`)).body).toEqual(kept)
  expect((await other.request('GET', `/sync-runs/${run}/rejections`)).status).toBe(403)
})

test('a repeated request keeps nothing twice', async () => {
  const run = await startRun(sync, 'repeated')
  const lines = toLine({ external_id: '1' }) + toLine({ external_id: '2' }) + toLine({ external_id: '1' })
  expect((await report(run, lines)).body).toEqual({ received: 3, kept: 2 })
  expect((await report(run, lines)).body).toEqual({ received: 3, kept: 0 })
  for (let i = 0; i < 2; i++) await uploadFor(sync, run, 'repeated', [{ external_id: '1', hours: 25 }])
  expect((await read(run)).map(({ origin, external_id }) => [origin, external_id])).toEqual([
    ['sync', '1'],
    ['sync', '2'],
    ['api', '1'],
  ])
})

test('an upload outside of a run keeps no rejections, and neither does a dry run', async () => {
  const run = await startRun(sync, 'loose')
  await uploadFor(sync, undefined, 'loose', [{ external_id: '1', hours: 25 }])
  const dryRun = [entry({ source: 'loose', external_id: '1', hours: 25 })]
  await sync.request('POST', '/timesheets/upload?dry_run=true', dryRun, { 'sync-run': String(run) })
  const single = entry({ source: 'loose', external_id: '1', hours: 25 })
  await sync.request('POST', '/timesheets/upload?dry_run=true', single, { 'sync-run': String(run) })
  expect(await read(run)).toEqual([])
})

test('keeps any characters, and cuts what was sent to an upload if it is too long', async () => {
  const run = await startRun(sync, 'odd')
  const odd = JSON.stringify({ a: '\u0000 \ud800 \u2028 "\\' })
  expect((await report(run, `{"problem":{"detail":"x","more":${odd}},"sent":${odd}}`)).status).toBe(200)
  await uploadFor(sync, run, 'odd', [
    { external_id: 'a\u0000b', hours: 1 },
    { external_id: '\ud800', hours: 1 },
    { external_id: 'é'.repeat(300), hours: 1 },
    { external_id: 'long', notes: '"'.repeat(20_000) },
  ])
  const [reported, nul, surrogate, cutId, long] = await read(run)
  expect(reported!.sent).toEqual(JSON.parse(odd))
  expect(nul).not.toHaveProperty('external_id')
  expect(nul!.sent.external_id).toBe('a\u0000b')
  expect(surrogate).not.toHaveProperty('external_id')
  expect(cutId!.external_id).toBe('é'.repeat(256))
  expect(long!.external_id).toBe('long')
  expect(long!.sent).toMatch(/^\{"user_id":"007"/)
  expect(Buffer.byteLength(JSON.stringify(long!.sent))).toBeLessThanOrEqual(4096)
})

test.each(['array', 'stream', 'single'])(
  'an upload of a deeply nested item (%s) is rejected and kept',
  async (form) => {
    const source = `deep-${form}`
    const run = await startRun(sync, source)
    const nested = JSON.stringify(entry({ source, external_id: '1', notes: 'x' })).replace(
      '"x"',
      `${'[{"a":'.repeat(8000)}1${'}]'.repeat(8000)}`,
    )
    const good = JSON.stringify(entry({ source, external_id: '2' }))
    const bodies = { array: `[${nested},${good}]`, stream: `${nested}\n${good}\n`, single: nested }
    const { status, text } = await sync.request('POST', '/timesheets/upload', bodies[form as 'array'], {
      'content-type': form === 'stream' ? 'application/x-ndjson' : 'application/json',
      'sync-run': String(run),
    })
    expect(status).toBe(form === 'single' ? 422 : 200)
    expect(text).toContain('notes must be a string')
    const kept = await read(run)
    expect(kept).toMatchObject([{ external_id: '1', problem: { type: '/problems/invalid-entry' } }])
    expect(nested.startsWith(kept[0]!.sent.slice(0, 2000))).toBe(true)
    const stored = await service().sql('select 1 from timesheets where source = $1', [source])
    expect(stored).toHaveLength(form === 'single' ? 0 : 1)
  },
)

test('keeps at most 4 KiB of the problem of an item, with the start of its detail', async () => {
  const run = await startRun(sync, 'wide')
  const unknown = Array.from({ length: 20 }, (_, i) => [String.fromCodePoint(0x4e00 + i).repeat(100), i])
  const { body } = await uploadFor(sync, run, 'wide', [{ external_id: '1', ...Object.fromEntries(unknown) }])
  const [{ problem }] = (await read(run)) as [{ problem: { type: string; status: number; detail: string } }]
  expect(Buffer.byteLength(JSON.stringify(problem))).toBeLessThanOrEqual(4096)
  expect([problem.type, problem.status]).toEqual(['/problems/invalid-entry', 422])
  expect(body.items[0].problem.detail.startsWith(problem.detail.slice(0, 500))).toBe(true)
})

test.each([
  ['not JSON', '{"problem":', 400, 'malformed-json'],
  ['not UTF-8', Buffer.from([0x22, 0xff, 0x22]), 400, 'malformed-json'],
  ['without a problem', '{"external_id":"1"}', 422, 'invalid-body'],
  ['with an unknown field', '{"problem":{"detail":"x"},"colour":"red"}', 422, 'invalid-body'],
  ['too long', toLine({ sent: 'x'.repeat(4096) }), 413, 'too-large'],
  ['too long without an end', `{"sent":"${'x'.repeat(200_000)}`, 413, 'too-large'],
])('rejects a line that is %s, with its number', async (_name, line, status, slug) => {
  const run = await startRun(sync, `invalid-${Math.random().toString(36).slice(2)}`)
  const body = Buffer.concat([Buffer.from('\r\n'), Buffer.from(toLine()), Buffer.from(line)])
  const response = await sync.request('POST', `/sync-runs/${run}/rejections`, body, ndjson)
  expect([response.status, response.body.type]).toEqual([status, `/problems/${slug}`])
  expect(response.body.line).toBe(2)
})

test('accepts lines of 4096 bytes, blank lines, CRLF, no end of the last line, and an empty body', async () => {
  const run = await startRun(sync, 'framed')
  const overhead = Buffer.byteLength(toLine({ sent: '' })) - 1
  const longest = toLine({ sent: 'x'.repeat(4096 - overhead) })
  const lines = `${longest}\r\n \n${toLine({ external_id: '2' }).trim()}\r\n${toLine({ external_id: '3' }).trim()}`
  expect((await report(run, lines)).body).toEqual({ received: 3, kept: 3 })
  expect((await report(run, '')).body).toEqual({ received: 0, kept: 0 })
  expect((await report(run, '[]', { 'content-type': 'application/json' })).status).toBe(415)
  expect((await report(run, toLine(), { ...ndjson, 'content-encoding': 'br' })).status).toBe(415)
  const gzip = await sync.request(
    'POST',
    `/sync-runs/${run}/rejections`,
    gzipSync(toLine({ external_id: '4' })),
    { ...ndjson, 'content-encoding': 'gzip' },
  )
  expect(gzip.body).toEqual({ received: 1, kept: 1 })
})

test('a run keeps at most 10,000 rejections of the sync, and as many of the API', async () => {
  const run = await startRun(sync, 'full')
  const lines = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => toLine({ external_id: String(from + i) })).join('')
  expect((await report(run, lines(0, 9999))).body).toEqual({ received: 9999, kept: 9999 })
  const refused = await report(run, lines(9999, 10_001))
  expect([refused.status, refused.body.type, refused.body.max_items]).toEqual([
    413,
    '/problems/too-large',
    10_000,
  ])
  expect((await report(run, lines(9998, 10_000))).body).toEqual({ received: 2, kept: 1 })

  await service().sql('update sync_runs set api_rejections = 9999 where id = $1', [run])
  const { body } = await uploadFor(sync, run, 'full', [
    { external_id: 'first', hours: 25 },
    { external_id: 'second', hours: 25 },
    { external_id: 'good' },
  ])
  expect(body.summary).toMatchObject({ created: 1, rejected: 2 })
  const kept = await service().sql(
    "select external_id from sync_rejections where sync_run_id = $1 and origin = 'api'",
    [run],
  )
  expect(kept).toEqual([{ external_id: 'first' }])
})
