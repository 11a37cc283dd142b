import { mkdir, rm, writeFile } from 'node:fs/promises'
import { beforeEach, expect, test } from '@jest/globals'
import { runInProcess } from './in-process-run.ts'
import { testEnvironment } from './test-environment.ts'

const env = testEnvironment()
beforeEach(async () => {
  await env.deleteEntries()
  await rm(env.file('exports'), { recursive: true, force: true })
  await mkdir(env.file('exports'))
})

const header = 'email,date,project,hours,notes'
const standUp = 'kim@example.com,2026-09-01,Site,1,stand-up'
const typo = 'kim@example.com,2026-09-01,Site,2,laoyut'
const fixed = 'kim@example.com,2026-09-01,Site,2,layout'
const otherDay = 'kim@example.com,2026-09-02,Site,4,laoyut'

/** Writes an export without ids into the folder, and syncs the folder, by default all days. Returns the counts of the report. */
async function sync(
  rows: readonly string[],
  options: Parameters<typeof runInProcess>[1] = { full: true },
  name = 'hours.csv',
) {
  await writeFile(env.file(`exports/${name}`), `${[header, ...rows].join('\n')}\n`)
  const { error, counts } = await runInProcess(env, options, {
    SYNC_SOURCE: 'csv',
    CSV_PATH: env.file('exports'),
    UNKNOWN_PERSON: 'tracker-id',
  })
  if (error !== undefined) throw error
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0))
}

const readNotes = async () =>
  (
    await env.sql<{ notes: string }>('select notes from timesheets where deleted_at is null order by notes')
  ).map(({ notes }) => notes)

test('a fixed typo in an export without ids is an update, and its hours count once', async () => {
  expect(await sync([standUp, typo, otherDay])).toEqual({ created: 3 })
  const before = await env.readStoredTotals('csv')
  expect(await sync([fixed, otherDay, standUp])).toEqual({ updated: 1, unchanged: 2 })
  expect(await env.readStoredTotals('csv')).toEqual(before)
  expect(await readNotes()).toEqual(['laoyut', 'layout', 'stand-up'])

  expect(await sync([fixed, otherDay, standUp])).toEqual({ unchanged: 3 })
  expect(await sync([typo, otherDay, standUp])).toEqual({ updated: 1, unchanged: 2 })
  expect(await env.readStoredTotals('csv')).toEqual(before)
}, 60_000)

test('a run of some days, a dry run and verify pair rows, too', async () => {
  await sync([standUp, typo])
  const days = { since: '2026-09-01', until: '2026-09-02' }
  expect(await sync([standUp, fixed], { ...days, mode: 'plan' })).toEqual({ updated: 1, unchanged: 1 })
  await expect(sync([standUp, fixed], { full: true, mode: 'verify' })).rejects.toThrow(
    /1 day of a person differs \(kim@example.com on 2026-09-01: 2 entries in the tracker, 2 in Timesheets\)/,
  )
  expect(await readNotes()).toEqual(['laoyut', 'stand-up'])
  expect(await sync([standUp, fixed], days)).toEqual({ updated: 1, unchanged: 1 })
  expect(await sync([standUp, fixed], { full: true, mode: 'verify' })).toEqual({ unchanged: 2 })
}, 60_000)

test('a typo that is fixed in an approved row is held for an approver, once', async () => {
  await sync([standUp, typo])
  await env.sql("update timesheets set approved_at = now(), approved_by = 'maya' where notes = 'laoyut'")
  expect(await sync([standUp, fixed])).toEqual({ held: 1, unchanged: 1 })
  expect(await readNotes()).toEqual(['laoyut', 'stand-up'])
  expect(await sync([standUp, fixed])).toEqual({ pending: 1, unchanged: 1 })
  expect((await env.readStoredTotals('csv')).seconds).toBe(3 * 3600)
}, 60_000)

test('two equal rows stay two, and one that is changed stays one of them', async () => {
  expect(await sync([typo, typo])).toEqual({ created: 2 })
  expect(await sync([typo, typo])).toEqual({ unchanged: 2 })
  expect(await sync([typo, fixed])).toEqual({ updated: 1, unchanged: 1 })
  expect(await sync([fixed, typo])).toEqual({ unchanged: 2 })
  expect((await env.readStoredTotals('csv')).seconds).toBe(4 * 3600)
}, 60_000)

test('a row that is removed from the export stays, and a row that is added is created', async () => {
  await sync([standUp, typo])
  expect(await sync([standUp])).toEqual({ unchanged: 1 })
  expect(await readNotes()).toEqual(['laoyut', 'stand-up'])
  expect(await sync([standUp, typo, 'kim@example.com,2026-09-01,Site,3,review'])).toEqual({
    created: 1,
    unchanged: 2,
  })
}, 60_000)

test('a row that is changed beside one that is removed is one update, also when the day is compared again', async () => {
  await sync([standUp, typo, 'kim@example.com,2026-09-01,Shop,3,review'])
  for (const counts of [{ updated: 1, unchanged: 1 }, { unchanged: 2 }])
    expect(await sync([fixed, standUp])).toEqual(counts)
  expect(await readNotes()).toEqual(['layout', 'review', 'stand-up'])
}, 60_000)

test('a row that has no hours now is not taken for one that went', async () => {
  await sync([standUp, typo])
  expect(
    await sync([standUp, typo.replace(',2,', ',0,'), 'kim@example.com,2026-09-01,Site,3,review']),
  ).toEqual({ created: 1, deleted: 1, unchanged: 1 })
  expect(await readNotes()).toEqual(['review', 'stand-up'])
}, 60_000)

test('a newer file of a folder updates what an older file had', async () => {
  await sync([standUp, typo], { full: true }, '2026-09-01.csv')
  // The older row is named, because it may be of other work.
  expect(await sync([standUp, fixed], { full: true }, '2026-09-02.csv')).toEqual({
    updated: 1,
    unchanged: 1,
    rejected: 1,
  })
  expect(await readNotes()).toEqual(['layout', 'stand-up'])
}, 60_000)
