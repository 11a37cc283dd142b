import { afterEach, expect, test } from '@jest/globals'
import { users } from './client.ts'
import { readList, uploadEntries } from './list-helpers.ts'
import { useService } from './service-fixture.ts'

const service = useService()
const { ann, ben, maya, max, sync } = users(() => service().app)

const createEntry = (person: typeof ann, date: string) =>
  person.request('POST', '/timesheets', { date, project: 'StoreZero', hours: 5 })
const setEmails = (userId: string, ...emails: string[]) =>
  maya.request('PUT', `/people/${userId}`, { emails })
const selfApproval = { status: 403, body: { type: '/problems/self-approval' } }

afterEach(async () => {
  await service().sql('delete from people')
})

test('rejects decisions of approvers on hours under any of their own names', async () => {
  const created = await createEntry(maya, '2026-05-01')
  const [byEmail, byId, byCase, byTracker] = await uploadEntries(service(), [
    { user_id: 'maya@exampleco.com' },
    { user_id: 'm-1' },
    { user_id: 'MAYA@ExampleCo.com' },
    { user_id: 'harvest:77' },
  ])
  await maya.request('PUT', '/people/m-1', {
    emails: ['maya@exampleco.com'],
    tracker_ids: { harvest: ['77'] },
  })
  for (const id of [created.body.id, byEmail, byId, byCase, byTracker]) {
    expect(await maya.request('PUT', `/approvals/${id}`)).toMatchObject(selfApproval)
    expect(await maya.request('DELETE', `/approvals/${id}`, { reason: 'no' })).toMatchObject(selfApproval)
    expect((await max.request('PUT', `/approvals/${id}`)).status).toBe(200)
  }
  const { body } = await maya.request('PUT', '/approvals', { ids: [byEmail, byId] })
  expect(body.summary).toMatchObject({ received: 2, rejected: 2 })
})

test('rejects decisions of approvers on a correction that moves hours to any of their own names', async () => {
  const item = { external_id: 'moves to maya', date: '2026-05-02' }
  const [id] = await uploadEntries(service(), [{ ...item, user_id: 'ben@exampleco.com' }])
  await max.request('PUT', `/approvals/${id}`)
  await uploadEntries(service(), [{ ...item, user_id: 'm-1' }])
  await setEmails('m-1', 'maya@exampleco.com')
  expect(await maya.request('PUT', `/approvals/${id}`)).toMatchObject(selfApproval)
  expect((await max.request('DELETE', `/approvals/${id}/correction`)).status).toBe(200)
})

test('entries stay own when the directory gives the person another name', async () => {
  const first = (await createEntry(ann, '2026-06-01')).body
  const ids = [first.id]
  await setEmails('a-1', 'Ann@exampleco.com')
  const second = (await createEntry(ann, '2026-06-03')).body
  expect([first.user_id, second.user_id]).toEqual(['ann@exampleco.com', 'a-1'])
  ids.unshift(second.id)
  const [synced] = await uploadEntries(service(), [{ user_id: 'ann@exampleco.com', date: '2026-06-02' }])
  ids.splice(1, 0, synced)

  const toIds = (entries: { id: number }[]) => entries.map(({ id }) => id)
  expect(toIds(await readList(ann, '/timesheets?from=2026-06-01&to=2026-06-03'))).toEqual(ids)
  expect(toIds(await readList(ann, '/timesheets?from=2026-06-01&to=2026-06-03&limit=1'))).toEqual(ids)
  const asOf = new Date(Date.now() + 60_000).toISOString()
  expect(toIds(await readList(ann, `/timesheets?from=2026-06-01&to=2026-06-03&as_of=${asOf}`))).toEqual(ids)
  const { body } = await ann.request('GET', '/timesheets?from=2026-06-01&to=2026-06-03', undefined, {
    accept: 'application/x-ndjson',
  })
  expect(
    toIds(
      body
        .trim()
        .split('\n')
        .map((line: string) => JSON.parse(line)),
    ),
  ).toEqual(ids)
  expect(toIds(await readList(ann, '/timesheets?user_id=ann@exampleco.com&from=2026-06-01'))).toEqual(
    ids.slice(1),
  )
  expect((await ann.request('GET', `/timesheets/${first.id}`)).status).toBe(200)
  expect((await ben.request('GET', `/timesheets/${first.id}`)).status).toBe(404)

  const changed = await ann.request('PUT', `/timesheets/${first.id}`, {
    date: '2026-06-01',
    project: 'P',
    hours: 6,
  })
  expect(changed).toMatchObject({ status: 200, body: { user_id: 'a-1', hours: 6 } })
  expect((await ann.request('DELETE', `/timesheets/${second.id}`)).status).toBe(204)
})

test('shows each person only their own versions of an entry that was moved between people', async () => {
  const item = { external_id: 'moves', date: '2026-07-01' }
  const [id] = await uploadEntries(service(), [
    { ...item, user_id: 'ben@exampleco.com', notes: 'secret of Ben' },
  ])
  await uploadEntries(service(), [{ ...item, user_id: 'ann@exampleco.com', notes: 'of Ann' }])
  await uploadEntries(service(), [{ ...item, user_id: 'ann@exampleco.com', notes: 'of Ann, again' }])
  const history = (person: typeof ann) => person.request('GET', `/timesheets/${id}/history`)
  const [anns, bens, all] = [await history(ann), await history(ben), await history(maya)]
  expect(all.body).toHaveLength(3)
  expect(anns.body.map(({ version }: { version: number }) => version)).toEqual([2, 3])
  expect(JSON.stringify(anns.body)).not.toMatch(/Ben|ben@/)
  expect(bens.body.map(({ version }: { version: number }) => version)).toEqual([1])
  expect((await history(sync)).status).toBe(404)
})

test('lists the hours of a person who has as many names as the directory accepts', async () => {
  const emails = ['ann@exampleco.com', ...Array.from({ length: 49 }, (_, i) => `ann+${i}@exampleco.com`)]
  const sources = Array.from({ length: 20 }, (_, i) => `tracker-${i}`)
  const ids = Array.from({ length: 50 }, (_, i) => `${i}`)
  const names = { emails, tracker_ids: Object.fromEntries(sources.map((source) => [source, ids])) }
  expect((await maya.request('PUT', '/people/a-1', names)).status).toBe(201)
  await uploadEntries(service(), [
    { user_id: 'a-1', date: '2025-03-01' },
    { user_id: 'tracker-19:49', date: '2025-03-03' },
    { user_id: 'ann+48@exampleco.com', date: '2025-03-02' },
  ])
  const range = 'from=2025-03-01&to=2025-03-31'
  const days = (await readList(ann, `/timesheets?${range}&limit=2`)).map(({ day }) => day)
  expect(days).toEqual(['2025-03-03', '2025-03-02', '2025-03-01'])
  const past = await readList(ann, `/timesheets?${range}&as_of=2100-01-01T00:00:00Z`)
  expect(past).toHaveLength(3)
})
