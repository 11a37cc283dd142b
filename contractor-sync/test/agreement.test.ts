import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from '@jest/globals'
import { entries, getProof, useAgreement } from './agreement-fixture.ts'

const { env, deleteInTracker, readTombstones, expectEqualSides } = useAgreement()

test('the report ends with the proof: entries, hours, people, days and the digest', async () => {
  const { stdout, code } = await env.run({}, ['--full', '--format', 'text'])
  const { count } = await env.readTrackerTotals()
  expect(code).toBe(0)
  expect(stdout).toMatch(
    new RegExp(
      `\\nBoth sides agree: ${count} entries, [\\d.,]+ h, \\d+ people, \\d+ days\\n {2}digest [0-9a-f]{32}\\n$`,
    ),
  )
  const repeat = await env.run()
  expect(getProof(repeat.report)).toMatchObject({ outcome: 'equal', entries: count })
  expect(repeat.report).toMatchObject({ created: 0, updated: 0, unchanged: count })
})

test('what is deleted in the tracker is deleted here, and what is approved is held', async () => {
  await env.run()
  const [approved, ...ids] = await deleteInTracker(3)
  await env.sql("update timesheets set approved_at = now(), approved_by = 'maya' where external_id = $1", [
    approved,
  ])
  const { code, report } = await env.run()
  expect({ code, ...report }).toMatchObject({ code: 0, deleted: 2, held: 1, withheld: 0 })
  expect(getProof(report).outcome).toBe('equal')
  expect((await readTombstones()).sort()).toEqual([approved, ...ids].sort())
  const [row] = await env.sql('select deleted_at from timesheets where external_id = $1', [approved])
  expect(row).toEqual({ deleted_at: null })
  await expectEqualSides()
}, 60_000)

test('other seconds under the same digest are no agreement, also in a run that does not compute digests again', async () => {
  await env.run()
  const recent = new Date(Date.now() - 30 * 86_400_000).toISOString().slice(0, 10)
  const tracked = await env.readTracked()
  const { id } = tracked.find((entry) => entry.spent_date > recent && entry.hours > 0 && !entry.is_running)!
  const add = (seconds: number) =>
    env.sql('update timesheets set seconds = seconds + $2::int where external_id = $1', [String(id), seconds])
  await add(60)
  const { code, report } = await env.run({}, [])
  await add(-60)
  expect(code).toBe(1)
  expect(getProof(report)).toMatchObject({ outcome: 'differs', days: [expect.anything()] })
  expect((await env.run({}, [])).code).toBe(0)
}, 60_000)

test('what is missing on the day before or after the run is neither deleted nor named as different', async () => {
  const create = (spent_date: string) =>
    env.local<{ id: number }>('tracker', 'POST', 'time_entries', { spent_date, hours: 1 })
  const edited = await create('2021-05-21')
  const gone = await create('2021-05-21')
  const inside = await create('2021-05-11')
  await env.run()
  await env.local('tracker', 'DELETE', `time_entries/${gone.id}`)
  // The edit between two pages makes the run read the day after its last one again.
  await env.injectFaults({ fault: 'slow', delayMs: 1500, path: entries, after: 1 })
  const sync = env.spawn(['run', '--since', '2021-05-10', '--until', '2021-05-20'], {
    HARVEST_PAGE_SIZE: '1',
  })
  await sync.waitForOutput('sync started')
  await sleep(700)
  await env.local('tracker', 'PATCH', `time_entries/${edited.id}`, { hours: 1.5 })
  const { code, report } = await sync.ended
  expect({ code, ...report }).toMatchObject({ code: 0, updated: 1, deleted: 0 })
  expect((await env.run()).report).toMatchObject({ deleted: 1, exitCode: 0 })
  for (const { id } of [edited, inside]) await env.local('tracker', 'DELETE', `time_entries/${id}`)
}, 60_000)

test('another account is refused with 2, and nothing is synced over the first one', async () => {
  await env.run()
  const before = await env.readStoredTotals()
  const { code, report } = await env.run({ HARVEST_ACCOUNT_ID: '1000002' })
  expect(code).toBe(2)
  expect(report.reason).toMatch(/account is not the one that was synced before/)
  expect(await env.readStoredTotals()).toEqual(before)
}, 60_000)

test('a source that is bound to a wrong account is bound to the right one by hand', async () => {
  await env.run()
  await env.sql("update sources set account = '1000002' where name = 'harvest'")
  expect((await env.run()).code).toBe(2)
  // docs/operations.md has this statement.
  await env.sql("update sources set account = '1000001' where name = 'harvest'")
  expect((await env.run()).code).toBe(0)
  await expectEqualSides()
}, 60_000)

test('report lists the last runs, and what the newest of them could not place', async () => {
  await env.run()
  await env.local('tracker', 'PATCH', 'time_entries/636709355', { hours: 30 })
  await env.run()
  await env.local('tracker', 'PATCH', 'time_entries/636709355', { hours: 3 })
  const { code, stdout } = await env.spawn(['report', '--format', 'text', '--show', '2']).ended
  expect(code).toBe(0)
  const [heading, last, lastCounts, first, firstCounts] = stdout.split('\n')
  expect(heading).toMatch(/^ run {2}started \(UTC\) {5}days {22}status {5}result$/)
  expect(last).toMatch(/^ *\d+ {2}[\d-]+ [\d:]+ {2}all days {18}succeeded {2}both sides agree$/)
  expect(lastCounts).toMatch(/^ {6}read \d+, rejected 1$/)
  expect(first).toMatch(/ {2}all days {18}succeeded {2}/)
  expect(firstCounts).toMatch(/^ {6}read \d+, created \d+/)
  expect(stdout).toMatch(
    /Rejected or withheld in run \d+ \(1 in all\):\n {2}636709355 {2}hours must be at most 24/,
  )
}, 60_000)

test('unknown fields of the tracker are named once per run', async () => {
  await env.injectFaults({ fault: 'extra-field', field: 'mood', path: entries, times: 100 })
  const { report, code } = await env.run()
  expect(code).toBe(0)
  expect(report.unknownFields).toEqual({ mood: expect.any(Number) })
  const text = await env.run({}, ['--full', '--format', 'text'])
  expect(text.stdout.match(/Unknown fields of the tracker, which were ignored: mood/g)).toHaveLength(1)
}, 60_000)

test.each(['', 'x'.repeat(300), 'half \ud83d', 'U+0000: \0', '__proto__'])(
  'an unknown field costs no run, whatever its name: %j',
  async (field) => {
    await env.injectFaults({ fault: 'extra-field', field, path: entries, times: 100 })
    const { code, report } = await env.run()
    expect({ code, reason: report.reason }).toEqual({ code: 0, reason: undefined })
  },
  60_000,
)
