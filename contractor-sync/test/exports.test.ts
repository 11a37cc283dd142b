import { writeFile } from 'node:fs/promises'
import { beforeEach, expect, test } from '@jest/globals'
import { testEnvironment } from './test-environment.ts'

const env = testEnvironment({ SOURCE_OWNERS: 'taken=somebody-else' })
beforeEach(() => env.deleteEntries())

const toggl = [
  'User,Email,Client,Project,Task,Description,Billable,Start date,Start time,End date,End time,Duration,Tags',
  'Kim Doe,kim@example.com,Acme,Site,,Layout,No,2026-09-01,09:00:00,2026-09-01,10:30:00,01:30:00,',
  'Kim Doe,kim@example.com,Acme,Site,,Layout,No,2026-09-02,09:00:00,2026-09-02,10:00:00,01:00:00,',
  'Ann Lee,,Acme,Site,,Review,No,2026-09-02,09:00:00,2026-09-02,09:47:06,00:47:06,',
]
const settings = { UNKNOWN_PERSON: 'tracker-id' }
const source = ['--source', 'csv']

async function write(name: string, lines: readonly string[]): Promise<Record<string, string>> {
  await writeFile(env.file(name), `${lines.join('\n')}\n`)
  return { ...settings, CSV_PATH: env.file(name) }
}

test('an export of Toggl is taken as it comes, in any order, and a repeat changes nothing', async () => {
  const first = await env.run(await write('toggl.csv', toggl), ['--full', ...source])
  expect(first.code).toBe(0)
  expect(first.report).toMatchObject({ created: 3, rejected: 0 })
  expect(first.report.notices).toEqual([
    expect.stringMatching(/^toggl.csv: toggl, recognized by its header; /),
  ])
  const { seconds, ids } = await env.readStoredTotals('csv')
  expect(seconds).toBe(9000 + 47 * 60 + 6)
  expect(await env.sql('select distinct user_id from timesheets order by 1')).toEqual([
    { user_id: 'csv:Ann Lee' },
    { user_id: 'kim@example.com' },
  ])

  const [header = '', ...rows] = toggl
  const repeat = await env.run(await write('toggl.csv', [header, ...rows.toReversed()]), [
    '--full',
    ...source,
  ])
  expect(repeat.report).toMatchObject({ created: 0, updated: 0, unchanged: 3, exitCode: 0 })
  expect((await env.readStoredTotals('csv')).ids).toEqual(ids)
}, 60_000)

test('check shows what was recognized and the first three rows as they would be uploaded', async () => {
  const { code, stdout } = await env.spawn(
    ['check', ...source],
    await write('toggl.csv', [...toggl, toggl[1]!]),
  ).ended
  expect(code).toBe(0)
  expect(stdout).toMatch(/^✓ CSV 4 entries can be read$/m)
  expect(stdout).toMatch(/^✓ CSV toggl.csv: toggl, recognized by its header; columns .*hours=Duration/m)
  const shown = stdout.split('\n').flatMap((line) => /^ {2}would upload (\{.*\})$/.exec(line)?.[1] ?? [])
  expect(shown.map((text) => JSON.parse(text))).toMatchObject([
    {
      user_id: 'kim@example.com',
      date: '2026-09-01',
      project: 'Site',
      hours: 1.5,
      notes: 'Layout',
      source: 'csv',
    },
    { user_id: 'kim@example.com', date: '2026-09-02', hours: 1 },
    { user_id: 'csv:Ann Lee', date: '2026-09-02', hours: 0.785 },
  ])
  expect((await env.readStoredTotals('csv')).count).toBe(0)
}, 60_000)

test('check rejects exactly the rows that a run rejects, and ends with the same code', async () => {
  const rows = [
    'external_id,email,date,project,hours,notes',
    'good,kim@example.com,2026-09-01,Site,1,x',
    'long-day,kim@example.com,2026-09-01,Site,25,x',
    'old,kim@example.com,1999-09-01,Site,1,x',
    `project,kim@example.com,2026-09-01,${'p'.repeat(201)},1,x`,
    'five,kim@example.com,2026-09-01,Site,five,x',
    'nobody,,2026-09-01,Site,1,x',
    `noted,kim@example.com,2026-09-01,Site,1,${'n'.repeat(3000)}`,
  ]
  const environment = await write('odd.csv', rows)
  const checked = await env.spawn(['check', ...source], environment).ended
  expect(checked.code).toBe(3)
  expect(checked.stdout).toMatch(/^✗ CSV: 5 of 7 entries would be rejected:$/m)
  const ran = await env.run(environment, ['--full', ...source])
  expect(ran.code).toBe(3)
  expect(ran.report).toMatchObject({ created: 2, rejected: 5, notesShortened: 1 })
  const rejected = ran.lines.filter(({ msg }) => msg === 'entry rejected').map(({ externalId }) => externalId)
  for (const id of rejected) expect(checked.stdout).toContain(`${id} (`)
}, 60_000)

test('check knows what only the API knows: the owner of a source', async () => {
  const environment = { ...(await write('toggl.csv', toggl)), CSV_SOURCE: 'taken' }
  const { code, stdout } = await env.spawn(['check', ...source], environment).ended
  expect(code).toBe(3)
  expect(stdout).toMatch(/^✗ CSV: .*\n {2}.*source-not-yours/m)
}, 60_000)

test.each([
  ['a date that can be read in two ways', '09/12/2026', 'CSV_DATE_FORMAT'],
  ['a shift over a night, without a time zone', '2026-03-28', 'CSV_TIME_ZONE'],
])(
  '%s ends with 2, and nothing is stored',
  async (_what, day, setting) => {
    const lines = [
      'Project,Description,User,Email,Start Date,Start Time,End Date,End Time,Duration (h)',
      `Site,x,Kim,kim@example.com,${day},10:00:00 PM,,02:00:00 AM,`,
    ]
    const { code, report } = await env.run(await write('clockify.csv', lines), ['--full', ...source])
    expect({ code, reason: report.reason }).toEqual({ code: 2, reason: expect.stringContaining(setting) })
    expect((await env.readStoredTotals('csv')).count).toBe(0)
  },
  60_000,
)
