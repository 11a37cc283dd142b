import { expect, test } from '@jest/globals'
import { entry, useService } from './service-fixture.ts'

const service = useService({
  SOURCE_OWNERS: 'payroll=payroll-sync, harvest=contractor-sync, shared=nightly, shared=console',
})

const createEntry = (source: string, externalId = '1', fields: object = {}) =>
  entry({ source, external_id: externalId, ...fields })

test('a source belongs to the first client that writes to it', async () => {
  expect((await service().upload(createEntry('first'), { client: 'one' })).status).toBe(201)

  const rejected = await service().uploadRejected(createEntry('first', '2'), { client: 'two' })
  expect(rejected.status).toBe(403)
  expect(rejected.body).toMatchObject({ type: '/problems/source-not-yours', status: 403 })
  expect(rejected.text).not.toContain('one"')

  expect((await service().upload(createEntry('first', '2'), { client: 'one' })).status).toBe(201)
  expect(await service().sql("select name, client_id from sources where name = 'first'")).toEqual([
    { name: 'first', client_id: 'one' },
  ])
})

test('rejects the items of an array whose source another client owns, and no others', async () => {
  await service().upload(createEntry('theirs'), { client: 'one' })
  const { status, body } = await service().uploadBatch(
    [createEntry('theirs', '2'), createEntry('ours'), createEntry('theirs', '1')],
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
  await service().upload(createEntry('private'), { client: 'one' })
  const tombstone = { user_id: '007', source: 'private', external_id: '1', deleted: true }
  for (const body of [createEntry('private'), tombstone, { ...tombstone, external_id: 'unknown' }]) {
    expect((await service().upload(body, { client: 'two' })).status).toBe(403)
  }
})

test('an upload that writes nothing does not claim its source', async () => {
  await service().upload(
    { user_id: '007', source: 'still-free', external_id: '1', deleted: true },
    { client: 'a' },
  )
  await service().upload(createEntry('still-free', '1', { hours: 0 }), { client: 'a' })
  expect((await service().upload(createEntry('still-free'), { client: 'b' })).status).toBe(201)
})

test('stores an entry without a source in the default source of the client, which no request can name', async () => {
  const named = { external_id: 'same' }
  const one = await service().upload(entry(named), { client: 'one' })
  const two = await service().upload(entry(named), { client: 'two' })
  expect(one.body).toMatchObject({ status: 'created', source: 'client:one' })
  expect(two.body).toMatchObject({ status: 'created', source: 'client:two' })
  expect(two.body.id).not.toBe(one.body.id)
  expect((await service().upload(createEntry('client:one'), { client: 'one' })).status).toBe(422)
  expect(await service().sql("select 1 from sources where name like 'client:%'")).toEqual([])
})

test('SOURCE_OWNERS takes precedence over the first client of a source', async () => {
  expect((await service().upload(createEntry('payroll'), { client: 'contractor-sync' })).status).toBe(403)
  expect((await service().upload(createEntry('payroll'), { client: 'payroll-sync' })).status).toBe(201)
  await service().sql("insert into sources (name, client_id) values ('harvest', 'other')")
  expect((await service().upload(createEntry('harvest'), { client: 'other' })).status).toBe(403)
  expect((await service().upload(createEntry('harvest'), { client: 'contractor-sync' })).status).toBe(201)
})

test('clients that SOURCE_OWNERS names for the same source share it', async () => {
  const first = await service().upload(createEntry('shared'), { client: 'nightly' })
  expect(first.status).toBe(201)
  const second = await service().upload(createEntry('shared', '1', { hours: 6 }), { client: 'console' })
  expect(second.body).toMatchObject({ id: first.body.id, status: 'updated' })
  expect(
    (await service().upload(createEntry('shared', '1', { hours: 6 }), { client: 'nightly' })).body,
  ).toMatchObject({
    status: 'unchanged',
  })
  expect((await service().upload(createEntry('shared', '2'), { client: 'another' })).status).toBe(403)
})

test('gives a new source to one of three clients that write to it at the same time', async () => {
  for (let round = 0; round < 10; round++) {
    const source = `contested-${round}`
    const responses = await Promise.all(
      ['one', 'two', 'three'].map((client) => service().upload(createEntry(source, client), { client })),
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
      sources.map((source) => createEntry(source, 'a')),
      { client: 'one' },
    ),
    service().uploadBatch(
      sources.toReversed().map((source) => createEntry(source, 'b')),
      { client: 'two' },
    ),
  ])
  expect(responses.map(({ status }) => status)).toEqual([200, 200])
  const created = responses.map(({ body }) => body.summary.created)
  expect(created.sort()).toEqual([0, 100])
})
