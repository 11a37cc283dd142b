import { describe, expect, test } from '@jest/globals'
import { readHarvestConfig } from '../src/config.ts'
import { documentedEntry } from '../src/documented.ts'
import type { TimeEntry } from '../src/time-entry.ts'
import { entriesPath, headers, ids, type List, start } from './harvest-fixture.ts'

describe('the required headers', () => {
  test.each([
    ['no token', { Authorization: '' }, 401],
    ['another token', { Authorization: 'Bearer another' }, 401],
    ['another scheme', { Authorization: 'Basic local-only-harvest-token' }, 401],
    ['another account', { 'Harvest-Account-Id': '2' }, 403],
    ['no account', { 'Harvest-Account-Id': '' }, 403],
    ['no user agent', { 'User-Agent': '' }, 400],
  ])('%s is rejected with a JSON error', async (_name, changed, status) => {
    const { get } = await start()
    const response = await get(entriesPath, { headers: { ...headers, ...changed } })
    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject({ error: expect.any(String) })
  })

  test('company and users/me return the account and the owner of the token', async () => {
    const { json } = await start()
    expect(await json('/v2/company')).toMatchObject({ is_active: true })
    expect(await json('/v2/users/me')).toMatchObject({ id: 1782959, email: 'kim@example.com' })
  })

  test('an unknown path responds with an HTML page', async () => {
    const { get } = await start()
    const response = await get('/v2/timesheets')
    expect(response.status).toBe(404)
    expect(response.headers.get('content-type')).toContain('text/html')
  })
})

describe('the list of time entries', () => {
  test('its pages contain every entry once, newest first', async () => {
    const { json, all, local } = await start()
    const rows = await all(`${entriesPath}?per_page=37`)
    expect(new Set(ids(rows)).size).toBe(rows.length)
    const order = [...rows].sort((a, b) => b.spent_date.localeCompare(a.spent_date) || b.id - a.id)
    expect(ids(rows)).toEqual(ids(order))

    const { count } = await local<{ count: number }>('GET', 'entries')
    expect(rows).toHaveLength(count)
    const whole = await json<List>(entriesPath)
    expect(whole).toMatchObject({ per_page: 2000, page: 1, total_entries: count, next_page: null })
    expect(whole.links.next).toBeNull()
  })

  test('links keep the query and are built from HARVEST_URL', async () => {
    const { json } = await start({ HARVEST_URL: 'https://harvest.example/api' })
    const { links } = await json<List>(`${entriesPath}?is_running=false&per_page=5&page=2`)
    const base = 'https://harvest.example/api/v2/time_entries?is_running=false&per_page=5'
    expect(links).toMatchObject({
      first: `${base}&page=1`,
      previous: `${base}&page=1`,
      next: `${base}&page=3`,
    })
  })

  test('filters by day, person, timer and reference', async () => {
    const { all } = await start()
    const rows = await all(entriesPath)
    const { spent_date: day, user } = rows[Math.floor(rows.length / 2)]!
    const wanted = (matches: (row: TimeEntry) => boolean) => ids(rows.filter(matches))

    expect(ids(await all(`${entriesPath}?from=${day}&to=${day}`))).toEqual(
      wanted((row) => row.spent_date === day),
    )
    expect(ids(await all(`${entriesPath}?from=${day}`))).toEqual(wanted((row) => row.spent_date >= day))
    expect(ids(await all(`${entriesPath}?user_id=${user.id}`))).toEqual(
      wanted((row) => row.user.id === user.id),
    )
    expect(ids(await all(`${entriesPath}?is_running=true`))).toEqual(wanted((row) => row.is_running))
    const { external_reference: reference } = rows.find((row) => row.external_reference !== null)!
    expect(ids(await all(`${entriesPath}?external_reference_id=${reference!.id}`))).toEqual(
      wanted((row) => row.external_reference?.id === reference!.id),
    )
  })

  test.each([
    'per_page=2001',
    'per_page=0',
    'page=x',
    'from=yesterday',
    'to=2026-02-30',
    'updated_since=1',
    'user_id=kim',
  ])('%s is rejected with 422', async (query) => {
    const { get } = await start()
    const response = await get(`${entriesPath}?${query}`)
    expect(response.status).toBe(422)
    expect(await response.json()).toEqual({ message: expect.stringContaining(query.split('=')[0]!) })
  })

  test("contains the example of Harvest's documentation, and its user", async () => {
    const { json, all } = await start()
    expect(await all(`${entriesPath}?from=2017-03-02&to=2017-03-02`)).toEqual([documentedEntry])
    expect(await json(`${entriesPath}/636709355`)).toMatchObject({
      spent_date: '2017-03-02',
      user: { id: 1782959, name: 'Kim Allen' },
      project: { id: 14307913, name: 'Marketing Website' },
      hours: 2.11,
      rounded_hours: 2.25,
      is_locked: true,
      updated_at: '2017-06-27T16:47:14Z',
    })
    expect(await json('/v2/users/1782959')).toMatchObject({ email: 'kim@example.com', is_contractor: false })
  })
})

describe('the rate limit', () => {
  test('rejects requests over the limit with Retry-After, and accepts again after the window', async () => {
    let now = new Date('2026-05-18T06:00:00Z')
    const { get } = await start({ HARVEST_RATE_LIMIT: '2' }, () => now)
    expect((await get('/v2/company')).status).toBe(200)
    expect((await get('/v2/company')).status).toBe(200)
    now = new Date('2026-05-18T06:00:05Z')
    const refused = await get('/v2/company')
    expect(refused.status).toBe(429)
    expect(refused.headers.get('retry-after')).toBe('10')
    now = new Date('2026-05-18T06:00:15Z')
    expect((await get('/v2/company')).status).toBe(200)
  })
})

describe('the configuration', () => {
  test('rejects NODE_ENV=production, and more data than fits the memory', () => {
    expect(() => readHarvestConfig({ NODE_ENV: 'production' })).toThrow('NODE_ENV=production')
    expect(() => readHarvestConfig({ HARVEST_CONTRACTORS: '10000', HARVEST_WEEKS: '260' })).toThrow('at most')
  })
})
