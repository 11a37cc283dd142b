import { describe, expect, test } from '@jest/globals'
import { entries, getProof, useAgreement } from './agreement-fixture.ts'

const { env, deleteInTracker, readTombstones, expectEqualSides } = useAgreement()

describe('verify', () => {
  test('says that both sides agree, or where they differ, and writes nothing', async () => {
    await env.run()
    const equal = await env.spawn(['verify', '--full', '--format', 'text']).ended
    expect(equal.code).toBe(0)
    expect(equal.stdout).toMatch(/verify: nothing was written.*Both sides agree: \d+ entries/s)

    await env.sql("update timesheets set seconds = seconds + 60 where external_id = '636709355'")
    await deleteInTracker(1)
    const before = await env.sql('select id, version from timesheets order by id')
    const differs = await env.spawn(['verify', '--full', '--format', 'text']).ended
    expect(differs.code).toBe(1)
    expect(differs.stdout).toMatch(/Both sides differ, on 2 days of a person:/)
    expect(differs.stdout).toMatch(
      /2017-03-02 {2}kim@example\.com {2}tracker 1 entry, 2\.11 h; Timesheets 1 entry, 2\.1267 h/,
    )
    expect(await env.sql('select id, version from timesheets order by id')).toEqual(before)

    expect(differs.stderr).toMatch(/a sync of all days \(--full\) repairs that/)

    const repaired = await env.run()
    expect(repaired.report).toMatchObject({ updated: 1, deleted: 1, exitCode: 0 })
    await expectEqualSides()
  }, 60_000)

  test.each<[string, () => Promise<unknown>]>([
    ['an empty list', () => env.injectFaults({ fault: 'no-rows', path: entries, times: 1000 })],
    [
      'a list of one person only',
      () => env.injectFaults({ fault: 'one-person', path: entries, times: 1000 }),
    ],
    ['a removed person', () => env.local('tracker', 'PATCH', 'users/3100008', { is_deleted: true })],
    [
      'an entry that moved out of the days, and that the API rejects',
      async () => {
        const moved = { spent_date: '2016-01-01', updated_at: '2016-01-01T00:00:00Z' }
        await env.local('tracker', 'PATCH', 'time_entries/636709355', { hours: 30, ...moved })
        return ['--since', '2017-03-01', '--until', '2017-03-31']
      },
    ],
    [
      'an entry that the API rejects',
      () => env.local('tracker', 'PATCH', 'time_entries/636709355', { hours: 30 }),
    ],
  ])(
    'says of %s what a sync says',
    async (_what, change) => {
      await env.run()
      const { hours } = (await env.readTracked()).find(({ id }) => id === 636_709_355)!
      const results = []
      for (const command of ['verify', 'run']) {
        const days = await change()
        const args = Array.isArray(days) && typeof days[0] === 'string' ? days : ['--full']
        const { code, report } = await env.spawn([command, ...args]).ended
        const { outcome, reason } = getProof(report)
        results.push({ code, outcome, reason, withheld: report.withheld, rejected: report.rejected })
        await env.clearFaults()
      }
      await env.local('tracker', 'PATCH', 'users/3100008', { is_deleted: false })
      const before = { hours, spent_date: '2017-03-02' }
      await env.local('tracker', 'PATCH', 'time_entries/636709355', before)
      expect(results[0]).toEqual(results[1])
      expect(results[0]!.code).toBe(3)
    },
    60_000,
  )

  test('a dry run counts each entry once, as the sync after it: without hours, or moved out of the days', async () => {
    await env.run()
    const recent = new Date(Date.now() - 30 * 86_400_000).toISOString().slice(0, 10)
    const tracked = await env.readTracked()
    const person = 3_100_001
    const [first, ...others] = tracked.filter(
      (entry) =>
        entry.user.id === person && entry.spent_date > recent && entry.hours > 0 && !entry.is_running,
    )
    const moved = others.slice(0, 8)
    await env.local('tracker', 'PATCH', `time_entries/${first!.id}`, { hours: 0 })
    for (const { id } of moved)
      await env.local('tracker', 'PATCH', `time_entries/${id}`, { spent_date: '2020-05-05' })
    const reports = []
    for (const args of [['--dry-run'], []]) {
      const { created, updated, deleted, held, withheld, exitCode } = (await env.run({}, args)).report
      reports.push({ created, updated, deleted, held, withheld, exitCode })
    }
    await env.local('tracker', 'PATCH', `time_entries/${first!.id}`, { hours: first!.hours })
    for (const { id, spent_date } of moved)
      await env.local('tracker', 'PATCH', `time_entries/${id}`, { spent_date })
    expect(reports[0]).toEqual(reports[1])
    expect(reports[0]).toEqual({ created: 0, updated: 8, deleted: 1, held: 0, withheld: 0, exitCode: 0 })
  }, 60_000)

  test('a dry run prints the plan, deletions included, and writes nothing', async () => {
    await env.run()
    const [gone] = await deleteInTracker(1)
    await env.local('tracker', 'PATCH', 'time_entries/636709355', { hours: 3.25 })
    await env.local('tracker', 'POST', 'time_entries', { spent_date: '2026-05-10', hours: 1 })
    const before = await env.sql('select id, version from timesheets order by id')
    const { code, report } = await env.run({}, ['--full', '--dry-run'])
    expect(code).toBe(0)
    expect(report).toMatchObject({ created: 1, updated: 1, deleted: 1, held: 0, withheld: 0, mode: 'plan' })
    expect(await env.sql('select id, version from timesheets order by id')).toEqual(before)
    expect(await readTombstones()).not.toContain(gone)
    expect((await env.run()).report).toMatchObject({ created: 1, updated: 1, deleted: 1, exitCode: 0 })
  }, 60_000)
})
