import { writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { checkBothSides, readLatestVersions } from './both-sides.ts'
import { testEnvironment } from './test-environment.ts'

const leaseMs = 2000
const env = testEnvironment({ SYNC_RUN_LEASE_MS: String(leaseMs) })
beforeEach(() => env.deleteEntries())
afterEach(async () => {
  await env.clearFaults()
  await env.local('tracker', 'PUT', 'token', {})
  await env.local('tracker', 'PUT', 'lag', { seconds: 0 })
})

const entries = '/v2/time_entries'
const allDays = { from: '0000', to: '9999' }

interface Proof {
  readonly outcome: string
  readonly reason?: string
  readonly entries?: number
  readonly digest?: string
  readonly days?: unknown
}

const getProof = (report: Record<string, unknown>) => report.proof as Proof

async function deleteInTracker(count: number, userId?: number): Promise<string[]> {
  const tracked = await env.readTracked()
  const chosen = tracked.filter(
    ({ hours, is_running: isRunning, user }) => hours > 0 && !isRunning && (userId ?? user.id) === user.id,
  )
  const ids = chosen.slice(0, count).map(({ id }) => String(id))
  for (const id of ids) await env.local('tracker', 'DELETE', `time_entries/${id}`)
  return ids
}

async function readTombstones(): Promise<string[]> {
  return [...(await readLatestVersions(env))]
    .filter(([, version]) => version === 'tombstone')
    .map(([id]) => id)
}

async function expectEqualSides(): Promise<void> {
  expect(await checkBothSides(env, { withheld: [], ...allDays })).toEqual({
    differing: [],
    falseTombstones: [],
  })
}

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

describe('deletions above a cap', () => {
  test('are withheld and listed, and --allow-deletes makes exactly those', async () => {
    await env.run()
    const [{ id: person }] = (await env.local<[{ id: number }]>('tracker', 'GET', 'users')) as [
      { id: number },
    ]
    const ids = await deleteInTracker(12, person)
    const withheld = await env.run({}, ['--full', '--format', 'text'])
    expect(withheld.code).toBe(3)
    expect(withheld.stdout).toMatch(/Withheld: 12 entries that the tracker no longer lists were not deleted:/)
    const [, run] = /contractor-sync run --allow-deletes=(\d+)\n/.exec(withheld.stdout)!
    expect(await readTombstones()).toEqual([])

    const [other] = await deleteInTracker(1)
    const allowed = await env.run({}, [`--allow-deletes=${run}`])
    expect(allowed.report).toMatchObject({ deleted: 13, withheld: 0, exitCode: 0 })
    expect((await readTombstones()).sort()).toEqual([...ids, other!].sort())
    await expectEqualSides()
  }, 60_000)

  test('the tracker has nothing left: nothing is deleted', async () => {
    await env.run()
    await env.injectFaults({ fault: 'no-rows', path: entries, times: 1000 })
    const { code, report } = await env.run()
    expect(code).toBe(3)
    expect(getProof(report).outcome).toBe('not-provable')
    expect(report.withheld).toBeGreaterThan(50)
    expect(await readTombstones()).toEqual([])
  }, 60_000)
})

describe('a tracker that shows less than it has deletes nothing, and the run says not-provable', () => {
  const always = { path: entries, times: 1000 }
  test.each<[string, () => Promise<unknown>]>([
    ['a page is missing', () => env.injectFaults({ fault: 'page-missing', ...always })],
    ['pages are short', () => env.injectFaults({ fault: 'page-short', ...always })],
    ['one person only', () => env.injectFaults({ fault: 'one-person', ...always })],
    [
      'the total lies',
      () => env.injectFaults({ fault: 'changed-type', field: 'total_entries', value: 9999, ...always }),
    ],
    ['an empty list', () => env.injectFaults({ fault: 'no-rows', ...always })],
    [
      'the token loses its rights between two pages',
      () => env.local('tracker', 'PUT', 'token', { role: 'manager', user_id: 3_100_001, after: 4 }),
    ],
    ...['401', '403', '404', '500'].map((fault): [string, () => Promise<unknown>] => [
      `${fault} on the second page`,
      () => env.injectFaults({ fault, ...always, after: 1 }),
    ]),
  ])(
    '%s',
    async (_what, hinder) => {
      await env.run()
      await hinder()
      const { code, report } = await env.run({ RETRY_DEADLINE_SECONDS: '1' })
      expect(code).not.toBe(0)
      expect(getProof(report).outcome).toBe('not-provable')
      expect(await readTombstones()).toEqual([])
    },
    60_000,
  )

  test('lookups that find nothing at all', async () => {
    await env.run()
    await env.injectFaults({ fault: '404', path: `${entries}/*`, times: 1000 })
    await deleteInTracker(1)
    const { code, lines } = await env.run()
    expect(code).toBe(3)
    expect(lines).toContainEqual(
      expect.objectContaining({ msg: 'deletion withheld', reason: 'unproven-lookup' }),
    )
    expect(await readTombstones()).toEqual([])
  }, 60_000)

  test('an entry that a file brought under an id that is none of the tracker', async () => {
    await env.run()
    const [{ user_id: person }] = (await env.sql('select user_id from timesheets limit 1')) as [
      { user_id: string },
    ]
    const day = new Date(Date.now() - 3 * 86_400_000).toISOString().slice(0, 10)
    await writeFile(
      env.file('own.csv'),
      `external_id,user_id,date,project,hours\nx1,${person},${day},Site,1\n`,
    )
    const files = { CSV_PATH: env.file('own.csv'), CSV_SOURCE: 'harvest' }
    expect((await env.run(files, ['--source', 'csv'])).report).toMatchObject({ created: 1, exitCode: 0 })
    const { code, lines, report } = await env.run({}, [])
    expect(code).toBe(3)
    expect(lines).toContainEqual(
      expect.objectContaining({ msg: 'deletion withheld', externalId: 'x1', reason: 'foreign-id' }),
    )
    expect(await readTombstones()).toEqual([])
    expect((await env.run({}, [`--allow-deletes=${report.runId}`])).report).toMatchObject({
      deleted: 1,
      exitCode: 0,
    })
  }, 60_000)

  test('a person who was removed from the tracker keeps all entries', async () => {
    await env.run()
    await env.local('tracker', 'PATCH', 'users/3100008', { is_deleted: true })
    const { code, lines } = await env.run()
    await env.local('tracker', 'PATCH', 'users/3100008', { is_deleted: false })
    expect(code).toBe(3)
    expect(lines).toContainEqual(
      expect.objectContaining({ msg: 'deletion withheld', reason: 'removed-person' }),
    )
    expect(await readTombstones()).toEqual([])
  }, 60_000)
})

describe('a person who was renamed', () => {
  const id = 3_100_001
  const other = 3_100_008
  const rename = (email: string) => env.local('tracker', 'PATCH', `users/${id}`, { email })
  const findEmail = async (userId: number) => {
    const users = await env.local<{ id: number; email: string }[]>('tracker', 'GET', 'users')
    return users.find((user) => user.id === userId)!.email
  }
  let email = ''
  beforeEach(async () => {
    email = await findEmail(id)
    await env.sql("update sources set bookmark = null where name = 'harvest'")
    await env.run()
  })
  afterEach(async () => {
    await env.local('tracker', 'PATCH', `users/${id}`, { email, is_deleted: false })
  })

  test('is still there: what was deleted in the tracker before the next run is deleted here', async () => {
    const ids = await deleteInTracker(2, id)
    await rename('renamed@contractors.example')
    const { code, report } = await env.run()
    expect({ code, ...report }).toMatchObject({ code: 0, deleted: 2, withheld: 0 })
    expect(getProof(report).outcome).toBe('equal')
    expect((await readTombstones()).sort()).toEqual(ids.sort())
    await expectEqualSides()
  }, 60_000)

  test('and removed then: nothing of that person is deleted under any of the names', async () => {
    await rename('renamed@contractors.example')
    await env.local('tracker', 'PATCH', `users/${id}`, { is_deleted: true })
    const { code, lines } = await env.run()
    expect(code).toBe(3)
    expect(lines).toContainEqual(
      expect.objectContaining({ msg: 'deletion withheld', reason: 'removed-person' }),
    )
    expect(await readTombstones()).toEqual([])
  }, 60_000)

  test('and another person had that address since, and was removed: the entries may belong to either', async () => {
    const otherEmail = await findEmail(other)
    await rename('renamed@contractors.example')
    await env.local('tracker', 'PATCH', `users/${other}`, { email })
    await env.run()
    await env.local('tracker', 'PATCH', `users/${other}`, { is_deleted: true })
    const { code, lines } = await env.run()
    await env.local('tracker', 'PATCH', `users/${other}`, { email: otherEmail, is_deleted: false })
    expect(code).toBe(3)
    const withheld = lines.filter(({ msg }) => msg === 'deletion withheld')
    expect(new Set(withheld.map(({ reason }) => reason))).toEqual(new Set(['removed-person']))
    expect(await readTombstones()).toEqual([])
  }, 60_000)

  test('and removed at once, while another person takes over the address: nothing is deleted', async () => {
    // Kim has one entry, so no cap withholds it.
    const kim = 1_782_959
    const [kimEmail, otherEmail] = [await findEmail(kim), await findEmail(other)]
    await env.local('tracker', 'PATCH', `users/${kim}`, { is_deleted: true })
    await env.local('tracker', 'PATCH', `users/${other}`, { email: kimEmail })
    const { code, lines } = await env.run()
    await env.local('tracker', 'PATCH', `users/${other}`, { email: otherEmail })
    await env.local('tracker', 'PATCH', `users/${kim}`, { is_deleted: false })
    expect(code).toBe(3)
    const withheld = lines.filter(({ msg }) => msg === 'deletion withheld')
    expect(withheld).toEqual([expect.objectContaining({ externalId: '636709355', reason: 'removed-person' })])
    expect(await readTombstones()).toEqual([])
  }, 60_000)
})

test.each(['email', 'tracker-id'])(
  'a list of people that lacks one moves no hours to another name, and the run says not-provable (UNKNOWN_PERSON=%s)',
  async (UNKNOWN_PERSON) => {
    await env.run({ UNKNOWN_PERSON })
    const before = await env.sql('select id, user_id, version from timesheets order by id')
    await env.injectFaults({ fault: 'page-short', path: '/v2/users', times: 1000 })
    const { code, report } = await env.run({ UNKNOWN_PERSON })
    expect({ code, ...report }).toMatchObject({ code: 3, rejected: 1 })
    expect(getProof(report)).toMatchObject({
      outcome: 'not-provable',
      reason: expect.stringMatching(/list of people is not complete/),
    })
    expect(await env.sql('select id, user_id, version from timesheets order by id')).toEqual(before)
    await env.clearFaults()
    expect((await env.run({ UNKNOWN_PERSON })).code).toBe(0)
  },
  60_000,
)

test('a directory that gives a person another user_id moves the entries of all days, with the next run', async () => {
  const { report: first } = await env.run()
  expect(first).not.toHaveProperty('from')
  expect((await env.run({}, [])).report).toHaveProperty('from')
  const [old] = (await env.readTracked()).filter(({ id }) => id === 636709355)
  const own = (await env.readTracked()).filter(({ user }) => user.id === old!.user.id)
  expect(old!.spent_date < '2026-01-01').toBe(true)
  try {
    await env.sql("insert into people (user_id, updated_at) values ('emp-1', now())")
    await env.sql("insert into person_names (kind, name, user_id) values ('harvest', $1, 'emp-1')", [
      String(old!.user.id),
    ])
    const { code, report } = await env.run({}, [])
    expect({ code, updated: report.updated }).toEqual({
      code: 0,
      updated: own.filter(({ hours, is_running: isRunning }) => hours > 0 && !isRunning).length,
    })
    await expectEqualSides()
    expect((await env.run({}, [])).report).toMatchObject({ from: expect.any(String), updated: 0 })
  } finally {
    await env.sql("delete from person_names where user_id = 'emp-1'")
    await env.sql("delete from people where user_id = 'emp-1'")
  }
}, 60_000)

describe('a token that does not see everybody', () => {
  const narrow = (after: number) =>
    env.local('tracker', 'PUT', 'token', { role: 'manager', user_id: 3_100_001, after })

  test.each([
    ['from the start', 0],
    ['since the second page', 4],
  ])(
    '%s: a first run, which misses entries that are not stored yet, does not say that both sides agree',
    async (_when, after) => {
      await narrow(after)
      const { code, report } = await env.run()
      expect(code).toBe(3)
      expect(getProof(report)).toMatchObject({
        outcome: 'not-provable',
        reason: expect.stringMatching(/only an administrator sees all hours/),
      })
      await env.local('tracker', 'PUT', 'token', {})
      expect((await env.run({}, ['--full'])).code).toBe(0)
      await expectEqualSides()
    },
    60_000,
  )

  test('leaves the bookmark: what others edited meanwhile is found by the next run', async () => {
    await env.run()
    const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000)
    const bookmark = JSON.stringify({ changedSince: hoursAgo(2), fullAt: hoursAgo(2) })
    await env.sql("update sources set bookmark = $1 where name = 'harvest'", [bookmark])
    await env.local('tracker', 'PUT', 'clock', { error_seconds: -3600 })
    await env.local('tracker', 'PATCH', 'time_entries/636709355', { hours: 3.75 })
    await env.local('tracker', 'PUT', 'clock', { error_seconds: 0 })
    await narrow(0)
    expect((await env.run({}, [])).code).toBe(3)
    await env.local('tracker', 'PUT', 'token', {})
    expect((await env.run({}, [])).report).toMatchObject({ updated: 1, exitCode: 0 })
    await expectEqualSides()
    await env.local('tracker', 'PATCH', 'time_entries/636709355', { hours: 2.11 })
  }, 60_000)
})

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

