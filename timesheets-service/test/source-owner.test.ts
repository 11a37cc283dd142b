import { expect, test } from '@jest/globals'
import { entry, useService } from './service-fixture.ts'

const service = useService({
  SOURCE_OWNERS: 'payroll=payroll-sync, harvest=contractor-sync, shared=nightly, shared=console',
})

const entryOf = (source: string, externalId = '1', fields: object = {}) =>
  entry({ source, external_id: externalId, ...fields })

test('a source belongs to the first client that writes to it', async () => {
  expect((await service().upload(entryOf('first'), { client: 'one' })).status).toBe(201)

  const rejected = await service().uploadRejected(entryOf('first', '2'), { client: 'two' })
  expect(rejected.status).toBe(403)
  expect(rejected.body).toMatchObject({ type: '/problems/source-not-yours', status: 403 })
  expect(rejected.text).not.toContain('one"')

  expect((await service().upload(entryOf('first', '2'), { client: 'one' })).status).toBe(201)
  expect(await service().sql("select name, client_id from sources where name = 'first'")).toEqual([
    { name: 'first', client_id: 'one' },
  ])
})

test('rejects the items of an array whose source another client owns, and no others', async () => {
  await service().upload(entryOf('theirs'), { client: 'one' })
  const { status, body } = await service().uploadBatch(
    [entryOf('theirs', '2'), entryOf('ours'), entryOf('theirs', '1')],
    {
      client: 'two',
    },
  )
  expect(status).toBe(200)
  expect(body.summary).toMatchObject({ received: 3, created: 1, rejected: 2 })
  expect(body.items[0]).toMatchObject({
    status: 'rejected',
    code: 403,
    problem: { type: '/problems/source-not-yours' },
  })
  expect(await service().sql("select external_id from timesheets where source = 'theirs'")).toHaveLength(1)
})

test('responds 403 to known and unknown entries of a source that another client owns', async () => {
  await service().upload(entryOf('private'), { client: 'one' })
  const tombstone = { user_id: '007', source: 'private', external_id: '1', deleted: true }
  for (const body of [entryOf('private'), tombstone, { ...tombstone, external_id: 'unknown' }]) {
    expect((await service().upload(body, { client: 'two' })).status).toBe(403)
  }
})

test('an upload that writes nothing does not claim its source', async () => {
  await service().upload(
    { user_id: '007', source: 'still-free', external_id: '1', deleted: true },
    { client: 'a' },
  )
  await service().upload(entryOf('still-free', '1', { hours: 0 }), { client: 'a' })
  expect((await service().upload(entryOf('still-free'), { client: 'b' })).status).toBe(201)
})

test('stores an entry without a source in the default source of the client, which no request can name', async () => {
  const named = { external_id: 'same' }
  const one = await service().upload(entry(named), { client: 'one' })
  const two = await service().upload(entry(named), { client: 'two' })
  expect(one.body).toMatchObject({ status: 'created', source: 'client:one' })
  expect(two.body).toMatchObject({ status: 'created', source: 'client:two' })
  expect(two.body.id).not.toBe(one.body.id)
  expect((await service().upload(entryOf('client:one'), { client: 'one' })).status).toBe(422)
  expect(await service().sql("select 1 from sources where name like 'client:%'")).toEqual([])
})

test('SOURCE_OWNERS takes precedence over the first client of a source', async () => {
  expect((await service().upload(entryOf('payroll'), { client: 'contractor-sync' })).status).toBe(403)
  expect((await service().upload(entryOf('payroll'), { client: 'payroll-sync' })).status).toBe(201)
  await service().sql("insert into sources (name, client_id) values ('harvest', 'other')")
  expect((await service().upload(entryOf('harvest'), { client: 'other' })).status).toBe(403)
  expect((await service().upload(entryOf('harvest'), { client: 'contractor-sync' })).status).toBe(201)
})

test('clients that SOURCE_OWNERS names for the same source share it', async () => {
  const first = await service().upload(entryOf('shared'), { client: 'nightly' })
  expect(first.status).toBe(201)
  const second = await service().upload(entryOf('shared', '1', { hours: 6 }), { client: 'console' })
  expect(second.body).toMatchObject({ id: first.body.id, status: 'updated' })
  expect(
    (await service().upload(entryOf('shared', '1', { hours: 6 }), { client: 'nightly' })).body,
  ).toMatchObject({
    status: 'unchanged',
  })
  expect((await service().upload(entryOf('shared', '2'), { client: 'another' })).status).toBe(403)
})

test('gives a new source to one of three clients that write to it at the same time', async () => {
  for (let round = 0; round < 10; round++) {
    const source = `contested-${round}`
    const responses = await Promise.all(
      ['one', 'two', 'three'].map((client) => service().upload(entryOf(source, client), { client })),
    )
    expect(responses.map(({ status }) => status).sort()).toEqual([201, 403, 403])
    const rows = await service().sql<{ client_id: string }>(
      'select client_id from timesheets where source = $1',
      [source],
    )
    expect(rows).toEqual(await service().sql('select client_id from sources where name = $1', [source]))
  }
})

test('gives many new sources to one of two clients that write to them in opposite order at the same time', async () => {
  const sources = Array.from({ length: 100 }, (_, i) => `many-${i}`)
  const responses = await Promise.all([
    service().uploadBatch(
      sources.map((source) => entryOf(source, 'a')),
      { client: 'one' },
    ),
    service().uploadBatch(
      sources.toReversed().map((source) => entryOf(source, 'b')),
      { client: 'two' },
    ),
  ])
  expect(responses.map(({ status }) => status)).toEqual([200, 200])
  const created = responses.map(({ body }) => body.summary.created)
  expect(created.sort()).toEqual([0, 100])
})
