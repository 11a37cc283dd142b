import { expect, test } from '@jest/globals'
import { useTestClient } from '../../../test/use-test-client.ts'
import type { EntryFilter, KeysetPosition } from '../../domain/entry-filter.ts'
import { listEntries } from './list-entries.ts'

const client = useTestClient()

/** Inserts one entry per day of January, starting at the 1st. */
async function insert(userId: string, days: number): Promise<number[]> {
  const rows = await client().$queryRaw<{ id: bigint }[]>`
    insert into timesheets (user_id, day, instant, date_written, project, seconds, source, client_id)
    select ${userId}, date '2026-01-01' + g, now(), (date '2026-01-01' + g)::text, 'p', 3600, 'harvest', 'test'
      from generate_series(0, ${days - 1}::int) g returning id`
  return rows.map(({ id }) => Number(id))
}

async function readIds(filter: EntryFilter, limit: number, asOf?: string, betweenPages = async () => {}) {
  const pages: number[][] = []
  let after: KeysetPosition | undefined
  do {
    const { items, next } = await listEntries(client(), {
      readableNames: undefined,
      filter,
      after,
      limit,
      asOf,
    })
    pages.push(items.map((item) => JSON.parse(item).id))
    after = next
    await betweenPages()
  } while (after !== undefined)
  return pages
}

test('pages follow each other without gaps, and the last one has no next position, also when it is full', async () => {
  const ids = (await insert('paged', 6)).reverse()
  const filter = { userIds: ['paged'] }
  expect(await readIds(filter, 2)).toEqual([ids.slice(0, 2), ids.slice(2, 4), ids.slice(4)])
  expect(await readIds(filter, 4)).toEqual([ids.slice(0, 4), ids.slice(4)])
  expect(await readIds({ userIds: ['unknown'] }, 4)).toEqual([[]])
})

test('entries of one day are sorted by id, and pages split them', async () => {
  const ids = await insert('one day', 5)
  await client().$executeRaw`update timesheets set day = '2026-01-01' where user_id = 'one day'`
  expect((await readIds({ userIds: ['one day'] }, 2)).flat()).toEqual(ids.toReversed())
})

test('an entry that does not change while others move is on exactly one page', async () => {
  const ids = await insert('moving', 30)
  const still = ids.filter((_, i) => i % 3 === 0)
  const moving = ids.filter((_, i) => i % 3 !== 0)
  const move = async () => {
    await client().$executeRaw`
      update timesheets set day = date '2026-01-01' + (random() * 30)::int where id = any(${moving}::bigint[])`
  }
  for (let i = 0; i < 5; i++) {
    const read = (await readIds({ userIds: ['moving'] }, 4, undefined, move)).flat()
    expect(read.filter((id) => still.includes(id))).toEqual(still.toReversed())
  }
})

test('a list of several names of a person is sorted as one, and a repeated name does not repeat entries', async () => {
  const [a, b] = [await insert('name a', 5), await insert('name b', 5)]
  const expected = a.flatMap((id, i) => [id, b[i]!]).reverse()
  const filter = { userIds: ['name a', 'name b', 'name a'] }
  expect((await readIds(filter, 3)).flat()).toEqual(expected)
  const [row] = await client().$queryRaw<[{ now: Date }]>`select clock_timestamp() + interval '1 s' as now`
  expect((await readIds(filter, 3, row.now.toISOString())).flat()).toEqual(expected)
})
