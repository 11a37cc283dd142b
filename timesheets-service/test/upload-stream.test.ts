import { expect, test } from '@jest/globals'
import { entry } from './service-fixture.ts'
import { count, item, ndjson, service, summaryIn, toLines, uploadLines } from './upload-stream-fixture.ts'

test('stores a stream of many chunks, and returns progress after each and a summary as the last line', async () => {
  const items = Array.from({ length: 1050 }, (_, i) => item(`many-${i}`))
  const lines = await uploadLines(toLines(items))
  expect(lines).toHaveLength(12)
  expect(lines[0]).toMatchObject({ progress: { received: 100, created: 100 } })
  expect(summaryIn(lines)).toEqual({
    received: 1050,
    created: 1050,
    updated: 0,
    unchanged: 0,
    deleted: 0,
    held: 0,
    rejected: 0,
  })
  expect(await count("external_id like 'many-%'")).toBe(1050)
  expect(summaryIn(await uploadLines(toLines(items)))).toMatchObject({ received: 1050, unchanged: 1050 })
  expect(await count("external_id like 'many-%' and version > 1")).toBe(0)
})

test('stores a stream that has only new entries at first, and then also others', async () => {
  const items = (from: number, to: number, fields?: object) =>
    Array.from({ length: to - from }, (_, i) => item(`mixed-${from + i}`, fields))
  await uploadLines(toLines(items(1000, 1200)))
  await service().sql(
    `update timesheets set approved_at = now(), approved_by = 'boss' where external_id in ('mixed-1100', 'mixed-1101')`,
  )
  const stream = [
    ...items(0, 700),
    ...items(1000, 1100, { hours: 1 }),
    ...items(700, 800),
    ...items(1100, 1200, { hours: 2 }),
    ...items(800, 1000),
    ...items(1200, 1500),
    { user_id: '007', source: 'harvest', external_id: 'mixed-0', deleted: true },
    ...items(1500, 1501),
    ...items(1500, 1501, { hours: 3 }),
  ]
  expect(summaryIn(await uploadLines(toLines(stream)))).toEqual({
    received: 1503,
    created: 1301,
    updated: 199,
    unchanged: 0,
    deleted: 1,
    held: 2,
    rejected: 0,
  })
  const stored = await service().sql<{ text: string }>(
    `select format('%s of %s h, version %s%s%s', count(distinct external_id), seconds / 3600, version,
                   case when deleted_at is not null then ', deleted' end, case when correction is not null then ', held' end) as text
       from timesheets where external_id like 'mixed-%'
      group by seconds, version, deleted_at, correction order by 1`,
  )
  expect(stored.map(({ text }) => text)).toEqual([
    '1 of 3 h, version 1',
    '1 of 5 h, version 2, deleted',
    '100 of 1 h, version 2',
    '1299 of 5 h, version 1',
    '2 of 5 h, version 3, held',
    '98 of 2 h, version 2',
  ])
  expect(summaryIn(await uploadLines(toLines(stream.slice(1000, 1500))))).toMatchObject({ unchanged: 500 })
})

test('returns a line for each rejected or held item, with the position of its line', async () => {
  const approved = (await service().upload(item('approved'))).body.id
  await service().sql("update timesheets set approved_at = now(), approved_by = 'x' where id = $1", [
    approved,
  ])
  const lines = await uploadLines(
    [
      `\ufeff${JSON.stringify(item('ok'))}`,
      '',
      JSON.stringify(item('bad', { hours: 25 })),
      '  \t',
      JSON.stringify(item('approved', { hours: 6 })),
      '{"user_id":',
      JSON.stringify(item('long', { notes: 'x'.repeat(5000) })),
      JSON.stringify(entry({ source: 'harvest' })),
      JSON.stringify({ user_id: '007', source: 'harvest', external_id: 'ok', deleted: true }),
    ].join('\r\n'),
  )
  expect(lines.slice(0, -2)).toMatchObject([
    { index: 1, status: 'rejected', code: 422, problem: { detail: 'hours must be at most 24' } },
    { index: 2, status: 'held', code: 202, id: approved, user_id: '007' },
    { index: 3, status: 'rejected', code: 400, problem: { type: '/problems/malformed-json' } },
    { index: 4, status: 'rejected', code: 413, problem: { type: '/problems/too-large', max_bytes: 4096 } },
    { index: 5, status: 'rejected', code: 422, problem: { errors: [{ pointer: '#/external_id' }] } },
  ])
  expect(summaryIn(lines)).toMatchObject({ received: 7, created: 1, deleted: 1, held: 1, rejected: 4 })
})

test('results=all returns a line for every item', async () => {
  const lines = await uploadLines(toLines([item('all-1'), item('all-2')]), '?results=all')
  expect(lines).toMatchObject([
    {
      index: 0,
      status: 'created',
      code: 201,
      user_id: '007',
      message: expect.stringMatching(/^Created timesheet \d+ for employee 007$/),
    },
    { index: 1, status: 'created' },
    { progress: { received: 2 } },
    { summary: { received: 2 } },
  ])
})

