import { writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { checkBothSides, readLatestVersions } from './both-sides.ts'
import { type TrackedEntry, testEnvironment } from './test-environment.ts'

const env = testEnvironment()
const hour = 3600
const setTrackerClock = (errorSeconds: number) =>
  env.local('tracker', 'PUT', 'clock', { error_seconds: errorSeconds })

beforeEach(async () => {
  await env.deleteEntries()
  await env.sql("update sources set bookmark = null where name = 'harvest'")
})
afterEach(async () => {
  await env.clearFaults()
  await setTrackerClock(0)
})

const allDays = { withheld: [], from: '0000', to: '9999' }
const equal = { differing: [], falseTombstones: [] }
/** Far outside of the window: a run that is not full finds its edits by the bookmark only. */
const oldEntry = '636709355'
const editOld = (hours: number) => env.local('tracker', 'PATCH', `time_entries/${oldEntry}`, { hours })

async function expectRun(args: readonly string[] = []): Promise<void> {
  const { code, report } = await env.run({}, args)
  expect({ code, reason: report.reason, proof: (report.proof as { outcome: string }).outcome }).toEqual({
    code: 0,
    reason: undefined,
    proof: 'equal',
  })
}

describe('the clock of the tracker', () => {
  test.each([-11, 11])(
    'is wrong by %d hours: edits during a run and after it are found by the next one',
    async (hours) => {
      await setTrackerClock(hours * hour)
      await expectRun(['--full'])

      await env.injectFaults({ fault: 'slow', delayMs: 1500, path: '/v2/time_entries', after: 2 })
      const during = env.spawn(['run'])
      await during.waitForOutput('sync started')
      await sleep(800)
      await editOld(3.25)
      expect((await during.ended).code).toBe(0)
      await expectRun()
      expect(await checkBothSides(env, allDays)).toEqual(equal)

      await editOld(2.75)
      await expectRun()
      expect(await checkBothSides(env, allDays)).toEqual(equal)
    },
    60_000,
  )

  test('was ahead, and is corrected before the edit', async () => {
    await setTrackerClock(5 * hour)
    await expectRun(['--full'])
    await setTrackerClock(0)
    await editOld(5.25)
    await expectRun()
    expect(await checkBothSides(env, allDays)).toEqual(equal)
  }, 60_000)
})

test('a run of selected days hides no edit on other days from the next run', async () => {
  await expectRun(['--full'])
  // An edit of an hour ago, after a run of two hours ago.
  await setTrackerClock(-hour)
  await editOld(6.25)
  await setTrackerClock(0)
  const bookmark = { changedSince: new Date(Date.now() - 2 * hour * 1000), fullAt: new Date() }
  await env.sql("update sources set bookmark = $1 where name = 'harvest'", [JSON.stringify(bookmark)])
  await expectRun(['--since', '2026-01-01', '--until', '2026-01-31'])
  await expectRun()
  expect(await checkBothSides(env, allDays)).toEqual(equal)
}, 60_000)

test('a run of files with the ids of the tracker hides no edit from its next run', async () => {
  await expectRun(['--full'])
  const ago = (hours: number) => new Date(Date.now() - hours * hour * 1000)
  const bookmark = { changedSince: ago(72), fullAt: ago(72) }
  await env.sql("update sources set bookmark = $1 where name = 'harvest'", [JSON.stringify(bookmark)])
  await setTrackerClock(-48 * hour)
  await editOld(7.25)
  await setTrackerClock(0)
  const { id, spent_date, hours } = (await env.readTracked()).find((entry) => entry.user.id === 3_100_001)!
  const [person] = await env.sql<{ user_id: string }>(
    'select user_id from timesheets where external_id = $1',
    [String(id)],
  )
  const row = [id, person!.user_id, spent_date, 'Site', hours].join()
  await writeFile(env.file('hours.csv'), `external_id,user_id,date,project,hours\n${row}\n`)
  const files = { CSV_PATH: env.file('hours.csv'), CSV_SOURCE: 'harvest' }
  expect((await env.run(files, ['--source', 'csv'])).code).toBe(0)
  await expectRun()
  expect(await checkBothSides(env, allDays)).toEqual(equal)
}, 60_000)

const shiftedClock = pathToFileURL(`${import.meta.dirname}/shifted-clock.ts`).href
const windowDays = 10

/** Runs a sync on a machine in this time zone, at this moment by its clock. */
function runAt(timeZone: string, instant: string, args: readonly string[] = []) {
  const settings = {
    TZ: timeZone,
    NODE_OPTIONS: `--import=${shiftedClock}`,
    CLOCK_ERROR_MS: String(Date.parse(instant) - Date.now()),
    SYNC_WINDOW_DAYS: String(windowDays),
  }
  return env.run(settings, args)
}

function addDays(day: string, days: number): string {
  return new Date(Date.parse(day) + days * 24 * hour * 1000).toISOString().slice(0, 10)
}

describe('entries at the edge of the window are neither lost nor deleted', () => {
  test.each([
    ['at midnight in UTC−11', 'Pacific/Niue', '2026-05-12T11:00:00Z'],
    ['at midnight in UTC', 'UTC', '2026-05-12T00:00:00Z'],
    ['at midnight in UTC+14', 'Pacific/Kiritimati', '2026-05-12T10:00:00Z'],
    ['when the clocks are put forward', 'Europe/Berlin', '2026-03-29T01:00:00Z'],
    ['at midnight after the day of 23 hours', 'Europe/Berlin', '2026-03-29T22:00:00Z'],
    ['when the clocks are put back', 'Europe/Berlin', '2026-10-25T01:00:00Z'],
    ['at midnight after the day of 25 hours', 'Europe/Berlin', '2026-10-25T23:00:00Z'],
  ])(
    '%s',
    async (_what, timeZone, midnight) => {
      const moment = (seconds: number) => new Date(Date.parse(midnight) + seconds * 1000).toISOString()
      const [before, after] = [moment(-30), moment(30)]
      const edge = addDays(after.slice(0, 10), -windowDays)
      const create = (day: string) =>
        env.local<TrackedEntry>('tracker', 'POST', 'time_entries', { spent_date: day, hours: 1.5 })
      const entries = new Map<number, TrackedEntry>()
      for (let offset = -3; offset <= 3; offset++) entries.set(offset, await create(addDays(edge, offset)))
      const move = (offset: number, to: number) =>
        env.local('tracker', 'PATCH', `time_entries/${entries.get(offset)!.id}`, {
          spent_date: addDays(edge, to),
        })
      const check = async (instant: string, args: readonly string[] = []) => {
        const { code, report } = await runAt(timeZone, instant, args)
        expect({ code, reason: report.reason, proof: report.proof }).toMatchObject({
          code: 0,
          reason: undefined,
          proof: { outcome: 'equal' },
        })
        const from = (report.from as string | undefined) ?? '0000'
        expect(await checkBothSides(env, { withheld: [], from, to: '9999' })).toEqual(equal)
        return report
      }

      // Earlier, so that the next run knows that it was.
      await check(moment(-300), ['--full'])
      const first = addDays(before.slice(0, 10), -windowDays)
      expect(await check(before)).toMatchObject({ from: first, created: 0, updated: 0, deleted: 0 })
      expect(await check(after)).toMatchObject({ from: edge, created: 0, updated: 0, deleted: 0 })
      // Over the edge in both directions, and one entry of the first day of the window is deleted.
      await move(-1, 1)
      await move(1, -3)
      await env.local('tracker', 'DELETE', `time_entries/${entries.get(0)!.id}`)
      expect(await check(after)).toMatchObject({ updated: 2, deleted: 1 })
      const tombstones = [...(await readLatestVersions(env))].filter(([, version]) => version === 'tombstone')
      expect(tombstones.map(([id]) => id)).toEqual([String(entries.get(0)!.id)])
      await check(after, ['--full'])
      for (const { id } of entries.values())
        if (id !== entries.get(0)!.id) await env.local('tracker', 'DELETE', `time_entries/${id}`)
    },
    60_000,
  )
})
