import { expect, test } from '@jest/globals'
import { entry, useService } from './service-fixture.ts'

const service = useService({
  SOURCE_OWNERS: 'payroll=payroll-sync, harvest=contractor-sync, shared=nightly, shared=console',
})

const of = (source: string, externalId = '1', members: object = {}) =>
  entry({ source, external_id: externalId, ...members })

test('a source belongs to the first client that writes to it', async () => {
  expect((await service().upload(of('first'), { client: 'one' })).status).toBe(201)

  const refused = await service().uploadRejected(of('first', '2'), { client: 'two' })
  expect(refused.status).toBe(403)
  expect(refused.body).toMatchObject({ type: '/problems/source-not-yours', status: 403 })
  expect(refused.text).not.toContain('one"')

  expect((await service().upload(of('first', '2'), { client: 'one' })).status).toBe(201)
  expect(await service().sql("select name, client_id from sources where name = 'first'")).toEqual([
    { name: 'first', client_id: 'one' },
  ])
})

test('in an array it is that item which is rejected', async () => {
  await service().upload(of('theirs'), { client: 'one' })
  const { status, body } = await service().uploadBatch([of('theirs', '2'), of('ours'), of('theirs', '1')], {
    client: 'two',
  })
  expect(status).toBe(200)
  expect(body.summary).toMatchObject({ received: 3, created: 1, rejected: 2 })
  expect(body.items[0]).toMatchObject({
    status: 'rejected',
    code: 403,
    problem: { type: '/problems/source-not-yours' },
  })
  expect(await service().sql("select external_id from timesheets where source = 'theirs'")).toHaveLength(1)
})

test("neither a repeat nor a tombstone of another's entry tells anything of it", async () => {
  await service().upload(of('private'), { client: 'one' })
  const tombstone = { user_id: '007', source: 'private', external_id: '1', deleted: true }
  for (const body of [of('private'), tombstone, { ...tombstone, external_id: 'unheard of' }]) {
    expect((await service().upload(body, { client: 'two' })).status).toBe(403)
  }
})

test('what writes nothing claims nothing', async () => {
  await service().upload(
    { user_id: '007', source: 'still-free', external_id: '1', deleted: true },
    { client: 'a' },
  )
  await service().upload(of('still-free', '1', { hours: 0 }), { client: 'a' })
  expect((await service().upload(of('still-free'), { client: 'b' })).status).toBe(201)
})

test("without a source an entry is in the client's own, which nobody can name", async () => {
  const named = { external_id: 'same' }
  const one = await service().upload(entry(named), { client: 'one' })
  const two = await service().upload(entry(named), { client: 'two' })
  expect(one.body).toMatchObject({ status: 'created', source: 'client:one' })
  expect(two.body).toMatchObject({ status: 'created', source: 'client:two' })
  expect(two.body.id).not.toBe(one.body.id)
  expect((await service().upload(of('client:one'), { client: 'one' })).status).toBe(422)
  expect(await service().sql("select 1 from sources where name like 'client:%'")).toEqual([])
})

test('configuration settles who owns a source, over who was first', async () => {
  expect((await service().upload(of('payroll'), { client: 'contractor-sync' })).status).toBe(403)
  expect((await service().upload(of('payroll'), { client: 'payroll-sync' })).status).toBe(201)
  await service().sql("insert into sources (name, client_id) values ('harvest', 'somebody')")
  expect((await service().upload(of('harvest'), { client: 'somebody' })).status).toBe(403)
  expect((await service().upload(of('harvest'), { client: 'contractor-sync' })).status).toBe(201)
})

test('several clients share a source that the configuration names for each of them', async () => {
  const first = await service().upload(of('shared'), { client: 'nightly' })
  expect(first.status).toBe(201)
  const second = await service().upload(of('shared', '1', { hours: 6 }), { client: 'console' })
  expect(second.body).toMatchObject({ id: first.body.id, status: 'updated' })
  expect((await service().upload(of('shared', '1', { hours: 6 }), { client: 'nightly' })).body).toMatchObject(
    {
      status: 'unchanged',
    },
  )
  expect((await service().upload(of('shared', '2'), { client: 'another' })).status).toBe(403)
})

test('of two clients that want the same new source at once, one gets it', async () => {
  for (let round = 0; round < 10; round++) {
    const source = `wanted-${round}`
    const responses = await Promise.all(
      ['one', 'two', 'three'].map((client) => service().upload(of(source, client), { client })),
    )
    expect(responses.map(({ status }) => status).sort()).toEqual([201, 403, 403])
    const rows = await service().sql<{ client_id: string }>(
      'select client_id from timesheets where source = $1',
      [source],
    )
    expect(rows).toEqual(await service().sql('select client_id from sources where name = $1', [source]))
  }
})

test('two clients that want many new sources at once, in opposite order, do not block each other', async () => {
  const sources = Array.from({ length: 100 }, (_, i) => `many-${i}`)
  const responses = await Promise.all([
    service().uploadBatch(
      sources.map((source) => of(source, 'a')),
      { client: 'one' },
    ),
    service().uploadBatch(
      sources.toReversed().map((source) => of(source, 'b')),
      { client: 'two' },
    ),
  ])
  expect(responses.map(({ status }) => status)).toEqual([200, 200])
  const created = responses.map(({ body }) => body.summary.created)
  expect(created.sort()).toEqual([0, 100])
})