test('applies items with the same identity in their order, also in different chunks', async () => {
  const hours = Array.from({ length: 500 }, (_, i) => 1 + (i % 24))
  const items = hours.flatMap((value, i) => [item('repeated', { hours: value }), item(`between-${i}`)])
  const lines = await uploadLines(toLines(items))
  expect(summaryIn(lines)).toMatchObject({ received: 1000, created: 501, updated: 499 })
  const [row] = await service().sql<{ seconds: number }>(
    "select seconds from timesheets where external_id = 'repeated'",
  )
  expect(row!.seconds).toBe(hours.at(-1)! * 3600)
})

test('rejects a line of any length without keeping it, and takes the lines around it', async () => {
  const long = `{"notes":"${'x'.repeat(50 * 1024 * 1024)}"}`
  const lines = await uploadLines(`${toLines([item('before')])}${long}\n${toLines([item('after')])}`)
  expect(summaryIn(lines)).toMatchObject({ received: 3, created: 2, rejected: 1 })
})

test('rejects a line that is not UTF-8, and takes the lines around it', async () => {
  const body = Buffer.concat([
    Buffer.from(toLines([item('utf8-before')])),
    Buffer.from('{"user_id":"\xff"}\n', 'latin1'),
    Buffer.from(toLines([item('utf8-after')])),
  ])
  expect(summaryIn(await uploadLines(body))).toMatchObject({ received: 3, created: 2, rejected: 1 })
})

test('a dry run writes nothing', async () => {
  const lines = await uploadLines(toLines([item('dry')]), '?dry_run=true')
  expect(summaryIn(lines)).toMatchObject({ received: 1, created: 1 })
  expect(await count("external_id = 'dry'")).toBe(0)
})

test('an empty stream has a summary of nothing', async () => {
  const lines = await uploadLines('\n')
  expect(lines).toMatchObject([{ summary: { received: 0 } }])
})

test('atomic is not for a stream', async () => {
  const { status, body } = await service().uploadRejected(toLines([item('a')]), {
    query: '?atomic=true',
    headers: ndjson,
  })
  expect([status, body.type]).toEqual([400, '/problems/invalid-parameter'])
})

test('two clients that send the same identities in opposite order end with one row each', async () => {
  const names = Array.from({ length: 1000 }, (_, i) => `both-${i}`)
  const send = (order: readonly string[], hours: number) =>
    uploadLines(toLines(order.map((name) => item(name, { hours }))))
  const summaries = (await Promise.all([send(names, 1), send(names.toReversed(), 2)])).map(summaryIn)
  expect(summaries).toMatchObject([
    { received: 1000, rejected: 0 },
    { received: 1000, rejected: 0 },
  ])
  expect(await count("external_id like 'both-%'")).toBe(1000)
})

test('a key with the position of an item stands in for its external_id', async () => {
  const withKey = { ...ndjson, 'idempotency-key': '"stream 1"' }
  const items = Array.from({ length: 150 }, (_, i) => entry({ project: 'Keyed', hours: 1 + (i % 8) }))
  const send = (body: readonly unknown[], headers: Record<string, string> = withKey) =>
    uploadLines(toLines(body), '', headers)
  expect(summaryIn(await send(items))).toMatchObject({ created: 150 })
  expect(summaryIn(await send(items))).toMatchObject({ unchanged: 150 })

  const changed = items.with(120, entry({ project: 'Keyed', hours: 20 }))
  const lines = await send([...changed, entry({ project: 'Keyed' })])
  expect(lines.slice(0, -1)).toContainEqual(
    expect.objectContaining({
      index: 120,
      status: 'rejected',
      code: 422,
      problem: expect.objectContaining({ type: '/problems/idempotency-key-reused' }),
    }),
  )
  expect(summaryIn(lines)).toMatchObject({ created: 1, unchanged: 149, rejected: 1 })
  expect(await count("project = 'Keyed'")).toBe(151)

  const otherClient = await service().uploadBatch(items.slice(0, 2), {
    client: 'another-client',
    headers: { 'idempotency-key': '"stream 1"' },
  })
  expect(otherClient.body.summary).toMatchObject({ created: 2 })
})

test('of a sync run, keeps a rejected line once, and restores a deleted entry, also after new entries only', async () => {
  const items = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => item(`run-${from + i}`, { source: 'assumed' }))
  await uploadLines(toLines(items(900, 950)))
  await uploadLines(toLines([{ user_id: '007', source: 'assumed', external_id: 'run-900', deleted: true }]))
  const { body } = await service().request<{ id: number }>('POST', '/sync-runs', {
    source: 'assumed',
    account: '1',
    from: '2017-01-01',
    to: '2017-12-31',
    mode: 'full',
  })
  const stream = [
    ...items(0, 700),
    item('run-rejected', { source: 'assumed', hours: 25 }),
    ...items(850, 950),
  ]
  const lines = await uploadLines(toLines(stream), '', { 'sync-run': String(body.id) })
  expect(summaryIn(lines)).toMatchObject({
    received: 801,
    created: 750,
    updated: 1,
    unchanged: 49,
    rejected: 1,
  })
  const rejections = await service().sql('select external_id from sync_rejections where sync_run_id = $1', [
    body.id,
  ])
  expect(rejections).toEqual([{ external_id: 'run-rejected' }])
  expect(await count("source = 'assumed' and deleted_at is null")).toBe(800)
})
