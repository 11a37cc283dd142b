import { mkdir, writeFile } from 'node:fs/promises'
import { beforeEach, describe, expect, test } from '@jest/globals'
import { testEnvironment } from './test-environment.ts'

const env = testEnvironment({ SOURCE_OWNERS: 'taken=another-client' })
beforeEach(() => env.deleteEntries())

test('the first run creates, a repeat changes nothing, and the next one brings edits and new entries', async () => {
  const { count } = await env.readTrackerTotals()
  const first = await env.run()
  expect(first.code).toBe(0)
  expect(first.report).toMatchObject({ created: count, updated: 0, unchanged: 0, rejected: 0 })
  const { read, skipped, hours } = first.report as Record<string, number>
  expect(read).toBe(count + skipped!)
  const tracked = await env.readTrackerTotals()
  expect(hours).toBeCloseTo(tracked.seconds / 3600, 3)
  expect(await env.readStoredTotals()).toEqual(tracked)

  expect((await env.run()).report).toMatchObject({ created: 0, updated: 0, unchanged: count })

  await env.local('tracker', 'PATCH', 'time_entries/636709355', { hours: 3.5, notes: 'now with a note' })
  await env.local('tracker', 'POST', 'time_entries', { spent_date: '2026-05-10', hours: 1 })
  expect((await env.run()).report).toMatchObject({ created: 1, updated: 1, unchanged: count - 1 })
  expect(await env.readStoredTotals()).toEqual(await env.readTrackerTotals())
}, 60_000)

test('an entry set to 0 hours in the tracker is deleted, and comes back with its hours', async () => {
  await env.run()
  const { count } = await env.readTrackerTotals()
  const edit = (hours: number) => env.local('tracker', 'PATCH', 'time_entries/636709355', { hours })
  const { hours } = await harvest<{ hours: number }>('/v2/time_entries/636709355')
  await edit(0)
  const [first, repeat] = [await env.run(), await env.run()]
  expect(first.report).toMatchObject({ deleted: 1, updated: 0, unchanged: count - 1, exitCode: 0 })
  expect(repeat.report).toMatchObject({ deleted: 0, unchanged: count - 1, exitCode: 0 })
  expect(Number(first.report.skippedEmpty)).toBe(Number(repeat.report.skippedEmpty) - 1)
  for (const { report } of [first, repeat]) {
    const { read, deleted, unchanged, skipped } = report as Record<string, number>
    expect(read).toBe(deleted! + unchanged! + skipped!)
  }
  expect(await env.readStoredTotals()).toEqual(await env.readTrackerTotals())

  await edit(hours)
  expect((await env.run()).report).toMatchObject({ updated: 1, unchanged: count - 1 })
  expect(await env.readStoredTotals()).toEqual(await env.readTrackerTotals())
}, 60_000)

test('a correction that people do not see is counted as held, pending or discarded, with its hours', async () => {
  await writeFile(env.file('hours.csv'), hoursFile(['a', 5], ['b', 1]))
  const sync = async (...args: string[]) =>
    await env.run({ CSV_PATH: env.file('hours.csv') }, ['--full', '--source', 'csv', ...args])
  await sync()
  await env.sql("update timesheets set approved_at = now(), approved_by = 'maya' where external_id = 'a'")
  await writeFile(env.file('hours.csv'), hoursFile(['a', 7.5], ['b', 1]))
  expect((await sync()).report).toMatchObject({ held: 1, unchanged: 1, pending: 0, hours: 1, hoursHeld: 7.5 })

  const pending = await sync()
  expect(pending.report).toMatchObject({ held: 0, unchanged: 1, pending: 1, hours: 1, hoursPending: 7.5 })
  expect((await sync('--format', 'text')).stdout).toMatch(
    / pending +1 {2}\(7\.50 h in the tracker; held earlier, an approver decides\)\n/,
  )

  await env.sql("update timesheets set correction_state = 'discarded' where external_id = 'a'")
  const discarded = await sync()
  expect(discarded.report).toMatchObject({ unchanged: 1, pending: 0, discarded: 1, hoursDiscarded: 7.5 })
}, 60_000)

