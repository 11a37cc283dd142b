import { describe, expect, test } from '@jest/globals'
import { singleResponseSchema } from '@timesheets/contracts/upload'
import { entry, useService } from './service-fixture.ts'

const service = useService()

test('creates an entry and returns it with its location and version', async () => {
  const { status, headers, body } = await service().upload(entry())
  expect(status).toBe(201)
  expect(body).toEqual({
    id: expect.any(Number),
    user_id: '007',
    date: '2017-05-10T17:40:20.095Z',
    day: '2017-05-10',
    project: 'StoreZero',
    hours: 5,
    source: 'client:contractor-sync',
    approved: false,
    version: 1,
    created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    updated_at: body.created_at,
    status: 'created',
    message: `Created timesheet ${body.id} for employee 007`,
  })
  singleResponseSchema.parse(body)
  expect(headers.get('content-type')).toBe('application/json')
  expect(headers.get('location')).toBe(`https://timesheets.example.com/timesheets/${body.id}`)
  expect(headers.get('etag')).toBe('"1"')
})

test('creates an entry without an external_id anew each time', async () => {
  const first = await service().upload(entry())
  const second = await service().upload(entry())
  expect([first.status, second.status]).toEqual([201, 201])
  expect(second.body.id).toBeGreaterThan(first.body.id!)
})

describe('an entry with an external_id', () => {
  const identity = { source: 'harvest', external_id: '636709355' }

  test('is unchanged by a repeat, updated by other content, deleted by a tombstone, and restored by content', async () => {
    const created = await service().upload(entry(identity))
    const { id } = created.body
    expect(created.body).toMatchObject({ source: 'harvest', external_id: '636709355', status: 'created' })

    const repeated = await service().upload(entry(identity))
    expect(repeated.status).toBe(200)
    expect(repeated.body).toEqual({
      ...created.body,
      status: 'unchanged',
      message: `Timesheet ${id} for employee 007 is unchanged`,
    })
    expect(repeated.headers.get('etag')).toBe('"1"')
    expect(repeated.headers.get('location')).toBe(created.headers.get('location'))

    const updated = await service().upload(
      entry({
        ...identity,
        hours: 7.5,
        notes: 'more',
        date: '2017-05-11T01:00:00+14:00',
        project: 'Räven 🦊',
      }),
    )
    expect(updated.status).toBe(200)
    expect(updated.body).toEqual({
      ...created.body,
      hours: 7.5,
      notes: 'more',
      date: '2017-05-11T01:00:00+14:00',
      day: '2017-05-11',
      project: 'Räven 🦊',
      version: 2,
      updated_at: expect.any(String),
      status: 'updated',
      message: `Updated timesheet ${id} for employee 007`,
    })
    expect(updated.headers.get('etag')).toBe('"2"')

    const deleted = await service().upload({ user_id: '007', ...identity, deleted: true })
    expect(deleted.status).toBe(200)
    expect(deleted.body).toMatchObject({
      id,
      deleted: true,
      version: 3,
      hours: 7.5,
      notes: 'more',
      status: 'deleted',
      message: `Deleted timesheet ${id} for employee 007`,
    })

    const again = await service().upload({ user_id: '007', ...identity, deleted: true })
    expect(again.body).toMatchObject({ id, version: 3, status: 'unchanged' })

    const restored = await service().upload(entry(identity))
    expect(restored.status).toBe(200)
    expect(restored.body).toEqual({
      ...created.body,
      version: 4,
      updated_at: expect.any(String),
      status: 'updated',
      message: `Updated timesheet ${id} for employee 007`,
    })
  })

  test('is unchanged by another Unicode form, another offset of the same instant and day, or fractions of a second', async () => {
    const same = { source: 'harvest', external_id: 'same' }
    const first = await service().upload(
      entry({ ...same, project: 'Cafe\u0301', date: '2017-05-10T12:00:00Z', hours: 1 / 3 }),
    )
    const second = await service().upload(
      entry({ ...same, project: 'Caf\u00e9', date: '2017-05-10T14:00:00.000+02:00', hours: 0.33333 }),
    )
    expect(second.body).toMatchObject({ id: first.body.id, status: 'unchanged', version: 1, hours: 0.3333 })
  })

  test('distinguishes empty notes from absent notes', async () => {
    const noted = { source: 'harvest', external_id: 'noted' }
    await service().upload(entry(noted))
    expect((await service().upload(entry({ ...noted, notes: '' }))).body).toMatchObject({
      status: 'updated',
      notes: '',
    })
    expect((await service().upload(entry(noted))).body).not.toHaveProperty('notes')
  })

  test('is not created by a tombstone', async () => {
    const { status, headers, body } = await service().upload({
      user_id: '007',
      source: 'harvest',
      external_id: 'unknown',
      deleted: true,
    })
    expect(status).toBe(200)
    expect(body).toEqual({
      id: null,
      user_id: '007',
      status: 'unchanged',
      message: 'Nothing to delete for employee 007',
    })
    expect(headers.has('location')).toBe(false)
  })

  test('can be moved to another person', async () => {
    const moved = { source: 'harvest', external_id: 'moved' }
    const { body } = await service().upload(entry(moved))
    expect((await service().upload(entry({ ...moved, user_id: '008' }))).body).toMatchObject({
      id: body.id,
      user_id: '008',
      message: `Updated timesheet ${body.id} for employee 008`,
    })
  })
})

test('rejects an invalid entry with 422 and one error per field', async () => {
  const { status, headers, body } = await service().uploadRejected({
    user_id: '',
    date: 'soon',
    hours: 25,
    x: 1,
  })
  expect(status).toBe(422)
  expect(headers.get('content-type')).toBe('application/problem+json')
  expect(body).toMatchObject({ type: '/problems/invalid-entry', status: 422, instance: expect.any(String) })
  expect(body.errors!.map((error) => error.pointer).sort()).toEqual([
    '#/date',
    '#/hours',
    '#/project',
    '#/user_id',
    '#/x',
  ])
})

test.each([null, 5, 'text', true])('rejects %j, which is not an entry, with 422', async (body) => {
  expect((await service().uploadRejected(JSON.stringify(body))).status).toBe(422)
})

test('rejects the user_id *, which means everybody in a query', async () => {
  const rejected = await service().uploadRejected(entry({ user_id: '*' }))
  expect(rejected.status).toBe(422)
  expect(rejected.body.errors).toEqual([
    { pointer: '#/user_id', message: 'must not be *, which means everybody in a query' },
  ])
})

test('rejects a single entry beyond its limit, which is lower than that of an array', async () => {
  const large = JSON.stringify(entry()).padEnd(1024 * 1024 + 1)
  const { status, body } = await service().uploadRejected(large)
  expect([status, body]).toMatchObject([413, { type: '/problems/too-large', max_bytes: 1024 * 1024 }])
})
