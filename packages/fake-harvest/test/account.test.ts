import { describe, expect, test } from '@jest/globals'
import type { User } from '../src/contractors.ts'
import type { TimeEntry } from '../src/time-entry.ts'
import { entriesPath, headers, ids, type List, start } from './harvest-fixture.ts'

type Users = { users: User[] }

describe('a narrowed token', () => {
  test('of a manager sees the hours and the person of its team only, also by lookup', async () => {
    const { all, json, get, local } = await start()
    const rows = await all(entriesPath)
    const owner = rows[3]!.user.id
    const other = rows.find(({ user }) => user.id !== owner)!
    await local('PUT', 'token', { role: 'manager', user_id: owner })
    expect(ids(await all(entriesPath))).toEqual(ids(rows.filter(({ user }) => user.id === owner)))
    expect((await json<Users>('/v2/users')).users.map(({ id }) => id)).toEqual([owner])
    expect(await json('/v2/users/me')).toMatchObject({ id: owner, access_roles: ['manager'] })
    expect((await get(`${entriesPath}/${other.id}`)).status).toBe(404)
    expect(await local('GET', 'entries')).toMatchObject({ count: rows.length })
  })

  test('of a member may not list people; the change takes effect after some requests', async () => {
    const { get, json, local } = await start()
    await local('PUT', 'token', { role: 'member', user_id: 3_100_001, after: 2 })
    expect((await get('/v2/users')).status).toBe(200)
    expect((await json<List>(entriesPath)).total_entries).toBeGreaterThan(100)
    expect((await get('/v2/users')).status).toBe(403)
    await local('PUT', 'token', {})
    expect((await get('/v2/users')).status).toBe(200)
  })
})

test('a renamed person or project has its new name on every entry, which do not count as changed', async () => {
  const { all, json, local } = await start()
  const [row] = await all(entriesPath)
  await local('PATCH', `users/${row!.user.id}`, {
    first_name: 'New',
    last_name: 'Name',
    email: 'new@x.example',
  })
  await local('PATCH', `projects/${row!.project.id}`, { name: 'Renamed' })
  const renamed = await json<TimeEntry>(`${entriesPath}/${row!.id}`)
  expect(renamed).toEqual({
    ...row,
    user: { id: row!.user.id, name: 'New Name' },
    project: { id: row!.project.id, name: 'Renamed' },
  })
  expect((await all(entriesPath))[0]).toEqual(renamed)
  expect(await json(`/v2/users/${row!.user.id}`)).toMatchObject({ email: 'new@x.example' })
})

test('a deleted person disappears with all hours, and comes back with them', async () => {
  const { all, get, json, local } = await start()
  const rows = await all(entriesPath)
  const { user, id } = rows[0]!
  await local('PATCH', `users/${user.id}`, { is_deleted: true })
  expect(ids(await all(entriesPath))).toEqual(ids(rows.filter((row) => row.user.id !== user.id)))
  expect((await get(`${entriesPath}/${id}`)).status).toBe(404)
  expect((await json<Users>('/v2/users')).users.some((one) => one.id === user.id)).toBe(false)
  await local('PATCH', `users/${user.id}`, { is_deleted: false })
  expect(ids(await all(entriesPath))).toEqual(ids(rows))
})

test('a deleted entry can be brought back as it was', async () => {
  const { json, get, local } = await start()
  const entry = await json<TimeEntry>(`${entriesPath}/636709355`)
  await local('DELETE', 'time_entries/636709355')
  expect((await get(`${entriesPath}/636709355`)).status).toBe(404)
  await local('PUT', 'time_entries/636709355', entry)
  expect(await json(`${entriesPath}/636709355`)).toEqual(entry)
})

test('a list that lags behind shows edits later than a lookup does', async () => {
  const { all, get, local } = await start()
  const rows = await all(entriesPath)
  await local('PUT', 'lag', { seconds: 60 })
  const added = await local<TimeEntry>('POST', 'time_entries', { spent_date: '2026-05-10', hours: 1 })
  await local('DELETE', `time_entries/${rows[0]!.id}`)
  await local('PATCH', `time_entries/${rows[1]!.id}`, { hours: 9 })
  expect(await all(entriesPath)).toEqual(rows)
  expect((await get(`${entriesPath}/${added.id}`)).status).toBe(200)
  expect((await get(`${entriesPath}/${rows[0]!.id}`)).status).toBe(404)
  await local('PUT', 'lag', { seconds: 0 })
  expect(ids(await all(entriesPath))).toEqual(expect.arrayContaining([added.id]))
})

test('the token has a second account, with another entry', async () => {
  const { get } = await start()
  const second = { headers: { ...headers, 'Harvest-Account-Id': '1000002' } }
  const list = (await (await get(entriesPath, second)).json()) as List
  expect(ids(list.time_entries)).toEqual([636709356])
  const { users } = (await (await get('/v2/users', second)).json()) as Users
  expect(users).toHaveLength(1)
})

describe('faults of a list', () => {
  const read = async (...faults: object[]) => {
    const { all, local, arm } = await start()
    const { count } = await local<{ count: number }>('GET', 'entries')
    await arm(...faults)
    return { rows: await all(`${entriesPath}?per_page=20`), count }
  }

  test('a page is missing', async () => {
    const { rows, count } = await read({ fault: 'page-missing', path: entriesPath })
    expect(rows).toHaveLength(count - 20)
  })

  test('a page is short', async () => {
    const { rows, count } = await read({ fault: 'page-short', path: entriesPath, times: 2 })
    expect(rows).toHaveLength(count - 2)
  })

  test('only one person is listed', async () => {
    const { rows, count } = await read({ fault: 'one-person', path: entriesPath, times: 1000 })
    expect(rows.length).toBeLessThan(count)
    expect(new Set(rows.map(({ user }) => user.id)).size).toBe(1)
  })
})
