import { expect, test } from '@jest/globals'
import { createUser, users } from './client.ts'
import { getNextTarget, readList, readPages, uploadEntries } from './list-helpers.ts'
import { useService } from './service-fixture.ts'

const service = useService()
const { ann, maya } = users(() => service().app)
const annId = 'ann@exampleco.com'

const toIds = (entries: readonly { id: number }[]) => entries.map(({ id }) => id)

test('lists own entries, newest day first, as GET /timesheets/{id} returns them', async () => {
  const ids = await uploadEntries(service(), [
    { user_id: annId, date: '2026-03-01' },
    { user_id: annId, date: '2026-03-03T23:30:00-05:00', hours: 1.2345, notes: 'quoted "so"\n\ttab \\ 🕐' },
    { user_id: annId, date: '2026-03-02', notes: '' },
    { user_id: annId, date: '2026-03-02', project: 'Zürich, "Nord"' },
    { user_id: 'another person' },
  ])
  const { status, body, headers } = await ann.request('GET', '/timesheets')
  expect(status).toBe(200)
  expect(headers.get('content-type')).toBe('application/json')
  expect(headers.get('link')).toBeNull()
  expect(toIds(body)).toEqual([ids[1], ids[3], ids[2], ids[0]])
  for (const entry of body) {
    expect(entry).toEqual((await ann.request('GET', `/timesheets/${entry.id}`)).body)
  }
})

test('formats times and hours as GET /timesheets/{id} does, with and without trailing zeros', async () => {
  await service().sql(
    `insert into timesheets (user_id, day, instant, date_written, project, seconds, source, client_id, created_at, updated_at)
     select 'digits', date '2026-01-01' + g, now(), (date '2026-01-01' + g)::text, 'p', 1 + g * 863, 'harvest', 'test',
            timestamptz '2026-01-01T00:00:00Z' + (array[0, 1, 10, 100, 120, 500, 999, 1000, 59999, 86399990])[1 + g % 10] * interval '1 ms',
            timestamptz '2026-12-31T23:59:59.9Z'
       from generate_series(0, 99) g`,
  )
  const entries = await readList(maya, '/timesheets?user_id=digits')
  expect(entries).toHaveLength(100)
  for (const entry of entries) {
    expect(entry).toEqual((await maya.request('GET', `/timesheets/${entry.id}`)).body)
  }
})

test('lists the entries of the person that the directory has for an e-mail address', async () => {
  await maya.request('PUT', '/people/007', { emails: ['bond@exampleco.com'] })
  const [id] = await uploadEntries(service(), [{ user_id: '007' }])
  const bond = createUser(() => service().app, 'bond@exampleco.com', 'read:timesheets')
  expect(toIds((await bond.request('GET', '/timesheets')).body)).toEqual([id])
  expect(toIds((await bond.request('GET', '/timesheets?user_id=007')).body)).toEqual([id])
})

test('responds 403 to a request for entries of others without read:reports', async () => {
  for (const userId of ['*', 'ben@exampleco.com']) {
    const rejected = await ann.request('GET', `/timesheets?user_id=${userId}`)
    expect(rejected).toMatchObject({
      status: 403,
      body: { type: '/problems/insufficient-scope', scopes: ['read:reports'] },
    })
    expect(rejected.headers.get('www-authenticate')).toBe(
      'Bearer error="insufficient_scope", scope="read:reports"',
    )
  }
  expect((await ann.request('GET', `/timesheets?user_id=${annId}`)).status).toBe(200)
  expect((await maya.request('GET', `/timesheets?user_id=${annId}`)).body.length).toBeGreaterThan(0)
  expect((await maya.request('GET', '/timesheets')).body).toEqual([])
  const all = (await maya.request('GET', '/timesheets?user_id=*&limit=500')).body
  expect(new Set(all.map((entry: { user_id: string }) => entry.user_id)).size).toBeGreaterThan(2)
})

test('does not give a person named * the entries of everybody', async () => {
  await uploadEntries(service(), [{ user_id: 'ann' }])
  const star = createUser(() => service().app, '*', 'read:timesheets')
  expect(await star.request('GET', '/timesheets')).toMatchObject({ status: 200, body: [] })
  expect((await star.request('GET', '/timesheets?user_id=*')).status).toBe(403)
})

