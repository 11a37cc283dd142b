import { beforeEach, expect, test } from '@jest/globals'
import type { Version } from '@timesheets/contracts/history'
import { users } from './client.ts'
import { useService } from './service-fixture.ts'

const service = useService()
const { ann, maya, sync } = users(() => service().app)

let identity: { source: string; external_id: string }
let id: number
let counter = 0

/** Uploads the entry with other fields. */
const uploadEntry = (fields: object) =>
  sync.request('POST', '/timesheets/upload', {
    user_id: 'ann@exampleco.com',
    date: '2026-05-10',
    project: 'StoreZero',
    ...identity,
    ...fields,
  })
const uploadTombstone = () =>
  sync.request('POST', '/timesheets/upload', { user_id: 'ann@exampleco.com', deleted: true, ...identity })
const read = async () => (await maya.request('GET', `/timesheets/${id}`)).body
const approve = () => maya.request('PUT', `/approvals/${id}`)
const discard = (headers = {}) => maya.request('DELETE', `/approvals/${id}/correction`, undefined, headers)
const reopen = () => maya.request('DELETE', `/approvals/${id}`)

beforeEach(async () => {
  identity = { source: 'harvest', external_id: `correction-${counter++}` }
  id = (await uploadEntry({ hours: 5 })).body.id
  await approve()
})

test('holds an upload for an approved entry as its correction, and keeps the accepted version', async () => {
  const held = await uploadEntry({ hours: 6 })
  expect(held.status).toBe(202)
  expect(held.body).toMatchObject({
    status: 'held',
    message: `Held a correction to approved timesheet ${id} for employee ann@exampleco.com`,
    hours: 5,
    approved: true,
    correction: { hours: 6, project: 'StoreZero' },
  })
  expect((await uploadEntry({ hours: 6 })).body.status).toBe('unchanged')
  expect((await uploadEntry({ hours: 7 })).body).toMatchObject({
    status: 'held',
    hours: 5,
    correction: { hours: 7 },
  })
})

test('approving applies a pending correction', async () => {
  await uploadEntry({ hours: 6, project: 'StoreOne' })
  expect((await approve()).body).toMatchObject({ hours: 6, project: 'StoreOne', approved: true })
  expect((await read()).correction).toBeUndefined()
  expect((await uploadEntry({ hours: 6, project: 'StoreOne' })).body.status).toBe('unchanged')
  expect((await uploadEntry({ hours: 8 })).body).toMatchObject({ status: 'held', hours: 6 })
})

test('a discarded correction is not held again, but another source version is', async () => {
  await uploadEntry({ hours: 6 })
  expect((await discard()).body).toMatchObject({ hours: 5, approved: true })
  expect((await read()).correction).toBeUndefined()
  expect((await uploadEntry({ hours: 6 })).body.status).toBe('unchanged')
  expect((await discard()).status).toBe(200)
  expect((await uploadEntry({ hours: 6.5 })).body).toMatchObject({
    status: 'held',
    correction: { hours: 6.5 },
  })
})

test('uploading the accepted version again withdraws the correction', async () => {
  await uploadEntry({ hours: 6 })
  expect((await uploadEntry({ hours: 5 })).body.correction).toBeUndefined()
  expect((await discard()).status).toBe(404)
  expect((await uploadEntry({ hours: 5 })).body.status).toBe('unchanged')
})

test('reopening makes the latest source version the accepted one, also if it was discarded', async () => {
  await uploadEntry({ hours: 6 })
  expect((await reopen()).body).toMatchObject({ hours: 6, approved: false })
  expect((await uploadEntry({ hours: 6 })).body.status).toBe('unchanged')

  await approve()
  await uploadEntry({ hours: 7 })
  await discard()
  expect((await reopen()).body).toMatchObject({ hours: 7, approved: false })
  expect((await uploadEntry({ hours: 8 })).body).toMatchObject({ status: 'updated', hours: 8 })
})

test('holds a tombstone as a correction; applying it deletes the entry, and an upload restores it with the same id', async () => {
  expect((await uploadTombstone()).body).toMatchObject({
    status: 'held',
    hours: 5,
    correction: { deleted: true },
  })
  expect((await uploadTombstone()).body.status).toBe('unchanged')
  expect((await approve()).body).toMatchObject({ deleted: true, approved: false })
  expect((await maya.request('GET', `/timesheets/${id}`)).status).toBe(404)
  expect((await uploadTombstone()).body.status).toBe('unchanged')
  expect((await uploadEntry({ hours: 5 })).body).toMatchObject({
    id,
    status: 'updated',
    approved: false,
    hours: 5,
  })
})

