import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from '@jest/globals'
import { createRandom } from '@timesheets/contractor-sync/test/seeded-random'
import { useTestClient } from '../../../test/use-test-client.ts'
import type { EntryFilter, KeysetPosition } from '../../domain/entry-filter.ts'
import { listEntries } from './list-entries.ts'

const client = useTestClient()

const users = ['ann', 'ben']
const projects = ['p', 'q']
const days = 400
const firstDayMs = Date.UTC(2026, 0, 1)
const seed = Number(process.env.FAULT_SEED ?? 20261126)
const next = createRandom(seed)
const random = (below: number) => Math.floor(next() * below)
const pick = <T>(values: readonly T[]) => values[random(values.length)]!
const randomDay = () => new Date(firstDayMs + random(days) * 86_400_000).toISOString().slice(0, 10)

interface Copy {
  readonly id: number
  readonly user_id: string
  readonly day: string
  readonly project: string
  readonly approved: boolean
  readonly deleted: boolean
  readonly version: number
}

/** All rows as they are now, with the time at which they were. */
async function takeCopy(): Promise<{ asOf: string; rows: Copy[] }> {
  await sleep(3)
  const [{ now }] = await client().$queryRaw<[{ now: Date }]>`select clock_timestamp() as now`
  const rows = await client().$queryRaw<Copy[]>`
    select id::int, user_id, day::text, project, approved_at is not null as approved, deleted_at is not null as deleted, version
      from timesheets order by timesheets.day desc, id desc`
  await sleep(3)
  return { asOf: now.toISOString(), rows }
}

async function changeAtRandom(): Promise<void> {
  const id = random(40) + 1
  const change = random(5)
  if (change === 0)
    await client().$executeRaw`update timesheets set day = ${randomDay()}::date where id = ${id}`
  if (change === 1)
    await client().$executeRaw`update timesheets set user_id = ${pick(users)} where id = ${id}`
  if (change === 2) await client().$executeRaw`update timesheets set approved_at = now() where id = ${id}`
  if (change === 3) await client().$executeRaw`update timesheets set deleted_at = now() where id = ${id}`
  if (change === 4) {
    await client().$executeRaw`
      insert into timesheets (user_id, day, instant, date_written, project, seconds, source, client_id)
      values (${pick(users)}, ${randomDay()}::date, now(), 'd', ${pick(projects)}, 60, 'harvest', 'test')`
  }
}

async function readAll(filter: EntryFilter, asOf: string) {
  const read: { id: number; version: number }[] = []
  let after: KeysetPosition | undefined
  do {
    const { items, next } = await listEntries(client(), {
      readableNames: undefined,
      filter,
      asOf,
      after,
      limit: 7,
    })
    for (const item of items) {
      const { id, version } = JSON.parse(item)
      read.push({ id, version })
    }
    after = next
  } while (after !== undefined)
  return read
}

test(`a list as of any instant has the versions of that instant, for each kind of filter (seed ${seed})`, async () => {
  const copies = []
  for (let round = 0; round < 12; round++) {
    for (let i = 0; i < 30; i++) await changeAtRandom()
    copies.push(await takeCopy())
  }
  const filters: readonly { filter: EntryFilter; matches: (row: Copy) => boolean }[] = [
    { filter: { userIds: ['ann'] }, matches: (row) => row.user_id === 'ann' },
    { filter: { userIds: users }, matches: () => true },
    {
      filter: { userIds: ['ben'], project: 'q', approved: false },
      matches: (row) => row.user_id === 'ben' && row.project === 'q' && !row.approved,
    },
    {
      filter: { from: '2026-03-01', to: '2026-10-31' },
      matches: (row) => row.day >= '2026-03-01' && row.day <= '2026-10-31',
    },
    {
      filter: { from: '2026-03-01', to: '2026-10-31', project: 'p', approved: true },
      matches: (row) =>
        row.day >= '2026-03-01' && row.day <= '2026-10-31' && row.project === 'p' && row.approved,
    },
  ]
  for (const { asOf, rows } of copies) {
    for (const { filter, matches } of filters) {
      const expected = rows.filter((row) => !row.deleted && matches(row))
      expect(await readAll(filter, asOf)).toEqual(expected.map(({ id, version }) => ({ id, version })))
    }
  }
})

test('an instant at the end of the calendar lists what is current', async () => {
  const { rows } = await takeCopy()
  const current = rows.filter((row) => !row.deleted).map(({ id, version }) => ({ id, version }))
  expect(await readAll({ userIds: users }, '9999-12-31T23:59:59.999Z')).toEqual(current)
  expect(await readAll({ userIds: users }, '0001-01-01T00:00:00.000Z')).toEqual([])
})