test('links each page to the next one, for every page size', async () => {
  const userId = 'pages@exampleco.com'
  const reader = createUser(() => service().app, userId, 'read:timesheets')
  const days = Array.from({ length: 23 }, (_, i) => ({ user_id: userId, date: `2026-01-${10 + (i % 5)}` }))
  await uploadEntries(service(), days)
  const all = (await reader.request('GET', '/timesheets')).body
  expect(all).toHaveLength(23)
  for (const limit of [1, 5, 22, 23, 500]) {
    const sizes = []
    for await (const page of readPages(reader, `/timesheets?limit=${limit}&project=StoreZero`)) {
      sizes.push(page.body.length)
    }
    expect(Math.max(...sizes)).toBeLessThanOrEqual(limit)
    expect(sizes.at(-1)).toBeGreaterThan(0)
    expect(await readList(reader, `/timesheets?limit=${limit}`)).toEqual(all)
  }
  const first = await reader.request('GET', '/timesheets?limit=7')
  const wider = new URL(getNextTarget(first)!, 'http://localhost')
  wider.searchParams.set('limit', '500')
  const rest = await reader.request('GET', `${wider.pathname}${wider.search}`)
  expect([...first.body, ...rest.body]).toEqual(all)
})

test('filters by days, project, source, approved and updated_after', async () => {
  const [january, february, march] = await uploadEntries(service(), [
    { user_id: 'filters', date: '2026-01-31T23:59:59-08:00', project: 'Ærø & Co. 100%' },
    { user_id: 'filters', date: '2026-02-01', source: 'toggl' },
    { user_id: 'filters', date: '2026-03-01' },
  ])
  await maya.request('PUT', `/approvals/${march}`)
  const updated = (await maya.request('GET', `/timesheets/${march}`)).body.updated_at
  const listIds = async (query: Record<string, string>) =>
    toIds(
      await readList(
        maya,
        `/timesheets?${new URLSearchParams({ user_id: 'filters', limit: '1', ...query })}`,
      ),
    )
  expect(await listIds({ from: '2026-01-31', to: '2026-01-31' })).toEqual([january])
  expect(await listIds({ from: '2026-02-01' })).toEqual([march, february])
  expect(await listIds({ to: '2026-02-01' })).toEqual([february, january])
  expect(await listIds({ from: '2026-03-02', to: '2026-01-01' })).toEqual([])
  expect(await listIds({ project: 'Ærø & Co. 100%' })).toEqual([january])
  expect(await listIds({ project: "'; drop table timesheets; --" })).toEqual([])
  expect(await listIds({ source: 'toggl' })).toEqual([february])
  expect(await listIds({ approved: 'true' })).toEqual([march])
  expect(await listIds({ approved: 'false' })).toEqual([february, january])
  expect(await listIds({ updated_after: updated })).toEqual([])
  const before = new Date(Date.parse(updated) - 1).toISOString()
  expect(await listIds({ updated_after: before })).toEqual([march])
  expect(await listIds({ updated_after: before.replace('Z', '+00:00') })).toEqual([march])
})

test('does not list deleted entries', async () => {
  const item = { user_id: 'deleted', external_id: 'gone' }
  await uploadEntries(service(), [item, { user_id: 'deleted' }])
  await uploadEntries(service(), [{ ...item, deleted: true }])
  expect(await readList(maya, '/timesheets?user_id=deleted')).toHaveLength(1)
  expect(await readList(maya, '/approvals?user_id=deleted')).toHaveLength(1)
})

test.each([
  ['*', 'from=0001-01-01&to=9999-12-31'],
  ['*', 'updated_after=0001-01-01T00:00:00Z'],
  ['ann', 'as_of=9999-12-31T23:59:59.999Z'],
])('?user_id=%s&%s lists all entries', async (userId, query) => {
  const all = await readList(maya, `/timesheets?user_id=${userId}`)
  expect(all).not.toHaveLength(0)
  expect(await readList(maya, `/timesheets?user_id=${userId}&${query}`)).toEqual(all)
})

test.each([
  'limit=0',
  'limit=501',
  'limit=-1',
  'limit=1.5',
  'limit=',
  'limit=1e2',
  'limit=5&limit=6',
  'page=2',
  'from=2026-02-30',
  'to=tomorrow',
  'from=2026-02-01T00:00:00Z',
  'approved=yes',
  'updated_after=2026-01-01',
  'as_of=now',
  // Not in the calendar of Postgres, at least in UTC.
  'from=0000-12-31',
  'to=0000-01-01',
  'updated_after=0000-06-01T00:00:00Z',
  'as_of=0001-01-01T00:00:00%2B00:01',
  'as_of=9999-12-31T23:59:59-00:01',
  'project=',
  'project=%00',
  'source=%00',
  `user_id=${'x'.repeat(129)}`,
  'cursor=',
  `cursor=${'x'.repeat(2001)}`,
])('rejects the query ?%s with 400', async (query) => {
  const rejected = await maya.request('GET', `/timesheets?${query}`)
  expect(rejected).toMatchObject({ status: 400, body: { type: '/problems/invalid-parameter' } })
  expect(rejected.body.parameter).toBe(/^\w+/.exec(query)![0])
})
