import { expect, test } from '@jest/globals'
import { batchResponseSchema } from '@timesheets/contracts/upload'
import { entry, useService } from './service-fixture.ts'

const service = useService()

const item = (externalId: string, fields: object = {}) =>
  entry({ source: 'harvest', external_id: externalId, ...fields })

test('returns one result per item in their order, and stores valid items beside invalid ones', async () => {
  await service().upload(item('stored'))
  const { status, headers, body } = await service().uploadBatch([
    item('a'),
    item('b', { hours: 25 }),
    item('stored'),
    item('stored', { hours: 6 }),
    null,
    { user_id: '007', source: 'harvest', external_id: 'stored', deleted: true },
    { user_id: '007', source: 'harvest', external_id: 'unknown', deleted: true },
    entry({ source: 'harvest' }),
    item('c', { source: undefined }),
  ])
  expect(status).toBe(200)
  expect(headers.get('content-type')).toBe('application/json')
  expect(body.errors).toBe(true)
  expect(body.summary).toEqual({
    received: 9,
    created: 2,
    updated: 1,
    unchanged: 2,
    deleted: 1,
    held: 0,
    rejected: 3,
  })
  expect(body.items.map(({ status, code }) => [status, code])).toEqual([
    ['created', 201],
    ['rejected', 422],
    ['unchanged', 200],
    ['updated', 200],
    ['rejected', 422],
    ['deleted', 200],
    ['unchanged', 200],
    ['rejected', 422],
    ['created', 201],
  ])
  expect(body.items.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
  const id = body.items[0]!.id!
  expect(body.items[0]).toEqual({
    index: 0,
    status: 'created',
    code: 201,
    id,
    user_id: '007',
    message: `Created timesheet ${id} for employee 007`,
  })
  expect(body.items[1]).toEqual({
    index: 1,
    status: 'rejected',
    code: 422,
    problem: {
      type: '/problems/invalid-entry',
      title: expect.any(String),
      status: 422,
      detail: 'hours must be at most 24',
      errors: [{ pointer: '#/hours', message: 'must be at most 24' }],
    },
  })
  expect(body.items[7]!.problem).toMatchObject({
    errors: [{ pointer: '#/external_id', message: 'is missing' }],
  })
  batchResponseSchema.parse(body)
})

test('errors is false if no item is rejected', async () => {
  const { body } = await service().uploadBatch([item('valid')])
  expect(body).toMatchObject({ errors: false, summary: { received: 1, created: 1, rejected: 0 } })
})

test('accepts an empty array', async () => {
  const { status, body } = await service().uploadBatch([])
  expect(status).toBe(200)
  expect(body).toEqual({
    errors: false,
    summary: { received: 0, created: 0, updated: 0, unchanged: 0, deleted: 0, held: 0, rejected: 0 },
    items: [],
  })
})

test('applies items with the same identity in their order', async () => {
  const repeated = await service().uploadBatch([
    item('x', { hours: 1 }),
    item('x', { hours: 2 }),
    item('x', { hours: 2 }),
    { user_id: '007', source: 'harvest', external_id: 'x', deleted: true },
    item('x', { hours: 3 }),
  ])
  expect(repeated.body.items.map(({ status }) => status)).toEqual([
    'created',
    'updated',
    'unchanged',
    'deleted',
    'updated',
  ])
  expect(new Set(repeated.body.items.map(({ id }) => id)).size).toBe(1)
  const single = await service().upload(item('x', { hours: 3 }))
  expect(single.body).toMatchObject({ status: 'unchanged', hours: 3, id: repeated.body.items[0]!.id })

  await service().uploadBatch([
    item('x', { hours: 4 }),
    { user_id: '007', source: 'harvest', external_id: 'x', deleted: true },
  ])
  const again = await service().upload({ user_id: '007', source: 'harvest', external_id: 'x', deleted: true })
  expect(again.body).toMatchObject({ status: 'unchanged', hours: 4, deleted: true })
})

test('keeps an entry that one array creates and deletes as a tombstone', async () => {
  const { body } = await service().uploadBatch([
    item('brief'),
    { user_id: '007', source: 'harvest', external_id: 'brief', deleted: true },
  ])
  expect(body.items.map(({ status, id }) => [status, id])).toEqual([
    ['created', expect.any(Number)],
    ['deleted', body.items[0]!.id],
  ])
  const [row] = await service().sql<{ digest: null; deleted_at: Date }>(
    'select digest, deleted_at from timesheets where id = $1',
    [body.items[0]!.id],
  )
  expect(row).toEqual({ digest: null, deleted_at: expect.any(Object) })
})

test('accepts a thousand items, and stores none of a larger array', async () => {
  const items = Array.from({ length: 1001 }, (_, i) => item(`many-${i}`))
  const rejected = await service().uploadRejected(items)
  expect(rejected.status).toBe(413)
  expect(rejected.body).toMatchObject({ type: '/problems/too-large', max_items: 1000 })
  expect(await service().sql("select id from timesheets where external_id like 'many-%'")).toEqual([])

  const { status, body } = await service().uploadBatch(items.slice(0, 1000))
  expect(status).toBe(200)
  expect(body.summary).toMatchObject({ received: 1000, created: 1000 })
  const rows = await service().sql<{ id: number; external_id: string }>(
    "select id::int, external_id from timesheets where external_id like 'many-%'",
  )
  const idsByExternalId = new Map(rows.map((row) => [row.external_id, row.id]))
  expect(body.items.map(({ id }) => id)).toEqual(
    items.slice(0, 1000).map((_, i) => idsByExternalId.get(`many-${i}`)),
  )
})

test('returns the id of the right entry for each item, in any order', async () => {
  await service().uploadBatch([item('o2', { user_id: 'two' }), item('o5', { user_id: 'five' })])
  const order = ['o9', 'o2', 'o1', 'o5', 'o7']
  const { body } = await service().uploadBatch(order.map((name) => item(name, { user_id: name })))
  const rows = await service().sql<{ id: number; user_id: string }>(
    "select id::int, user_id from timesheets where external_id like 'o_' order by id",
  )
  const usersById = new Map(rows.map((row) => [row.id, row.user_id]))
  expect(body.items.map(({ id }) => usersById.get(id!))).toEqual(order)
})

test('an atomic array stores all items or none, and names every invalid one', async () => {
  const atomic = { query: '?atomic=true' }
  await service().upload(entry({ source: 'foreign', external_id: '1' }), { client: 'another-client' })
  const invalid = await service().uploadRejected(
    [item('atomic-1'), item('atomic-2', { hours: 25 }), entry({ source: 'harvest' })],
    atomic,
  )
  expect([invalid.status, invalid.body]).toMatchObject([
    422,
    {
      type: '/problems/invalid-entry',
      errors: [
        { pointer: '#/1/hours', message: 'must be at most 24' },
        { pointer: '#/2/external_id', message: 'is missing' },
      ],
    },
  ])
  const foreign = await service().uploadRejected([item('atomic-1'), item('1', { source: 'foreign' })], atomic)
  expect([foreign.status, foreign.body.errors]).toMatchObject([422, [{ pointer: '#/1' }]])
  expect(await service().sql("select id from timesheets where external_id like 'atomic-%'")).toEqual([])

  const valid = await service().uploadBatch([item('atomic-1'), item('atomic-2')], atomic)
  expect([valid.status, valid.body.summary]).toMatchObject([200, { received: 2, created: 2 }])
})

test('clients with names and ids that join to the same text have entries of their own', async () => {
  const first = { user_id: 'x', date: '2026-05-10', project: 'P', hours: 1, external_id: 'app Y' }
  const second = { ...first, hours: 8, external_id: 'Y' }
  for (const expected of ['created', 'unchanged']) {
    const { body } = await service().uploadBatch([first], { client: 'my' })
    expect(body.items[0]).toMatchObject({ status: expected })
    const other = await service().uploadBatch([second], { client: 'my app' })
    expect(other.body.items[0]).toMatchObject({ status: expected })
  }
  expect(
    await service().sql(`select source, external_id, seconds / 3600 as hours from timesheets where source like 'client:my%'
                          order by source`),
  ).toEqual([
    { source: 'client:my', external_id: 'app Y', hours: 1 },
    { source: 'client:my app', external_id: 'Y', hours: 8 },
  ])
})
