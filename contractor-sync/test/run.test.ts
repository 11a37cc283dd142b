import { writeFile } from 'node:fs/promises'
import { beforeEach, expect, test } from '@jest/globals'
import { surroundings } from './test-environment.ts'

const around = surroundings({ SOURCE_OWNERS: 'taken=somebody-else' })
beforeEach(() => around.forget())

test('a run, a repeat, an edit, and a new entry are created, unchanged, updated, created', async () => {
  const { count } = await around.tracked()
  const first = await around.run()
  expect(first.code).toBe(0)
  expect(first.report).toMatchObject({ created: count, updated: 0, unchanged: 0, rejected: 0 })
  const { read, skipped, hours } = first.report as Record<string, number>
  expect(read).toBe(count + skipped!)
  const tracked = await around.tracked()
  expect(hours).toBeCloseTo(tracked.seconds / 3600, 3)
  expect(await around.stored()).toEqual(tracked)

  expect((await around.run()).report).toMatchObject({ created: 0, updated: 0, unchanged: count })

  await around.local('tracker', 'PATCH', 'time_entries/636709355', { hours: 3.5, notes: 'now with a note' })
  await around.local('tracker', 'POST', 'time_entries', { spent_date: '2026-05-10', hours: 1 })
  expect((await around.run()).report).toMatchObject({ created: 1, updated: 1, unchanged: count - 1 })
  expect(await around.stored()).toEqual(await around.tracked())
}, 60_000)

test('the window picks the days', async () => {
  const ended = await around.run({}, ['--since', '2017-03-01', '--until', '2017-03-31'])
  expect(ended.report).toMatchObject({ from: '2017-03-01', to: '2017-03-31', read: 1, created: 1 })
  const usual = await around.run({ SYNC_WINDOW_DAYS: '60' }, [])
  expect(usual.report).toMatchObject({ unchanged: 0 })
  expect(usual.report.created).toBeGreaterThan(20)
}, 60_000)

test('a dry run says what would change, and changes nothing', async () => {
  const since = ['--since', '2017-03-01', '--until', '2017-03-31']
  const dry = await around.run({}, [...since, '--dry-run', '--format', 'text'])
  expect(dry.stdout).toContain('Would create a timesheet for employee kim@example.com')
  expect(dry.stdout).toContain('dry run: nothing was written')
  expect(dry.stdout).toMatch(/created +1\n/)
  expect(dry.code).toBe(0)
  expect((await around.stored()).count).toBe(0)
})

test('the first sentences of the API are shown where they are asked for', async () => {
  const { stdout } = await around.run({}, [
    '--since',
    '2017-03-01',
    '--until',
    '2017-03-31',
    '--show',
    '1',
    '--format',
    'text',
  ])
  expect(stdout).toMatch(/^Created timesheet \d+ for employee kim@example\.com\n/)
})

test('a run says what it came to, however little is logged', async () => {
  const { lines } = await around.run({ LOG_LEVEL: 'silent' }, [
    '--since',
    '2017-03-01',
    '--until',
    '2017-03-31',
  ])
  expect(lines).toEqual([expect.objectContaining({ msg: 'sync finished', read: 1, exitCode: 0 })])
})

test('the same hours from an export are the same rows', async () => {
  await around.run()
  const before = await around.sql('select id, version from timesheets order by id')
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
  await writeFile(around.file('export.csv'), `ID,Date,Person,Project,Hours,Notes\n${lines.join('\n')}\n`)
  const ended = await around.run(
    {
      CSV_PATH: around.file('export.csv'),
      CSV_COLUMNS: 'external_id=ID,date=Date,email=Person,project=Project,hours=Hours,notes=Notes',
      CSV_SOURCE: 'harvest',
    },
    ['--full', '--source', 'csv'],
  )
  expect(ended.code).toBe(0)
  expect(ended.report).toMatchObject({ created: 0, updated: 0, unchanged: before.length, rejected: 0 })
  expect(await around.sql('select id, version from timesheets order by id')).toEqual(before)
}, 60_000)

test('what is not taken is listed with the id of the tracker and the reason, and the run ends with 3', async () => {
  await writeFile(
    around.file('odd.csv'),
    [
      'external_id,user_id,date,project,hours,notes',
      'good,007,2026-05-10,StoreZero,5,',
      'too-many,007,2026-05-10,StoreZero,30,',
      `too-long,007,2026-05-10,StoreZero,5,${'x'.repeat(2001)}`,
      'no-number,007,2026-05-10,StoreZero,five,',
    ].join('\n'),
  )
  const settings = { CSV_PATH: around.file('odd.csv') }
  const ended = await around.run(settings, ['--full', '--source', 'csv'])
  expect(ended.code).toBe(3)
  expect(ended.report).toMatchObject({ read: 4, created: 1, rejected: 3, exitCode: 3 })
  const rejected = ended.lines.filter(({ msg }) => msg === 'entry rejected')
  expect(rejected.map(({ externalId, problem }) => [externalId, problem])).toEqual(
    expect.arrayContaining([
      ['too-many', 'invalid-entry'],
      ['too-long', 'invalid-entry'],
      ['no-number', 'unreadable-entry'],
    ]),
  )
  expect((await around.stored('csv')).ids).toEqual(['good'])

  const shown = await around.run(settings, ['--full', '--source', 'csv', '--format', 'text'])
  expect(shown.stdout).toMatch(/ {2}too-many +invalid-entry: hours must be at most 24/)

  const notOurs = await around.run({ ...settings, CSV_SOURCE: 'taken' }, ['--full', '--source', 'csv'])
  expect(notOurs.code).toBe(3)
  expect(notOurs.lines).toContainEqual(
    expect.objectContaining({ externalId: 'good', problem: 'source-not-yours' }),
  )
}, 60_000)

test('who is who comes from the map, and who is nobody is rejected where that is wanted', async () => {
  const day = ['--since', '2017-03-01', '--until', '2017-03-31']
  await writeFile(around.file('people.json'), '{"KIM@example.com": "007"}\n')
  expect((await around.run({ PEOPLE_MAP_FILE: around.file('people.json') }, day)).code).toBe(0)
  expect(await around.sql('select user_id from timesheets')).toEqual([{ user_id: '007' }])

  const ended = await around.run({ UNKNOWN_PERSON: 'reject' }, day)
  expect(ended.code).toBe(3)
  expect(ended.lines).toContainEqual(
    expect.objectContaining({ externalId: '636709355', problem: 'unknown-person' }),
  )
})

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

/** What Harvest's own API answers. */
async function harvest<T>(at: string): Promise<T> {
  const { HARVEST_URL, HARVEST_ACCESS_TOKEN, HARVEST_ACCOUNT_ID } = around.environment
  const response = await fetch(new URL(at, HARVEST_URL), {
    headers: {
      authorization: `Bearer ${HARVEST_ACCESS_TOKEN}`,
      'harvest-account-id': HARVEST_ACCOUNT_ID!,
      'user-agent': 'a test (test@example.com)',
    },
  })
  return (await response.json()) as T
}
