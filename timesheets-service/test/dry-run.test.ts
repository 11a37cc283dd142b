import { expect, test } from '@jest/globals'
import { entry, useService } from './service-fixture.ts'

const service = useService()

/** Everything that an upload could change in the database. */
async function readState() {
  const [sequence] = await service().sql('select last_value, is_called from timesheets_id_seq')
  const rows = await service().sql('select xmin::text, ctid::text, * from timesheets order by id')
  return { sequence, rows, sources: await service().sql('select * from sources order by name') }
}

test('a dry run of an entry returns what the upload would do, and changes nothing', async () => {
  const before = await readState()
  const { status, headers, body } = await service().upload(entry({ source: 'free', external_id: '1' }), {
    query: '?dry_run=true',
  })
  expect(status).toBe(201)
  expect(body).toEqual({
    id: null,
    user_id: '007',
    status: 'created',
    message: 'Would create a timesheet for employee 007',
  })
  expect(headers.has('location')).toBe(false)
  expect(await readState()).toEqual(before)
})

test('a dry run of an array changes nothing, also if items refer to the same new entry', async () => {
  const stored = { source: 'mine', external_id: 'known' }
  const { body: first } = await service().upload(entry(stored))
  const before = await readState()
  const fresh = { source: 'free', external_id: 'new' }
  const { status, body } = await service().uploadBatch(
    [
      entry({ ...stored, hours: 6 }),
      entry(fresh),
      entry(fresh),
      entry({ ...fresh, hours: 6 }),
      { user_id: '007', ...fresh, deleted: true },
      { user_id: '007', source: 'free', external_id: 'unknown', deleted: true },
      entry({ ...fresh, hours: 0 }),
    ],
    { query: '?dry_run=true' },
  )
  expect(status).toBe(200)
  expect(body.summary).toEqual({
    received: 7,
    created: 1,
    updated: 2,
    unchanged: 2,
    deleted: 1,
    held: 0,
    rejected: 1,
  })
  expect(body.items.slice(0, 6).map(({ status, id, message }) => [status, id, message])).toEqual([
    ['updated', first.id, `Updated timesheet ${first.id} for employee 007`],
    ['created', null, 'Would create a timesheet for employee 007'],
    ['unchanged', null, 'Would not change the new timesheet for employee 007'],
    ['updated', null, 'Would update the new timesheet for employee 007'],
    ['deleted', null, 'Would delete the new timesheet for employee 007'],
    ['unchanged', null, 'Nothing to delete for employee 007'],
  ])
  expect(await readState()).toEqual(before)
})

test('a dry run does not claim a source', async () => {
  await service().upload(entry({ source: 'tried', external_id: '1' }), { query: '?dry_run=true' })
  const { status } = await service().upload(entry({ source: 'tried', external_id: '1' }), {
    client: 'another',
  })
  expect(status).toBe(201)
})

test('dry_run=false stores the upload, and other values are rejected with 400', async () => {
  const { body } = await service().upload(entry(), { query: '?dry_run=false' })
  expect(body.id).toEqual(expect.any(Number))
  for (const query of ['?dry_run=1', '?dry_run=', '?dry_run', '?dry_run=True']) {
    const rejected = await service().uploadRejected(entry(), { query })
    expect([rejected.status, rejected.body.type]).toEqual([400, '/problems/invalid-parameter'])
  }
})
