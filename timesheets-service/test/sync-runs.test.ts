import { expect, test } from '@jest/globals'
import { users } from './client.ts'
import { readList, readPages } from './list-helpers.ts'
import { useService } from './service-fixture.ts'
import { createProgram, runBody, startRun, uploadFor } from './sync-run-helpers.ts'

const service = useService({ SOURCE_OWNERS: 'shared=contractor-sync, shared=web-console' })
const { maya, sync } = users(() => service().app)
const other = createProgram(() => service().app, 'other')
const webConsole = createProgram(() => service().app, 'web-console')

const patch = (id: number, body: object, client = sync) => client.request('PATCH', `/sync-runs/${id}`, body)
const end = async (id: number, body: object = {}) => {
  const response = await patch(id, { status: 'succeeded', ...body })
  expect(response.status).toBe(200)
  return response.body
}

test('a run starts, is renewed, reports, and ends', async () => {
  const started = await sync.request('POST', '/sync-runs', runBody('harvest'))
  expect(started.status).toBe(201)
  const { id } = started.body
  expect(started.body).toEqual({ id, bookmark: null, lease_expires_at: expect.any(String) })
  expect(started.headers.get('location')).toBe(`https://timesheets.example.com/sync-runs/${id}`)

  const renewed = await patch(id, { stats: { read: 3 } })
  expect(renewed.body).toMatchObject({ status: 'running', stats: { read: 3 }, ended_at: null })
  expect(renewed.body.lease_expires_at > started.body.lease_expires_at).toBe(true)

  const stats = {
    read: 3,
    created: 2,
    rejected: 1,
    withheld: 0,
    unknown_fields: { colour: 3 },
    differing_days: [],
    proof: 'equal',
    people: 2,
  }
  const ended = await end(id, { bookmark: 'b1', stats })
  expect(ended).toEqual({
    id,
    source: 'harvest',
    client: 'contractor-sync',
    account: '1',
    from: '2017-05-01',
    to: '2017-05-31',
    mode: 'incremental',
    verify: false,
    status: 'succeeded',
    lease_expires_at: renewed.body.lease_expires_at,
    bookmark: 'b1',
    stats,
    rejections: 0,
    started_at: expect.any(String),
    ended_at: expect.any(String),
  })
  expect((await sync.request('GET', `/sync-runs/${id}`)).body).toEqual(ended)
})

test('a run that has ended accepts the same end again, and nothing else', async () => {
  const id = await startRun(sync, 'ended')
  const last = { status: 'succeeded', bookmark: 'b', stats: { read: 1, proof: 'equal' } }
  const ended = await end(id, last)
  expect(await end(id, last)).toEqual(ended)
  for (const body of [
    {},
    { status: 'running' },
    { status: 'failed' },
    { ...last, bookmark: 'c' },
    { ...last, stats: { read: 2 } },
  ]) {
    const { status, body: problem } = await patch(id, body)
    expect([status, problem.type]).toEqual([409, '/problems/sync-run-over'])
  }
  const upload = await uploadFor(sync, id, 'ended', [{ external_id: '1' }])
  expect([upload.status, upload.body.type]).toEqual([409, '/problems/sync-run-over'])
  expect((await sync.request('GET', `/sync-runs/${id}`)).body).toEqual(ended)
})

test('the bookmark moves only with success, and not in a run that only compares', async () => {
  const bookmarks: (string | null)[] = []
  const startNext = async (fields: object = {}) => {
    const { body } = await sync.request('POST', '/sync-runs', runBody('marked', fields))
    bookmarks.push(body.bookmark)
    return body.id
  }
  await end(await startNext(), { bookmark: 'one' })
  let id = await startNext()
  await patch(id, { bookmark: 'two' })
  await patch(id, { status: 'failed', bookmark: 'three' })
  await end(await startNext({ verify: true }), { bookmark: 'four' })
  await end(await startNext())
  id = await startNext()
  await patch(id, { bookmark: 'x'.repeat(4096), status: 'succeeded' })
  id = await startNext()
  expect(bookmarks).toEqual([null, 'one', 'one', 'one', 'one', 'x'.repeat(4096)])
  const tooLong = await patch(id, { bookmark: 'x'.repeat(4097), status: 'succeeded' })
  expect([tooLong.status, tooLong.body.errors[0].pointer]).toEqual([422, '#/bookmark'])
})