test('--show names day, project and hours, and shows what changed before what was created', async () => {
  const file = env.file('show.csv')
  const sync = async (...args: string[]) =>
    await env.run({ CSV_PATH: file }, ['--full', '--source', 'csv', ...args])
  await writeFile(file, hoursFile(['edited', 5], ['approved', 2]))
  await sync()
  await env.sql(
    "update timesheets set approved_at = now(), approved_by = 'maya' where external_id = 'approved'",
  )
  await writeFile(file, hoursFile(['new', 1], ['too-many', 30], ['approved', 3], ['edited', 5.25]))
  const { stdout, code } = await sync('--show', '9', '--format', 'text')
  expect(code).toBe(3)
  const entry = (hours: string) => `: 2026-05-10, StoreZero, ${hours} h`
  expect(stdout.split('\n\n')[0]!.split('\n')).toEqual([
    expect.stringMatching(`^Updated timesheet \\d+ for employee 007${entry('5.25')}$`),
    expect.stringMatching(`^Held a correction to approved timesheet \\d+ for employee 007${entry('3')}$`),
    `Rejected entry too-many of 007 (invalid-entry: hours must be at most 24)${entry('30')}`,
    expect.stringMatching(`^Created timesheet \\d+ for employee 007${entry('1')}$`),
  ])

  await writeFile(file, hoursFile(['newer', 1]))
  expect((await sync('--show', '9')).lines).toContainEqual(
    expect.objectContaining({
      msg: expect.stringMatching(/^Created timesheet \d+ for employee 007$/),
      day: '2026-05-10',
      project: 'StoreZero',
      hours: 1,
    }),
  )
}, 60_000)

test('the window selects the days', async () => {
  const ended = await env.run({}, ['--since', '2017-03-01', '--until', '2017-03-31'])
  expect(ended.report).toMatchObject({ from: '2017-03-01', to: '2017-03-31', read: 1, created: 1 })
  const { count } = await env.readTrackerTotals()
  const first = await env.run({ SYNC_FULL_EVERY_DAYS: '1' }, [])
  expect(first.report).toMatchObject({ unchanged: 1, created: count - 1 })
  const usual = await env.run({ SYNC_WINDOW_DAYS: '5' }, [])
  expect(usual.report).toMatchObject({ from: expect.any(String), created: 0 })
  expect(usual.report.read).toBeLessThan(count)
}, 60_000)

test('a dry run reports what would change, and writes nothing', async () => {
  const since = ['--since', '2017-03-01', '--until', '2017-03-31']
  const dry = await env.run({}, [...since, '--dry-run', '--format', 'text'])
  expect(dry.stdout).toContain('Would create a timesheet for employee kim@example.com')
  expect(dry.stdout).toContain('dry run: nothing was written')
  expect(dry.stdout).toMatch(/created +1\n/)
  expect(dry.code).toBe(0)
  expect((await env.readStoredTotals()).count).toBe(0)
})

test('--show prints the first messages of the API, and how many there are more', async () => {
  const { stdout } = await env.run({}, [
    '--since',
    '2017-03-01',
    '--until',
    '2017-03-31',
    '--show',
    '1',
    '--format',
    'text',
  ])
  expect(stdout).toMatch(
    /^Created timesheet \d+ for employee kim@example\.com: 2017-03-02, .+, [\d.]+ h\n\nharvest,/,
  )

  const all = await env.run({}, ['--full', '--show', '2', '--format', 'text'])
  const { count } = await env.readStoredTotals()
  // The entry of the run before is unchanged, and is not sent again.
  expect(all.stdout).toMatch(new RegExp(`^(.+ timesheet .+\\n){2}and ${count - 3} more\\n\\nharvest,`))
})

test('the report is written at every log level', async () => {
  const { lines } = await env.run({ LOG_LEVEL: 'silent' }, ['--since', '2017-03-01', '--until', '2017-03-31'])
  expect(lines).toEqual([expect.objectContaining({ msg: 'sync finished', read: 1, exitCode: 0 })])
})

test('an export with the ids of Harvest leaves the entries unchanged', async () => {
  await env.run()
  const before = await env.sql('select id, version from timesheets order by id')
  const { time_entries: pageOne, links } = await harvest<Page>('/v2/time_entries?per_page=2000')
  const rest = links.next === null ? [] : (await harvest<Page>(links.next)).time_entries
  const { users } = await harvest<{ users: { id: number; email: string }[] }>('/v2/users')
  const email = new Map(users.map((user) => [user.id, user.email]))
  const quoted = (text: string | null) => `"${(text ?? '').replaceAll('"', '""')}"`
  const lines = [...pageOne, ...rest]
    .filter(({ is_running }) => !is_running)
    .map(({ id, spent_date, user, project, hours, notes }) =>
      [id, spent_date, email.get(user.id), quoted(project.name), hours, quoted(notes)].join(','),
    )
  await writeFile(env.file('export.csv'), `ID,Date,Person,Project,Hours,Notes\n${lines.join('\n')}\n`)
  const ended = await env.run(
    {
      CSV_PATH: env.file('export.csv'),
      CSV_COLUMNS: 'external_id=ID,date=Date,email=Person,project=Project,hours=Hours,notes=Notes',
      CSV_SOURCE: 'harvest',
    },
    ['--full', '--source', 'csv'],
  )
  expect(ended.code).toBe(0)
  expect(ended.report).toMatchObject({ created: 0, updated: 0, unchanged: before.length, rejected: 0 })
  expect(await env.sql('select id, version from timesheets order by id')).toEqual(before)
}, 60_000)