describe('two runs of one source', () => {
  test('the second one ends with 75, and says why', async () => {
    await env.injectFaults({ fault: 'slow', delayMs: 3000, path: entries })
    const first = env.spawn(['run', '--full'])
    await first.waitForOutput('sync started')
    await sleep(500)
    const second = await env.run()
    expect(second.code).toBe(75)
    expect(second.report.reason).toMatch(/run/)
    expect((await first.ended).code).toBe(0)
    await expectEqualSides()
  }, 60_000)

  test('one that is paused past its lease writes nothing more', async () => {
    await env.injectFaults({ fault: 'slow', delayMs: 2000, path: entries, after: 1 })
    const paused = env.spawn(['run', '--full'])
    await paused.waitForOutput('sync started')
    await sleep(1000)
    paused.kill('SIGSTOP')
    await sleep(2 * leaseMs)
    await env.clearFaults()
    const next = await env.run()
    expect(next.code).toBe(0)
    const before = await env.sql('select id, version from timesheets order by id')
    await env.local('tracker', 'PATCH', 'time_entries/636709355', { hours: 4 })
    paused.kill('SIGCONT')
    const ended = await paused.ended
    expect(ended.code).toBe(75)
    expect(await env.sql('select id, version from timesheets order by id')).toEqual(before)
    await env.run()
    await expectEqualSides()
  }, 60_000)
})