test('a source is bound to the account of its first run that may write', async () => {
  await end(await startRun(sync, 'bound', { account: 'seen', verify: true }))
  await end(await startRun(sync, 'bound', { account: 'first' }))
  for (const verify of [false, true]) {
    const { status, body } = await sync.request(
      'POST',
      '/sync-runs',
      runBody('bound', { account: 'second', verify }),
    )
    expect([status, body.type]).toEqual([409, '/problems/other-account'])
  }
  await end(await startRun(sync, 'bound', { account: 'first' }))
})

test('a source has one run at a time, also if many start at once', async () => {
  const responses = await Promise.all(
    Array.from({ length: 8 }, () => sync.request('POST', '/sync-runs', runBody('raced'))),
  )
  expect(responses.map(({ status }) => status).sort()).toEqual([201, ...Array(7).fill(409)])
  const refused = responses.find(({ status }) => status === 409)!
  expect(refused.body.type).toBe('/problems/sync-run-active')
  await startRun(sync, 'raced-2')
})

test('a new source belongs to the client of its first run', async () => {
  const id = await startRun(sync, 'claimed')
  const upload = await other.request('POST', '/timesheets/upload', {
    user_id: '007',
    date: '2017-05-10',
    project: 'StoreZero',
    hours: 1,
    source: 'claimed',
    external_id: '1',
  })
  expect(upload.status).toBe(403)
  await end(id)
  const refused = await other.request('POST', '/sync-runs', runBody('claimed'))
  expect([refused.status, refused.body.type]).toEqual([403, '/problems/source-not-yours'])
})

test('a run that only compares claims no source, and is read by its client', async () => {
  const id = await startRun(other, 'seen', { verify: true, account: 'wrong' })
  expect((await other.request('GET', `/sync-runs/${id}/digests`)).text).toBe('')
  expect(await readList(other, '/sync-runs?source=seen')).toMatchObject([{ id }])
  expect((await sync.request('GET', `/sync-runs/${id}`)).status).toBe(403)
  expect((await sync.request('GET', `/sync-runs/${id}/rejections`)).status).toBe(403)
  expect(await readList(sync, '/sync-runs?source=seen')).toEqual([])
  expect((await patch(id, { status: 'succeeded', bookmark: 'none' }, other)).status).toBe(200)

  const started = await sync.request('POST', '/sync-runs', runBody('seen'))
  expect([started.status, started.body.bookmark]).toEqual([201, null])
  expect((await uploadFor(sync, started.body.id, 'seen', [{ external_id: '1' }])).body.errors).toBe(false)
  await end(started.body.id)
  expect((await other.request('POST', '/sync-runs', runBody('seen', { verify: true }))).status).toBe(403)
  expect((await other.request('GET', `/sync-runs/${id}`)).status).toBe(403)
})

test('a client that does not own the source can neither read nor write a run', async () => {
  const id = await startRun(sync, 'private')
  for (const [method, path, body] of [
    ['PATCH', '', {}],
    ['GET', '', undefined],
    ['GET', '/digests', undefined],
    ['GET', '/entries?user_id=007&day=2017-05-10', undefined],
    ['POST', '/rejections', '{"problem":{"detail":"x"}}\n'],
    ['GET', '/rejections', undefined],
  ] as const) {
    const type: Record<string, string> =
      typeof body === 'string' ? { 'content-type': 'application/x-ndjson' } : {}
    const response = await other.request(method, `/sync-runs/${id}${path}`, body, type)
    expect([path, response.status, response.body.type]).toEqual([path, 403, '/problems/source-not-yours'])
  }
  expect((await uploadFor(other, id, 'private', [{ external_id: '1' }])).status).toBe(403)
  expect((await other.request('GET', '/sync-runs?source=private')).status).toBe(403)
  expect(await readList(other, '/sync-runs')).toEqual([])
})

test('another owner of the source reads a run, and does not write for it', async () => {
  const id = await startRun(sync, 'shared')
  expect((await webConsole.request('GET', `/sync-runs/${id}/digests`)).status).toBe(200)
  expect((await patch(id, {}, webConsole)).status).toBe(403)
  expect((await uploadFor(webConsole, id, 'shared', [{ external_id: '1' }])).status).toBe(403)
  await end(id)
  const next = await startRun(webConsole, 'shared')
  expect((await patch(next, { status: 'succeeded' }, webConsole)).status).toBe(200)
})