test('rejected entries are listed with id and reason, and the run ends with 3', async () => {
  await writeFile(
    env.file('odd.csv'),
    [
      'external_id,user_id,date,project,hours,notes',
      'good,007,2026-05-10,StoreZero,5,',
      'too-many,007,2026-05-10,StoreZero,30,',
      `too-long,007,2026-05-10,StoreZero,5,${'x'.repeat(2001)}`,
      'no-number,007,2026-05-10,StoreZero,five,',
    ].join('\n'),
  )
  const settings = { CSV_PATH: env.file('odd.csv') }
  const ended = await env.run(settings, ['--full', '--source', 'csv'])
  expect(ended.code).toBe(3)
  expect(ended.report).toMatchObject({ read: 4, created: 2, rejected: 2, exitCode: 3 })
  // Notes never cost hours.
  expect(ended.report).toMatchObject({ notesShortened: 1, notesRepaired: 0, firstChangedNotes: ['too-long'] })
  const rejected = ended.lines.filter(({ msg }) => msg === 'entry rejected')
  expect(rejected.map(({ externalId, problem }) => [externalId, problem])).toEqual(
    expect.arrayContaining([
      ['too-many', 'invalid-entry'],
      ['no-number', 'unreadable-entry'],
    ]),
  )
  expect((await env.readStoredTotals('csv')).ids).toEqual(['good', 'too-long'])
  const entry = { person: '007', day: '2026-05-10', project: 'StoreZero' }
  expect(rejected).toContainEqual(
    expect.objectContaining({ externalId: 'too-many', ...entry, hours: 30, position: 'odd.csv, line 3' }),
  )
  expect(rejected).toContainEqual(
    expect.objectContaining({ externalId: 'no-number', ...entry, hours: 'five' }),
  )

  const shown = await env.run(settings, ['--full', '--source', 'csv', '--format', 'text'])
  expect(shown.stdout).toMatch(
    / {2}too-many +invalid-entry: hours must be at most 24\n +odd\.csv, line 3, 007, 2026-05-10, StoreZero, 30 h\n/,
  )

  const notOurs = await env.run({ ...settings, CSV_SOURCE: 'taken' }, ['--full', '--source', 'csv'])
  expect(notOurs.code).toBe(2)
  expect(notOurs.report.reason).toContain('The API denies access to this source')
}, 60_000)

test('rejected rows with long texts of any script end the run with 3, and are kept', async () => {
  const long = '時'.repeat(900)
  const rows = [
    [long, long, '2026-05-10', long, '1'],
    ['good', 'ann@example.com', '2026-05-10', 'Site', '1'],
  ]
  await writeFile(
    env.file('long.csv'),
    ['external_id,email,date,project,hours', ...rows.map(String)].join('\n'),
  )
  const settings = { CSV_PATH: env.file('long.csv'), UNKNOWN_PERSON: 'reject' }
  const { code, report } = await env.run(settings, ['--full', '--source', 'csv'])
  expect({ code, reason: report.reason, rejected: report.rejected }).toEqual({
    code: 3,
    reason: undefined,
    rejected: 2,
  })
  const kept = await env.sql('select 1 from sync_rejections where sync_run_id = $1', [report.runId])
  expect(kept).toHaveLength(2)
}, 60_000)

test('a dry run and verify of more days than the API keeps end as always, and give the lease back', async () => {
  const person = '時'.repeat(120)
  const rows = Array.from({ length: 200 }, (_, i) => {
    const day = new Date(Date.UTC(2025, 0, 1 + i)).toISOString().slice(0, 10)
    return `r${i},${person},${day},Site,1`
  })
  await writeFile(env.file('days.csv'), ['external_id,user_id,date,project,hours', ...rows].join('\n'))
  const settings = { SYNC_SOURCE: 'csv', CSV_PATH: env.file('days.csv') }
  const dry = await env.run(settings, ['--full', '--dry-run'])
  expect(dry.report).toMatchObject({ created: 200, exitCode: 0 })
  const verify = await env.spawn(['verify', '--full'], settings).ended
  expect(verify.report).toMatchObject({ proof: { outcome: 'differs' }, exitCode: 1 })
  const runs = await env.sql('select status from sync_runs where id >= $1 order by id', [dry.report.runId])
  expect(runs).toEqual([{ status: 'succeeded' }, { status: 'failed' }])
}, 60_000)

