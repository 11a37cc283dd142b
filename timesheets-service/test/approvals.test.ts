import { beforeEach, expect, test } from '@jest/globals'
import { users } from './client.ts'
import { useService } from './service-fixture.ts'

const service = useService()
const { ann, maya, max, sync } = users(() => service().app)

let id: number
beforeEach(async () => {
  const created = await ann.request('POST', '/timesheets', {
    date: '2026-05-10',
    project: 'StoreZero',
    hours: 5,
  })
  id = created.body.id
})

test('approves an entry with an empty body or an empty object, and a repeat changes nothing', async () => {
  expect(await maya.request('PUT', `/approvals/${id}`)).toMatchObject({
    status: 200,
    body: { id, approved: true, version: 2 },
  })
  expect(await maya.request('PUT', `/approvals/${id}`, {})).toMatchObject({
    status: 200,
    body: { approved: true, version: 2 },
  })
  expect(await max.request('PUT', `/approvals/${id}`)).toMatchObject({ status: 200, body: { version: 2 } })
  const rejected = await maya.request('PUT', `/approvals/${id}`, { approved: true })
  expect(rejected).toMatchObject({
    status: 422,
    body: { type: '/problems/invalid-body', errors: [{ pointer: '#/approved' }] },
  })
})

test('rejects a decision of approvers on their own hours with 403', async () => {
  const own = await maya.request('POST', '/timesheets', {
    date: '2026-05-10',
    project: 'StoreZero',
    hours: 5,
  })
  for (const method of ['PUT', 'DELETE']) {
    const rejected = await maya.request(method, `/approvals/${own.body.id}`)
    expect(rejected).toMatchObject({ status: 403, body: { type: '/problems/self-approval' } })
  }
  expect((await max.request('PUT', `/approvals/${own.body.id}`)).status).toBe(200)
})

test('reopens an approved entry, and sends one back with a reason, which the next change removes', async () => {
  await maya.request('PUT', `/approvals/${id}`)
  expect((await maya.request('DELETE', `/approvals/${id}`)).body).toMatchObject({
    approved: false,
    version: 3,
  })
  expect((await maya.request('DELETE', `/approvals/${id}`)).body).toMatchObject({ version: 3 })
  const returned = await maya.request('DELETE', `/approvals/${id}`, { reason: 'Which project?' })
  expect(returned).toMatchObject({
    status: 200,
    body: { approved: false, returned_reason: 'Which project?', version: 4 },
  })
  expect((await ann.request('GET', `/timesheets/${id}`)).body.returned_reason).toBe('Which project?')
  const changed = await ann.request('PUT', `/timesheets/${id}`, {
    date: '2026-05-10',
    project: 'StoreOne',
    hours: 5,
  })
  expect(changed.body.returned_reason).toBeUndefined()

  await maya.request('PUT', `/approvals/${id}`)
  expect((await maya.request('DELETE', `/approvals/${id}`, { reason: 'Too much' })).body).toMatchObject({
    approved: false,
    returned_reason: 'Too much',
  })
})

test('responds 404 to decisions on an unknown or deleted entry', async () => {
  await ann.request('DELETE', `/timesheets/${id}`)
  for (const missing of [id, 999_999]) {
    expect(await maya.request('PUT', `/approvals/${missing}`)).toMatchObject({
      status: 404,
      body: { type: '/problems/not-found' },
    })
    expect((await maya.request('DELETE', `/approvals/${missing}`)).status).toBe(404)
    expect((await maya.request('DELETE', `/approvals/${missing}/correction`)).status).toBe(404)
  }
  expect((await maya.request('DELETE', `/approvals/1/correction`)).status).toBe(404)
})

test('approves an entry once if two approvers do so at the same time', async () => {
  const responses = await Promise.all([
    maya.request('PUT', `/approvals/${id}`),
    max.request('PUT', `/approvals/${id}`),
  ])
  expect(responses.map(({ status, body }) => [status, body.approved, body.version])).toEqual([
    [200, true, 2],
    [200, true, 2],
  ])
})

test('If-Match prevents the approval of a version that changes at the same time', async () => {
  const approve = maya.request('PUT', `/approvals/${id}`, undefined, { 'if-match': '"1"' })
  const change = ann.request('PUT', `/timesheets/${id}`, {
    date: '2026-05-10',
    project: 'StoreZero',
    hours: 8,
  })
  const [approved, changed] = await Promise.all([approve, change])
  const { body } = await maya.request('GET', `/timesheets/${id}`)
  if (approved.status === 200) {
    expect(changed.status).toBe(409)
    expect(body).toMatchObject({ approved: true, hours: 5 })
  } else {
    expect(approved.status).toBe(412)
    expect(body).toMatchObject({ approved: false, hours: 8 })
  }
})

test('rejects If-Match for the approval of many entries, which have no single version', async () => {
  const { body } = await ann.request('POST', '/timesheets', {
    date: '2026-05-20',
    project: 'StoreZero',
    hours: 5,
  })
  const ids = { ids: [body.id] }
  const rejected = await maya.request('PUT', '/approvals', ids, { 'if-match': '"99"' })
  expect(rejected).toMatchObject({ status: 400, body: { parameter: 'If-Match' } })
  expect((await ann.request('GET', `/timesheets/${body.id}`)).body.approved).toBe(false)
})