test('approving many entries reports those that a pending tombstone deleted', async () => {
  await uploadTombstone()
  const { body } = await maya.request('PUT', '/approvals', { ids: [id] })
  expect(body).toMatchObject({
    summary: { received: 1, approved: 0, deleted: 1 },
    items: [{ id, status: 'deleted', code: 200, entry: { deleted: true, approved: false } }],
  })
})

test('keeps an entry with a discarded tombstone until it is reopened', async () => {
  await uploadTombstone()
  await discard()
  expect((await uploadTombstone()).body.status).toBe('unchanged')
  expect(await read()).toMatchObject({ hours: 5, approved: true })
  expect((await reopen()).body).toMatchObject({ deleted: true })
})

test('rejects decisions of approvers on a correction that moves hours to themselves', async () => {
  await uploadEntry({ hours: 6, user_id: 'maya@exampleco.com' })
  for (const decide of [approve, discard, reopen]) {
    expect(await decide()).toMatchObject({ status: 403, body: { type: '/problems/self-approval' } })
  }
})

test('If-Match rejects a decision on a correction that was replaced', async () => {
  const staleEtag = (await uploadEntry({ hours: 6 })).headers.get('etag')!
  await uploadEntry({ hours: 7 })
  expect((await discard({ 'if-match': staleEtag })).status).toBe(412)
  const applied = await maya.request('PUT', `/approvals/${id}`, undefined, { 'if-match': staleEtag })
  expect(applied).toMatchObject({ status: 412, body: { type: '/problems/stale-version' } })
  expect(await read()).toMatchObject({ hours: 5, correction: { hours: 7 } })
})

test('holds corrections in a batch, and reports them in a dry run', async () => {
  const item = {
    user_id: 'ann@exampleco.com',
    date: '2026-05-10',
    project: 'StoreZero',
    hours: 9,
    ...identity,
  }
  const dryRun = await sync.request('POST', '/timesheets/upload?dry_run=true', [item])
  expect(dryRun.body).toMatchObject({ summary: { held: 1 }, items: [{ status: 'held', code: 202, id }] })
  expect((await read()).correction).toBeUndefined()
  const batch = await sync.request('POST', '/timesheets/upload', [
    item,
    { ...item, hours: 10 },
    { ...item, hours: 10 },
  ])
  expect(batch.body.summary).toMatchObject({ received: 3, held: 2, unchanged: 1 })
  expect(await read()).toMatchObject({ hours: 5, correction: { hours: 10 } })
})

test('the history lists every version with its action, client, person and changes', async () => {
  await uploadEntry({ hours: 6 })
  await discard()
  await uploadEntry({ hours: 7 })
  await approve()
  await reopen()
  const { status, body } = await maya.request('GET', `/timesheets/${id}/history`)
  expect(status).toBe(200)
  const steps = (body as Version[]).map(({ version, action, client, person, entry }) => [
    version,
    action,
    client,
    person,
    entry.hours,
  ])
  expect(steps).toEqual([
    [1, 'created', 'contractor-sync', undefined, 5],
    [2, 'approved', 'timesheets-web', 'maya@exampleco.com', 5],
    [3, 'held', 'contractor-sync', undefined, 5],
    [4, 'correction-discarded', 'timesheets-web', 'maya@exampleco.com', 5],
    [5, 'held', 'contractor-sync', undefined, 5],
    [6, 'correction-applied', 'timesheets-web', 'maya@exampleco.com', 7],
    [7, 'reopened', 'timesheets-web', 'maya@exampleco.com', 7],
  ])
  expect(body[5].changes).toEqual({ hours: { from: 5, to: 7 }, correction: { from: expect.anything() } })
  expect(body[5]).toMatchObject({
    ...identity,
    digest: expect.stringMatching(/^[0-9a-f]{32}$/),
    approved_by: 'maya@exampleco.com',
  })
  const times = body.map(({ at }: { at: string }) => at)
  expect([...times].sort()).toEqual(times)
  expect((await ann.request('GET', `/timesheets/${id}/history`)).body).toEqual(body)
})

test('the database rejects changes of stored versions', async () => {
  await expect(service().sql('update timesheet_versions set hours = 1')).rejects.toThrow()
  await expect(service().sql('update timesheet_versions set seconds = 1')).rejects.toThrow('append-only')
  await expect(service().sql('delete from timesheet_versions')).rejects.toThrow('append-only')
  await expect(service().sql('truncate timesheet_versions')).rejects.toThrow('append-only')
})
