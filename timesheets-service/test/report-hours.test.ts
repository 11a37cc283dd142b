import { beforeAll, expect, test } from '@jest/globals'
import pg from 'pg'
import { PostgresHoursReporter } from '../src/postgres/report-hours.ts'
import { createUser, users } from './client.ts'
import { uploadEntries } from './list-helpers.ts'
import { TestService, useService } from './service-fixture.ts'
import { openTestClient } from './use-test-client.ts'

const service = useService()
const { maya } = users(() => service().app)

const readReport = (query: string, accept = '*/*') =>
  maya.request('GET', `/reports/hours${query}`, undefined, { accept })

/** Reads a report as rows: the values of each group. */
const readRows = async (query: string) => {
  const { status, body } = await readReport(query)
  expect(status).toBe(200)
  return body.map((group: object) => Object.values(group))
}

beforeAll(async () => {
  const [first] = await uploadEntries(service(), [
    // Sunday, Monday and Thursday around the turn of a year, and dates with another day in UTC.
    { user_id: 'ann', date: '2025-12-28', project: 'Nord', hours: 1 },
    { user_id: 'ann', date: '2025-12-29T00:30:00+14:00', project: 'Nord', hours: 2 },
    { user_id: 'ann', date: '2026-01-01T23:30:00-11:00', project: 'Nord', hours: 3 },
    { user_id: 'ann', date: '2026-01-04', project: 'Süd', hours: 0.1 },
    { user_id: 'Zoe', date: '2026-01-05', project: 'Süd', hours: 0.2, source: 'toggl' },
    // The hour that the change to summer time skips, and the hour that the change back repeats.
    { user_id: 'Zoe', date: '2026-03-29T02:30:00+01:00', project: 'Nord', hours: 4 },
    { user_id: 'Zoe', date: '2026-10-25T02:30:00+01:00', project: 'Nord', hours: 8 },
    { user_id: 'ann', date: '2026-01-01', project: 'deleted', hours: 24, external_id: 'gone' },
  ])
  await uploadEntries(service(), [{ user_id: 'ann', external_id: 'gone', deleted: true }])
  await maya.request('PUT', `/approvals/${first}`)
})

test('sums all hours in one group without group_by', async () => {
  expect((await readReport('')).body).toEqual([{ hours: 18.3, entries: 7, approved_hours: 1 }])
  expect((await readReport('?project=none')).body).toEqual([{ hours: 0, entries: 0, approved_hours: 0 }])
})

test('groups by week, month and day, also across the turn of a year', async () => {
  expect(await readRows('?group_by=week')).toEqual([
    ['2025-12-22', 1, 1, 1],
    ['2025-12-29', 5.1, 3, 0],
    ['2026-01-05', 0.2, 1, 0],
    ['2026-03-23', 4, 1, 0],
    ['2026-10-19', 8, 1, 0],
  ])
  expect(await readRows('?group_by=month')).toEqual([
    ['2025-12-01', 3, 2, 1],
    ['2026-01-01', 3.3, 3, 0],
    ['2026-03-01', 4, 1, 0],
    ['2026-10-01', 8, 1, 0],
  ])
  expect(await readRows('?group_by=day&to=2026-01-01')).toEqual([
    ['2025-12-28', 1, 1, 1],
    ['2025-12-29', 2, 1, 0],
    ['2026-01-01', 3, 1, 0],
  ])
})

test('groups by several keys in their order, and returns only these keys', async () => {
  expect((await readReport('?group_by=project,user,source')).body).toEqual([
    { project: 'Nord', user_id: 'Zoe', source: 'harvest', hours: 12, entries: 2, approved_hours: 0 },
    { project: 'Nord', user_id: 'ann', source: 'harvest', hours: 6, entries: 3, approved_hours: 1 },
    { project: 'Süd', user_id: 'Zoe', source: 'toggl', hours: 0.2, entries: 1, approved_hours: 0 },
    { project: 'Süd', user_id: 'ann', source: 'harvest', hours: 0.1, entries: 1, approved_hours: 0 },
  ])
  expect(await readRows('?group_by=user,month&from=2026-01-01&to=2026-03-31')).toEqual([
    ['Zoe', '2026-01-01', 0.2, 1, 0],
    ['Zoe', '2026-03-01', 4, 1, 0],
    ['ann', '2026-01-01', 3.1, 2, 0],
  ])
})

