import { hash } from 'node:crypto'
import { expect, test } from '@jest/globals'
import { readConfig } from '@timesheets/runtime/config'
import { folder, noClient, readFiles } from '../../test/csv-folder.ts'
import type { IdentifiedEntry } from '../timesheets-api/client.ts'
import { csv } from '../trackers/csv/csv.ts'
import { type ChangedRowsOptions, pairChangedRows } from './changed-rows.ts'
import { mapRecord } from './mapping.ts'
import { People } from './people.ts'

const people = new People(new Map(), 'email', 'csv')
const computeDigest = (entry: IdentifiedEntry) => hash('sha256', JSON.stringify(entry))
const header = 'user_id,date,project,hours,notes\n'

/** Timesheets, as far as this test needs it: entries by id. */
const stored = new Map<string, IdentifiedEntry>()

/** Syncs a file: pairs changed rows, reads with the pairs, and stores each entry. Returns what each entry did. */
async function sync(table: string): Promise<string[]> {
  await readFiles({ 'a.csv': header + table })
  const tracker = csv.open(readConfig({ CSV_PATH: folder }, csv.settings), noClient)
  const options: ChangedRowsOptions = {
    source: 'csv',
    people,
    isDifferent: () => true,
    readStored: async (userId, day) =>
      [...stored.values()]
        .filter((entry) => entry.user_id === userId && entry.date === day)
        .map((entry) => ({ externalId: entry.external_id, digest: computeDigest(entry) })),
    computeDigest,
  }
  const pairs = await pairChangedRows(tracker.read({}), options)
  const done: string[] = []
  for await (const record of tracker.read({ pairs })) {
    const result = mapRecord(record, 'csv', people)
    if (result.kind !== 'item' || result.item.deleted) throw new Error(JSON.stringify(result))
    const { item } = result
    const known = stored.get(item.external_id)
    stored.set(item.external_id, item)
    done.push(
      known === undefined
        ? 'created'
        : computeDigest(known) === computeDigest(item)
          ? 'unchanged'
          : 'updated',
    )
  }
  return done.sort()
}

test('a fixed typo is an update, again and again, and the hours count once', async () => {
  const morning = 'kim,2026-09-01,Site,1,stand-up\n'
  expect(await sync(`${morning}kim,2026-09-01,Site,2,laoyut\n`)).toEqual(['created', 'created'])
  expect(await sync(`kim,2026-09-01,Site,2,layout\n${morning}`)).toEqual(['unchanged', 'updated'])
  expect(await sync(`kim,2026-09-01,Site,2,layout\n${morning}`)).toEqual(['unchanged', 'unchanged'])
  const third = 'kim,2026-09-01,Site,3,review\n'
  expect(await sync(`${third}kim,2026-09-01,Site,2,layout\n${morning}`)).toEqual([
    'created',
    'unchanged',
    'unchanged',
  ])
  expect(await sync(`${third}kim,2026-09-01,Shop,2,layout\n${morning}`)).toEqual([
    'unchanged',
    'unchanged',
    'updated',
  ])
  expect([...stored.values()].map(({ hours }) => hours).sort()).toEqual([1, 2, 3])
})

test('another person or day has no pair', async () => {
  stored.clear()
  await sync('kim,2026-09-01,Site,1,x\n')
  expect(await sync('kim,2026-09-02,Site,1,x\nann,2026-09-01,Site,1,x\n')).toEqual(['created', 'created'])
})

test('a day on which both sides have the same sums is not read', async () => {
  await readFiles({ 'a.csv': `${header}kim,2026-09-01,Site,1,x\n` })
  const tracker = csv.open(readConfig({ CSV_PATH: folder }, csv.settings), noClient)
  const readStored = async () => {
    throw new Error('must not be read')
  }
  const options = { source: 'csv', people, isDifferent: () => false, readStored, computeDigest }
  expect((await pairChangedRows(tracker.read({}), options)).size).toBe(0)
})
