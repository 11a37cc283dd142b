import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { checkBothSides } from './both-sides.ts'
import { testEnvironment } from './test-environment.ts'

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