test('lists runs newest first: one’s own, or all with read:reports', async () => {
  for (let i = 0; i < 3; i++) await end(await startRun(sync, 'listed'))
  const failed = await startRun(sync, 'listed')
  await patch(failed, { status: 'failed' })
  const running = await startRun(other, 'theirs')

  const own = await readList(sync, '/sync-runs?limit=2')
  const ids = own.map(({ id }) => id)
  expect(ids).toEqual(ids.toSorted((a, b) => b - a))
  expect(ids).toContain(failed)
  expect(ids).not.toContain(running)
  expect(new Set(own.map(({ source }) => source))).not.toContain('theirs')
  const all = await readList(maya, '/sync-runs?limit=2')
  expect(all.map(({ id }) => id)).toContain(running)
  expect(all.length).toBeGreaterThan(own.length)

  const listed = await readList(maya, '/sync-runs?source=listed')
  expect(listed).toHaveLength(4)
  expect(await readList(maya, '/sync-runs?source=listed&state=failed')).toMatchObject([{ id: failed }])
  expect(await readList(maya, '/sync-runs?state=running&source=theirs')).toMatchObject([{ id: running }])
  expect((await maya.request('GET', `/sync-runs/${running}`)).body.id).toBe(running)
  const cursor = new URL('http://localhost/x?cursor=abc').searchParams.get('cursor')
  expect((await sync.request('GET', `/sync-runs?cursor=${cursor}`)).status).toBe(400)
})

/** The report of a sync that found so many days that differ. */
const differing = (count: number) => ({
  proof: 'differs',
  differing_days: Array.from({ length: count }, (_, i) => ({
    user_id: `${'x'.repeat(80)}-${i}@contractors.example`,
    day: '2017-05-10',
    source: { count: 1000, seconds: 3_600_000 },
    stored: { count: 1001, seconds: 3_603_600 },
  })),
})

test('a report may name a thousand days that differ, and not more', async () => {
  const id = await startRun(sync, 'differing')
  expect((await patch(id, { stats: differing(1001) })).status).toBe(422)
  const stats = differing(1000)
  expect((await patch(id, { status: 'failed', stats })).body).toMatchObject({ status: 'failed', stats })
})

test('long reports make pages of fewer runs, which have each run once', async () => {
  const ids: number[] = []
  for (let i = 0; i < 9; i++) {
    ids.unshift(await startRun(sync, 'long'))
    await patch(ids[0]!, { status: 'failed', stats: i === 4 ? { read: 1 } : differing(1000) })
  }
  const pages: { id: number; stats: object }[][] = []
  for await (const { body, text } of readPages(sync, '/sync-runs?source=long&limit=500')) {
    pages.push(body)
    expect(Buffer.byteLength(text)).toBeLessThan(1024 * 1024)
  }
  expect(pages.flat().map(({ id }) => id)).toEqual(ids)
  expect(pages.length).toBeGreaterThan(1)
  const withState = await readList(sync, '/sync-runs?source=long&state=failed&limit=4')
  expect(withState.map(({ id }) => id)).toEqual(ids)
})

test('responds 404 to a run that does not exist', async () => {
  for (const id of ['999999999', '0', 'x', '99999999999999999999']) {
    for (const path of ['', '/digests', '/rejections']) {
      expect((await sync.request('GET', `/sync-runs/${id}${path}`)).status).toBe(404)
    }
    const { status } = await sync.request('POST', '/timesheets/upload', [], { 'sync-run': id })
    expect(status).toBe(404)
  }
})

test.each([
  ['source', { source: 'client:x' }],
  ['account', { account: '' }],
  ['from', { from: '2017-02-30' }],
  ['to', { to: '2017-04-30' }],
  ['mode', { mode: 'some' }],
  ['colour', { colour: 'red' }],
])('rejects a run with an invalid %s', async (field, fields) => {
  const { status, body } = await sync.request('POST', '/sync-runs', runBody('invalid', fields))
  expect([status, body.errors?.[0].pointer]).toEqual([422, `#/${field}`])
})

test('stores what a sync may report, whatever its characters', async () => {
  const id = await startRun(sync, 'odd-stats')
  const stats = {
    reason: 'a "quoted" \\ text\u2028 \u007f 😀',
    unknown_fields: ['\ud83d\ude00', 'é'],
    'odd \u0000 name': 1,
    differing_days: [
      {
        user_id: '007',
        day: '2017-05-10',
        source: { count: 1, seconds: 60 },
        stored: { count: 0, seconds: 0 },
      },
    ],
    proof: 'differs',
    digest: '0'.repeat(32),
  }
  expect((await patch(id, { stats })).body.stats).toEqual(stats)
  for (const wrong of [{ read: -1 }, { proof: 'maybe' }, { created: 'many' }, { other: 'text' }]) {
    expect((await patch(id, { stats: wrong })).status).toBe(422)
  }
})
