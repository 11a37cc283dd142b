import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from '@jest/globals'
import { users } from './client.ts'
import { readList, upload } from './list-helpers.ts'
import { useService } from './service-fixture.ts'

const service = useService()
const { maya } = users(() => service().app)

/** The database's clock, between two changes. */
async function instant(): Promise<string> {
  await sleep(5)
  const [row] = await service().sql<{ now: Date }>('select clock_timestamp() as now')
  await sleep(5)
  return row!.now.toISOString()
}

const asOf = (time: string, query = '') =>
  readList(maya, `/timesheets?user_id=ann&limit=2&as_of=${encodeURIComponent(time)}${query}`)

test('as_of lists everything as it stood then: before it was, as it was, and what is deleted since', async () => {
  const before = await instant()
  const item = (members: object) => ({ user_id: 'ann', date: '2026-05-10', ...members })
  const [a, b, c] = await upload(service(), [
    item({ external_id: 'a', hours: 1 }),
    item({ external_id: 'b', hours: 2 }),
    item({ external_id: 'c', hours: 3, date: '2026-05-11' }),
  ])
  const created = await instant()
  await upload(service(), [item({ external_id: 'a', hours: 4, date: '2026-05-12' })])
  await maya.request('PUT', `/approvals/${b}`)
  const approved = await instant()
  await upload(service(), [item({ external_id: 'c', deleted: true }), item({ external_id: 'd', hours: 5 })])
  await upload(service(), [item({ external_id: 'b', hours: 8 })])
  const held = await instant()

  const told = async (time: string, query?: string) =>
    (await asOf(time, query)).map(({ id, hours, approved, version }) => [id, hours, approved, version])
  expect(await told(before)).toEqual([])
  expect(await told(created)).toEqual([
    [c, 3, false, 1],
    [b, 2, false, 1],
    [a, 1, false, 1],
  ])
  expect(await told(approved)).toEqual([
    [a, 4, false, 2],
    [c, 3, false, 1],
    [b, 2, true, 2],
  ])
  expect(await told(created, '&to=2026-05-10')).toHaveLength(2)
  expect(await told(approved, '&approved=true')).toEqual([[b, 2, true, 2]])
  expect(await told(approved, `&updated_after=${created}`)).toEqual([
    [a, 4, false, 2],
    [b, 2, true, 2],
  ])
  expect(await told(held)).toHaveLength(3)
  expect((await asOf(held)).find(({ id }) => id === b).correction).toMatchObject({ hours: 8 })
  expect(await asOf('2100-01-01T00:00:00+02:00')).toEqual(await readList(maya, '/timesheets?user_id=ann'))

  const exported = await maya.request('GET', `/timesheets?user_id=ann&as_of=${created}`, undefined, {
    accept: 'application/x-ndjson',
  })
  const lines = exported.body.split('\n').slice(0, -1)
  expect(lines.map((line: string) => JSON.parse(line))).toEqual(await asOf(created))
})

test('as_of has what was written ahead of its day, and changed or moved since', async () => {
  const item = (externalId: string, date: string) => ({ user_id: 'ahead', external_id: externalId, date })
  const today = new Date().toISOString().slice(0, 10)
  const later = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)
  const ids = await upload(service(), [
    item('today', today),
    item('tomorrow', later(1)),
    item('holiday', later(90)),
    item('conference', later(200)),
    item('moved', later(300)),
    item('called off', later(250)),
  ])
  const then = await instant()
  await upload(service(), [
    item('moved', today),
    { ...item('conference', later(200)), notes: 'with Ben' },
    { user_id: 'ahead', external_id: 'called off', deleted: true },
    item('planned since', later(20)),
  ])
  const stood = await readList(maya, `/timesheets?user_id=ahead&limit=2&as_of=${then}`)
  expect(stood.map(({ id }) => id)).toEqual([4, 5, 3, 2, 1, 0].map((i) => ids[i]))
  expect(stood.map(({ notes }) => notes)).toEqual(Array(6).fill(undefined))
  const range = `from=${today}&to=${later(399)}`
  const everybodys = await readList(maya, `/timesheets?user_id=*&${range}&limit=2&as_of=${then}`)
  expect(everybodys.filter((entry) => entry.user_id === 'ahead')).toEqual(stood)
  expect(await readList(maya, '/timesheets?user_id=ahead')).toHaveLength(6)
})

test('as_of leaves out what came long after, and not what changed long after', async () => {
  const item = (members: object) => ({ user_id: 'ann', project: 'Long ago', ...members })
  const [a, b, c] = await upload(service(), [
    item({ external_id: 'long ago a', date: '2026-05-10' }),
    item({ external_id: 'long ago b', date: '2026-05-11' }),
    item({ external_id: 'long ago c', date: '2026-05-12' }),
  ])
  const then = await instant()
  await age()
  const anHourBefore = new Date(Date.parse(then) - 3_600_000).toISOString()
  await upload(service(), [
    item({ external_id: 'long ago b', date: '2026-05-13' }),
    item({ external_id: 'long ago c', deleted: true }),
    item({ external_id: 'later', date: '2026-05-11' }),
  ])
  const stood = await asOf(anHourBefore, '&project=Long%20ago')
  expect(stood.map(({ id, day }) => [id, day])).toEqual([
    [c, '2026-05-12'],
    [b, '2026-05-11'],
    [a, '2026-05-10'],
  ])
  expect(await asOf(await instant(), '&project=Long%20ago')).toHaveLength(3)
})

/** Moves all that was written so far an hour into the past, past the triggers. */
async function age(): Promise<void> {
  await service().sql(`do $$ begin
    set local session_replication_role = replica;
    update timesheets set created_at = created_at - interval '1 hour', updated_at = updated_at - interval '1 hour';
    update timesheet_versions set created_at = created_at - interval '1 hour', updated_at = updated_at - interval '1 hour',
      superseded_at = superseded_at - interval '1 hour';
  end $$`)
}
