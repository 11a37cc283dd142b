import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from '@jest/globals'
import { users } from './client.ts'
import { readList, uploadEntries } from './list-helpers.ts'
import { useService } from './service-fixture.ts'

const service = useService()
const { maya } = users(() => service().app)

/** Reads the clock of the database, at an instant that differs from those of all changes. */
async function readClock(): Promise<string> {
  await sleep(5)
  const [row] = await service().sql<{ now: Date }>('select clock_timestamp() as now')
  await sleep(5)
  return row!.now.toISOString()
}

const listAsOf = (time: string, query = '') =>
  readList(maya, `/timesheets?user_id=ann&limit=2&as_of=${encodeURIComponent(time)}${query}`)

test('lists the versions that were accepted at an instant, also of entries that were deleted since', async () => {
  const before = await readClock()
  const item = (fields: object) => ({ user_id: 'ann', date: '2026-05-10', ...fields })
  const [a, b, c] = await uploadEntries(service(), [
    item({ external_id: 'a', hours: 1 }),
    item({ external_id: 'b', hours: 2 }),
    item({ external_id: 'c', hours: 3, date: '2026-05-11' }),
  ])
  const created = await readClock()
  await uploadEntries(service(), [item({ external_id: 'a', hours: 4, date: '2026-05-12' })])
  await maya.request('PUT', `/approvals/${b}`)
  const approved = await readClock()
  await uploadEntries(service(), [
    item({ external_id: 'c', deleted: true }),
    item({ external_id: 'd', hours: 5 }),
  ])
  await uploadEntries(service(), [item({ external_id: 'b', hours: 8 })])
  const held = await readClock()

  const summarize = async (time: string, query?: string) =>
    (await listAsOf(time, query)).map(({ id, hours, approved, version }) => [id, hours, approved, version])
  expect(await summarize(before)).toEqual([])
  expect(await summarize(created)).toEqual([
    [c, 3, false, 1],
    [b, 2, false, 1],
    [a, 1, false, 1],
  ])
  expect(await summarize(approved)).toEqual([
    [a, 4, false, 2],
    [c, 3, false, 1],
    [b, 2, true, 2],
  ])
  expect(await summarize(created, '&to=2026-05-10')).toHaveLength(2)
  expect(await summarize(approved, '&approved=true')).toEqual([[b, 2, true, 2]])
  expect(await summarize(approved, `&updated_after=${created}`)).toEqual([
    [a, 4, false, 2],
    [b, 2, true, 2],
  ])
  expect(await summarize(held)).toHaveLength(3)
  expect((await listAsOf(held)).find(({ id }) => id === b).correction).toMatchObject({ hours: 8 })
  expect(await listAsOf('2100-01-01T00:00:00+02:00')).toEqual(await readList(maya, '/timesheets?user_id=ann'))

  const exported = await maya.request('GET', `/timesheets?user_id=ann&as_of=${created}`, undefined, {
    accept: 'application/x-ndjson',
  })
  const lines = exported.body.split('\n').slice(0, -1)
  expect(lines.map((line: string) => JSON.parse(line))).toEqual(await listAsOf(created))
})

test('lists entries with a day after the instant, also if they were changed or moved since', async () => {
  const item = (externalId: string, date: string) => ({ user_id: 'ahead', external_id: externalId, date })
  const today = new Date().toISOString().slice(0, 10)
  const later = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)
  const ids = await uploadEntries(service(), [
    item('today', today),
    item('tomorrow', later(1)),
    item('holiday', later(90)),
    item('conference', later(200)),
    item('moved', later(300)),
    item('cancelled', later(250)),
  ])
  const asOf = await readClock()
  await uploadEntries(service(), [
    item('moved', today),
    { ...item('conference', later(200)), notes: 'with Ben' },
    { user_id: 'ahead', external_id: 'cancelled', deleted: true },
    item('added since', later(20)),
  ])
  const listed = await readList(maya, `/timesheets?user_id=ahead&limit=2&as_of=${asOf}`)
  expect(listed.map(({ id }) => id)).toEqual([4, 5, 3, 2, 1, 0].map((i) => ids[i]))
  expect(listed.map(({ notes }) => notes)).toEqual(Array(6).fill(undefined))
  const range = `from=${today}&to=${later(399)}`
  const ofEverybody = await readList(maya, `/timesheets?user_id=*&${range}&limit=2&as_of=${asOf}`)
  expect(ofEverybody.filter((entry) => entry.user_id === 'ahead')).toEqual(listed)
  expect(await readList(maya, '/timesheets?user_id=ahead')).toHaveLength(6)
})

test('lists entries that changed long after the instant, and leaves out those created after it', async () => {
  const item = (fields: object) => ({ user_id: 'ann', project: 'Long ago', ...fields })
  const [a, b, c] = await uploadEntries(service(), [
    item({ external_id: 'long ago a', date: '2026-05-10' }),
    item({ external_id: 'long ago b', date: '2026-05-11' }),
    item({ external_id: 'long ago c', date: '2026-05-12' }),
  ])
  const asOf = await readClock()
  await ageAllRows()
  const anHourBefore = new Date(Date.parse(asOf) - 3_600_000).toISOString()
  await uploadEntries(service(), [
    item({ external_id: 'long ago b', date: '2026-05-13' }),
    item({ external_id: 'long ago c', deleted: true }),
    item({ external_id: 'later', date: '2026-05-11' }),
  ])
  const listed = await listAsOf(anHourBefore, '&project=Long%20ago')
  expect(listed.map(({ id, day }) => [id, day])).toEqual([
    [c, '2026-05-12'],
    [b, '2026-05-11'],
    [a, '2026-05-10'],
  ])
  expect(await listAsOf(await readClock(), '&project=Long%20ago')).toHaveLength(3)
})

/** Moves the timestamps of all rows an hour into the past, without running triggers. */
async function ageAllRows(): Promise<void> {
  await service().sql(`do $$ begin
    set local session_replication_role = replica;
    update timesheets set created_at = created_at - interval '1 hour', updated_at = updated_at - interval '1 hour';
    update timesheet_versions set created_at = created_at - interval '1 hour', updated_at = updated_at - interval '1 hour',
      superseded_at = superseded_at - interval '1 hour';
  end $$`)
}
