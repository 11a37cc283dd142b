import { expect, test } from '@jest/globals'
import pg from 'pg'
import { users } from './client.ts'
import { getNextTarget, pages, readList, upload } from './list-helpers.ts'
import { useService } from './service-fixture.ts'

const service = useService()
const { maya } = users(() => service().app)

const move = 'update timesheets set day = $2 where id = $1'
const idsOf = (entries: readonly { id: number }[]) => entries.map(({ id }) => id)

/** Ten entries on the first ten days of a month, the newest first. */
async function tenEntries(userId: string): Promise<number[]> {
  const days = Array.from({ length: 10 }, (_, i) => ({ user_id: userId, date: `2026-01-${20 - i}` }))
  return upload(service(), days)
}

/** Reads the first page, lets others write, and reads the rest. */
async function readAround(userId: string, write: () => Promise<unknown>): Promise<number[]> {
  const first = await maya.request('GET', `/timesheets?user_id=${userId}&limit=3`)
  await write()
  return [...idsOf(first.body), ...idsOf(await readList(maya, getNextTarget(first)!))]
}

async function inTransaction<T>(work: (transaction: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: service().databaseUrl })
  await client.connect()
  try {
    await client.query('begin')
    return await work(client)
  } finally {
    await client.end()
  }
}

test('what is moved, changed, deleted or added between two pages is read once, as the first page saw it', async () => {
  const ids = await tenEntries('between')
  const read = await readAround('between', async () => {
    await service().sql(move, [ids[0], '2026-01-01'])
    await service().sql(move, [ids[9], '2026-01-31'])
    await service().sql('update timesheets set deleted_at = now() where id = $1', [ids[5]])
    for (const project of ['a', 'b']) {
      await service().sql('update timesheets set project = $2 where id = $1', [ids[6], project])
    }
    await upload(service(), [{ user_id: 'between', date: '2026-01-02' }])
  })
  expect(read).toEqual(ids)
  expect(await readList(maya, '/timesheets?user_id=between&limit=3')).toHaveLength(10)
})

test('a transaction that has written before the first page and commits after it changes no later page', async () => {
  const ids = await tenEntries('commits-later')
  const read = await inTransaction(async (transaction) => {
    await transaction.query(move, [ids[0], '2026-01-01'])
    await transaction.query(move, [ids[9], '2026-01-31'])
    await transaction.query(move, [ids[8], '2026-01-31'])
    await transaction.query(move, [ids[8], '2026-01-02'])
    await transaction.query(
      `insert into timesheets (user_id, day, instant, date_written, project, seconds, source, client_id)
       values ('commits-later', '2026-01-02', now(), '2026-01-02', 'new', 60, 'harvest', 'test')`,
    )
    return readAround('commits-later', async () => {
      await transaction.query('commit')
      // One that came to be since, and has already been superseded.
      await service().sql(`update timesheets set seconds = 120 where project = 'new'`)
      await service().sql(move, [ids[7], '2026-01-30'])
    })
  })
  expect(read).toEqual(ids)
})

test('a transaction that had begun before the first page, and wrote after it', async () => {
  const ids = await tenEntries('writes-later')
  const read = await inTransaction(async (transaction) => {
    await transaction.query('select now()')
    return readAround('writes-later', async () => {
      await transaction.query(move, [ids[9], '2026-01-31'])
      await transaction.query(move, [ids[1], '2026-01-01'])
      await transaction.query('commit')
    })
  })
  expect(read).toEqual(ids)
})

test('a transaction that gives up leaves nothing', async () => {
  const ids = await tenEntries('gives-up')
  const read = await inTransaction(async (transaction) => {
    await transaction.query(move, [ids[9], '2026-01-31'])
    return readAround('gives-up', () => transaction.query('rollback'))
  })
  expect(read).toEqual(ids)
})

test('while many move entries about, every walk through the pages meets each entry exactly once', async () => {
  const ids = await upload(
    service(),
    Array.from({ length: 60 }, (_, i) => ({ user_id: 'restless', date: `2026-02-${10 + (i % 18)}` })),
  )
  let walking = true
  const mover = async () => {
    while (walking) {
      await inTransaction(async (transaction) => {
        for (let i = 0; i < 3; i++) {
          const id = ids[Math.floor(Math.random() * ids.length)]
          const day = `2026-02-${10 + Math.floor(Math.random() * 18)}`
          // Rows are taken as they are free, so that movers do not wait for each other in a circle.
          await transaction.query(
            `${move} and exists (select from timesheets where id = $1 for update skip locked)`,
            [id, day],
          )
        }
        await transaction.query('commit')
      })
    }
  }
  const movers = [mover(), mover(), mover()]
  try {
    for (let walk = 0; walk < 8; walk++) {
      const met: number[] = []
      for await (const { body } of pages(maya, '/timesheets?user_id=restless&limit=7'))
        met.push(...idsOf(body))
      expect(met).toHaveLength(ids.length)
      expect(new Set(met)).toEqual(new Set(ids))
    }
  } finally {
    walking = false
    await Promise.all(movers)
  }
})
