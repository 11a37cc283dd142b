import { expect, test } from '@jest/globals'
import pg from 'pg'
import { users } from './client.ts'
import { getNextTarget, readList, readPages, uploadEntries } from './list-helpers.ts'
import { useService } from './service-fixture.ts'

const service = useService()
const { maya } = users(() => service().app)

const move = 'update timesheets set day = $2 where id = $1'
const toIds = (entries: readonly { id: number }[]) => entries.map(({ id }) => id)

/** Uploads ten entries, on 11 to 20 January, newest first. */
async function uploadTen(userId: string): Promise<number[]> {
  const items = Array.from({ length: 10 }, (_, i) => ({ user_id: userId, date: `2026-01-${20 - i}` }))
  return uploadEntries(service(), items)
}

/** Reads the first page of three entries, runs `write`, and reads the remaining pages. */
async function readAround(userId: string, write: () => Promise<unknown>): Promise<number[]> {
  const first = await maya.request('GET', `/timesheets?user_id=${userId}&limit=3`)
  await write()
  return [...toIds(first.body), ...toIds(await readList(maya, getNextTarget(first)!))]
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

test('an entry that does not change between two pages is on one page; others are where they belong when a page is read', async () => {
  const ids = await uploadTen('between')
  const [added] = await uploadEntries(service(), [{ user_id: 'to move', date: '2026-01-31' }])
  const read = await readAround('between', async () => {
    await service().sql(move, [ids[0], '2026-01-01']) // from the first page to the end of the list
    await service().sql(move, [ids[9], '2026-01-31']) // from a later page to before the first
    await service().sql('update timesheets set deleted_at = now() where id = $1', [ids[5]])
    await service().sql('update timesheets set project = $2 where id = $1', [ids[6], 'changed'])
    await service().sql(`update timesheets set user_id = 'between', day = '2026-01-02' where id = $1`, [
      added,
    ])
  })
  expect(read).toEqual([...ids.slice(0, 5), ids[6], ids[7], ids[8], added, ids[0]])
  expect(await readList(maya, '/timesheets?user_id=between&limit=3')).toHaveLength(10)
})

test('a transaction that commits between two pages does not hide or repeat entries that it does not change', async () => {
  const ids = await uploadTen('commits-later')
  const read = await inTransaction(async (transaction) => {
    await transaction.query(move, [ids[0], '2026-01-01'])
    await transaction.query(move, [ids[9], '2026-01-31'])
    return readAround('commits-later', () => transaction.query('commit'))
  })
  expect(read).toEqual([...ids.slice(0, 9), ids[0]])
})

test('a transaction that is rolled back between two pages leaves nothing', async () => {
  const ids = await uploadTen('rolls-back')
  const read = await inTransaction(async (transaction) => {
    await transaction.query(move, [ids[9], '2026-01-31'])
    return readAround('rolls-back', () => transaction.query('rollback'))
  })
  expect(read).toEqual(ids)
})

test('while many writers move entries, every read of all pages has each other entry exactly once', async () => {
  const dates = Array.from({ length: 60 }, (_, i) => ({ user_id: 'busy', date: `2026-02-${10 + (i % 18)}` }))
  const ids = await uploadEntries(service(), dates)
  const [moving, still] = [ids.slice(0, 30), ids.slice(30)]
  let reading = true
  const moveAtRandom = async () => {
    while (reading) {
      await inTransaction(async (transaction) => {
        for (let i = 0; i < 3; i++) {
          const id = moving[Math.floor(Math.random() * moving.length)]
          const day = `2026-02-${10 + Math.floor(Math.random() * 18)}`
          // Skips rows that another writer has locked, so that writers do not deadlock.
          await transaction.query(
            `${move} and exists (select from timesheets where id = $1 for update skip locked)`,
            [id, day],
          )
        }
        await transaction.query('commit')
      })
    }
  }
  const writers = [moveAtRandom(), moveAtRandom(), moveAtRandom()]
  try {
    for (let i = 0; i < 8; i++) {
      const read: number[] = []
      for await (const { body } of readPages(maya, '/timesheets?user_id=busy&limit=7'))
        read.push(...toIds(body))
      const stillRead = read.filter((id) => still.includes(id))
      expect(stillRead).toHaveLength(still.length)
      expect(new Set(stillRead)).toEqual(new Set(still))
    }
  } finally {
    reading = false
    await Promise.all(writers)
  }
})