test('filters by days, person, project and source', async () => {
  expect(await readRows('?from=2026-01-04&to=2026-01-05')).toEqual([[0.3, 2, 0]])
  expect(await readRows('?user_id=ann')).toEqual([[6.1, 4, 1]])
  expect(await readRows('?user_id=*')).toEqual([[18.3, 7, 1]])
  expect(await readRows(`?project=${encodeURIComponent('Süd')}&source=toggl`)).toEqual([[0.2, 1, 0]])
  expect(await readRows('?group_by=user&project=none')).toEqual([])
})

test('starts every week on its Monday and every month on its first day, for all days of 32 years', async () => {
  await service().sql(
    `insert into timesheets (user_id, day, instant, date_written, project, seconds, source, client_id)
     select 'every day', date '2000-01-01' + g, now(), '', 'p', 60, 'harvest', 'test' from generate_series(0, 12000) g`,
  )
  for (const key of ['week', 'month'] as const) {
    const groups = (await readReport(`?group_by=${key}&user_id=every%20day`)).body
    const days = (await readReport('?group_by=day&user_id=every%20day')).body.map(
      (group: { day: string }) => group.day,
    )
    const first = (day: string) => {
      const date = new Date(day)
      date.setUTCDate(key === 'month' ? 1 : date.getUTCDate() - ((date.getUTCDay() + 6) % 7))
      return date.toISOString().slice(0, 10)
    }
    expect(groups.map((group: Record<string, string>) => group[key])).toEqual([...new Set(days.map(first))])
  }
})

test('sums many small numbers of hours exactly', async () => {
  await service().sql(
    `insert into timesheets (user_id, day, instant, date_written, project, seconds, source, client_id)
     select 'seconds', date '2026-06-01', now(), '', 'p', 1 + g % 3, 'harvest', 'test' from generate_series(1, 9999) g`,
  )
  expect(await readRows('?user_id=seconds')).toEqual([[5.555, 9999, 0]])
  expect(await readRows('?user_id=seconds&group_by=day')).toEqual([['2026-06-01', 5.555, 9999, 0]])
})

test('responds with CSV to Accept: text/csv, without formulas', async () => {
  await uploadEntries(service(), [
    { user_id: '=1', project: 'a, "b"', date: '2026-02-02', hours: 1.5, source: 'csv' },
  ])
  const { headers, body } = await readReport('?group_by=user,project,week&source=csv', 'text/csv')
  expect(headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present')
  expect(headers.get('content-disposition')).toBe('attachment; filename="hours.csv"')
  expect(body).toBe(
    'user_id,project,week,hours,entries,approved_hours\r\n"\'=1","a, ""b""",2026-02-02,1.5,1,0\r\n',
  )
  expect((await readReport('?group_by=day&source=none', 'text/csv')).body).toBe(
    'day,hours,entries,approved_hours\r\n',
  )
})

test('rejects a report that takes too long, and says how to narrow it', async () => {
  const slow = await TestService.start({ DATABASE_TIMEOUT_MS: '300' })
  const reader = createUser(() => slow.app, 'maya@exampleco.com', 'read:reports')
  const locker = new pg.Client({ connectionString: slow.databaseUrl })
  await locker.connect()
  try {
    await locker.query('begin')
    await locker.query('lock table timesheets')
    expect(await reader.request('GET', '/reports/hours')).toMatchObject({
      status: 400,
      body: { type: '/problems/invalid-parameter', detail: expect.stringMatching(/fewer days/) },
    })
  } finally {
    await locker.end()
    await slow.stop()
  }
})

test('rejects a report with too many groups, and says how to narrow it', async () => {
  const database = openTestClient(service().databaseUrl)
  const reporter = new PostgresHoursReporter(database, { maxGroups: 5 })
  try {
    await expect(reporter.reportHours({ filter: {}, keys: ['day'], format: 'json' })).rejects.toMatchObject({
      code: 'report-too-large',
      message: expect.stringMatching(/more than 5 groups.*from and to/),
      details: { parameter: 'group_by' },
    })
    const filter = { userIds: ['ann'], to: '2026-12-31' }
    const text = await reporter.reportHours({ filter, keys: ['week'], format: 'json' })
    expect(JSON.parse(text).length).toBeLessThanOrEqual(5)
  } finally {
    await database.$disconnect()
  }
})

test.each([
  'group_by=',
  'group_by=user,',
  'group_by=user,user',
  'group_by=day,week',
  'group_by=hours',
  'group_by=user&group_by=day',
  'from=2026-02-30',
  'from=0000-01-01',
  'limit=5',
  'approved=true',
])('rejects the query ?%s with 400', async (query) => {
  expect(await readReport(`?${query}`)).toMatchObject({
    status: 400,
    body: { type: '/problems/invalid-parameter', parameter: /^\w+/.exec(query)![0] },
  })
})