test('approves a week, or entries by id, with one result per entry', async () => {
  const ids: number[] = []
  for (const day of ['2026-06-01', '2026-06-02', '2026-06-07', '2026-06-08']) {
    ids.push(
      (await ann.request('POST', '/timesheets', { date: day, project: 'StoreZero', hours: 5 })).body.id,
    )
  }
  await maya.request('PUT', `/approvals/${ids[0]}`)
  const week = await maya.request('PUT', '/approvals', {
    user_id: 'ann@exampleco.com',
    from: '2026-06-01',
    to: '2026-06-07',
  })
  expect(week.status).toBe(200)
  expect(week.body.summary).toEqual({
    received: 3,
    approved: 2,
    deleted: 0,
    unchanged: 1,
    changed: 0,
    rejected: 0,
  })
  expect(week.body.items.map((item: { id: number; status: string }) => [item.id, item.status])).toEqual([
    [ids[0], 'unchanged'],
    [ids[1], 'approved'],
    [ids[2], 'approved'],
  ])
  expect((await ann.request('GET', `/timesheets/${ids[3]}`)).body.approved).toBe(false)

  const own = (
    await maya.request('POST', '/timesheets', { date: '2026-06-01', project: 'StoreZero', hours: 5 })
  ).body.id
  const byId = await maya.request('PUT', '/approvals', { ids: [ids[3], own, 999_999, ids[3]] })
  expect(byId.body).toMatchObject({
    errors: true,
    summary: { received: 3, approved: 1, unchanged: 0, rejected: 2 },
    items: [
      { id: ids[3], status: 'approved', code: 200, entry: { approved: true } },
      { id: own, status: 'rejected', code: 403, problem: { type: '/problems/self-approval' } },
      { id: 999_999, status: 'rejected', code: 404, problem: { type: '/problems/not-found' } },
    ],
  })
})

test.each([
  [{}, '#/user_id'],
  [{ ids: [] }, '#/ids'],
  [{ ids: Array.from({ length: 1001 }, (_, i) => i + 1) }, '#/ids'],
  [{ ids: [1.5] }, '#/ids/0'],
  [{ ids: [1], user_id: '007' }, '#/user_id'],
  [{ user_id: '007', from: '2026-02-30', to: '2026-03-01' }, '#/from'],
  [{ user_id: '007', from: '2026-02-01', to: '0000-03-01' }, '#/to'],
])('rejects the body %j, which selects neither days nor ids', async (body, pointer) => {
  const rejected = await maya.request('PUT', '/approvals', body)
  expect(rejected).toMatchObject({ status: 422, body: { type: '/problems/invalid-body' } })
  expect(rejected.body.errors[0].pointer).toBe(pointer)
})

test('uploads and approvals of the same entries at the same time all succeed', async () => {
  const items = Array.from({ length: 50 }, (_, i) => ({
    user_id: 'ann@exampleco.com',
    date: '2026-07-01',
    project: 'StoreZero',
    hours: 1,
    source: 'harvest',
    external_id: `busy-${i}`,
  }))
  await sync.request('POST', '/timesheets/upload', items)
  const requests = Array.from({ length: 8 }, (_, round) => [
    sync.request(
      'POST',
      '/timesheets/upload',
      items.map((item) => ({ ...item, hours: round + 1 })).reverse(),
    ),
    maya.request('PUT', '/approvals', { user_id: 'ann@exampleco.com', from: '2026-07-01', to: '2026-07-01' }),
  ]).flat()
  expect((await Promise.all(requests)).map(({ status }) => status)).toEqual(requests.map(() => 200))
})

test('approves only what the approver has seen: entries that changed or came since are left as they are', async () => {
  const add = (day: string) => ann.request('POST', '/timesheets', { date: day, project: 'Seen', hours: 1 })
  const [seen, edited] = [(await add('2026-09-07')).body.id, (await add('2026-09-08')).body.id]
  await new Promise((resolve) => setTimeout(resolve, 5))
  const seenAt = new Date().toISOString()
  await new Promise((resolve) => setTimeout(resolve, 5))
  await ann.request('PUT', `/timesheets/${edited}`, { date: '2026-09-08', project: 'Seen', hours: 9 })
  const added = (await add('2026-09-09')).body.id
  const week = { user_id: 'ann@exampleco.com', from: '2026-09-07', to: '2026-09-13', seen_at: seenAt }
  const { body } = await maya.request('PUT', '/approvals', week)
  expect(body.summary).toMatchObject({ received: 3, approved: 1, changed: 2, rejected: 0 })
  expect(body.items).toMatchObject([
    { id: seen, status: 'approved', code: 200 },
    { id: edited, status: 'changed', code: 412, problem: { type: '/problems/stale-version', version: 2 } },
    { id: added, status: 'changed', code: 412 },
  ])
  for (const left of [edited, added])
    expect((await maya.request('GET', `/timesheets/${left}`)).body.approved).toBe(false)
  const byId = await maya.request('PUT', '/approvals', { ids: [seen, edited], seen_at: seenAt })
  expect(byId.body.items).toMatchObject([{ status: 'unchanged' }, { status: 'changed' }])
  expect((await maya.request('PUT', '/approvals', { ...week, seen_at: 'yesterday' })).status).toBe(422)
})