describe('exported files', () => {
  const header = 'external_id,user_id,date,project,Duration,notes'
  const settings = { CSV_COLUMNS: 'hours=Duration', CSV_HOURS_UNIT: 'minutes' }
  const row = (id: string, duration: string) => `${id},007,2026-05-10,StoreZero,${duration},`
  const sync = (more: Readonly<Record<string, string>>) =>
    env.run({ ...settings, ...more }, ['--full', '--source', 'csv'])

  test('a duration of unknown unit ends with 2, and is not stored as hours', async () => {
    await writeFile(env.file('minutes.csv'), [header, row('1', '20')].join('\n'))
    const CSV_PATH = env.file('minutes.csv')
    const unknown = await sync({ CSV_PATH, CSV_HOURS_UNIT: '' })
    expect(unknown.code).toBe(2)
    expect(unknown.report.reason).toContain('Set CSV_HOURS_UNIT')
    expect((await env.readStoredTotals('csv')).count).toBe(0)
    expect((await sync({ CSV_PATH })).code).toBe(0)
    expect(await env.readStoredTotals('csv')).toMatchObject({ count: 1, seconds: 20 * 60 })
  }, 60_000)

  test('an invalid file of a folder ends with 3, and the other files are uploaded', async () => {
    await mkdir(env.file('exports'))
    await writeFile(env.file('exports/1.csv'), [header, row('1', '60'), row('1', '60')].join('\n'))
    await writeFile(env.file('exports/2.csv'), '')
    await writeFile(env.file('exports/3.csv'), [header, row('3', '60')].join('\n'))
    const { code, report, lines } = await sync({ CSV_PATH: env.file('exports') })
    expect(code).toBe(3)
    expect(report).toMatchObject({ read: 4, created: 2, rejected: 1, skipped: 1, skippedRepeated: 1 })
    expect(lines).toContainEqual(expect.objectContaining({ msg: 'entry rejected', externalId: '2.csv' }))
    expect((await env.readStoredTotals('csv')).ids).toEqual(['1', '3'])
  }, 60_000)
})

test('PEOPLE_MAP names people, and UNKNOWN_PERSON=reject rejects the others', async () => {
  const day = ['--since', '2017-03-01', '--until', '2017-03-31']
  await writeFile(env.file('people.json'), '{"KIM@example.com": "007"}\n')
  expect((await env.run({ PEOPLE_MAP_FILE: env.file('people.json') }, day)).code).toBe(0)
  expect(await env.sql('select user_id from timesheets')).toEqual([{ user_id: '007' }])

  const ended = await env.run({ UNKNOWN_PERSON: 'reject' }, day)
  expect(ended.code).toBe(3)
  expect(ended.lines).toContainEqual(
    expect.objectContaining({ externalId: '636709355', problem: 'unknown-person' }),
  )
})

/** A CSV file of employee 007 with one row per id. */
function hoursFile(...rows: readonly (readonly [id: string, hours: number])[]): string {
  const lines = rows.map(([id, hours]) => `${id},007,2026-05-10,StoreZero,${hours},`)
  return ['external_id,user_id,date,project,hours,notes', ...lines].join('\n')
}

interface Page {
  readonly time_entries: readonly {
    readonly id: number
    readonly spent_date: string
    readonly user: { readonly id: number }
    readonly project: { readonly name: string }
    readonly hours: number
    readonly notes: string | null
    readonly is_running: boolean
  }[]
  readonly links: { readonly next: string | null }
}

/** Reads from the API of Harvest. */
async function harvest<T>(at: string): Promise<T> {
  const { HARVEST_URL, HARVEST_ACCESS_TOKEN, HARVEST_ACCOUNT_ID } = env.settings
  const response = await fetch(new URL(at, HARVEST_URL), {
    headers: {
      authorization: `Bearer ${HARVEST_ACCESS_TOKEN}`,
      'harvest-account-id': HARVEST_ACCOUNT_ID!,
      'user-agent': 'a test (test@example.com)',
    },
  })
  return (await response.json()) as T
}
