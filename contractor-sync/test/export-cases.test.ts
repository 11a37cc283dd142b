import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from '@jest/globals'
import { readConfig } from '@timesheets/runtime/config'
import { checkRows } from '../src/cli/row-check.ts'
import { ConfigurationError } from '../src/errors.ts'
import { People } from '../src/sync/people.ts'
import { csv } from '../src/trackers/csv/csv.ts'
import { contract, folder, noClient } from './csv-folder.ts'

/**
 * What people ran into with exports of other programs: each kind with a file of our own, judged row by row as a run does.
 */

type Settings = Readonly<Record<string, string>>
type Files = Readonly<Record<string, string | Buffer>>

/** Judges files; returns seconds by day, and the reasons of rejections. */
async function judge(files: Files, settings: Settings = {}) {
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content)
  const config = readConfig({ CSV_PATH: folder, ...settings }, csv.settings)
  const tracker = csv.open(config, noClient)
  const days: Record<string, number> = {}
  const people = new People(new Map(), 'tracker-id', 'csv')
  const seen: { date?: string; hours?: number; notes?: string; project?: string; user_id?: string }[] = []
  const result = await checkRows(tracker, people, (item) => seen.push(item))
  for (const { date, hours } of seen) {
    if (date !== undefined)
      days[date.slice(0, 10)] = (days[date.slice(0, 10)] ?? 0) + Math.round(hours! * 3600)
  }
  return {
    ...result,
    days,
    items: seen,
    reasons: result.rejections.map(({ reason }) => reason),
    notices: tracker.notices!,
  }
}

const h = 3600
const row = (id: number | string, cells = '') => `${id},kim,2026-09-0${id},Site,1,${cells}\n`

describe('durations as programs write them', () => {
  test.each([
    ['minutes and seconds of Toggl', '12:30 min', 750],
    ['hours and minutes of Jira', '2h 15m', 2.25 * h],
    ['days of Jira, where their hours are known', '1d 2h', 10 * h, { CSV_HOURS_PER_DAY: '8' }],
    ['a decimal number with its unit', '0.75h', 0.75 * h],
    ['no digit before the decimal point', '.5', 0.5 * h],
    ['ISO 8601', 'PT45M', 45 * 60],
    ['seconds, by a setting', '4210', 4210, { CSV_HOURS_UNIT: 'seconds', CSV_COLUMNS: 'hours=spent' }],
    ['days, by a setting', '0.5', 3.75 * h, { CSV_HOURS_UNIT: 'days', CSV_HOURS_PER_DAY: '7.5' }],
  ] as const)('%s: %s', async (_what, text, seconds, settings: Settings = {}) => {
    const header = settings.CSV_COLUMNS === undefined ? contract : contract.replace('hours', 'spent')
    const table = `${header}1,kim,2026-09-01,Site,${text},x\n`
    expect(await judge({ 'a.csv': table }, settings)).toMatchObject({
      days: { '2026-09-01': seconds },
      rejected: 0,
    })
  })

  test.each([
    ['a number in a column without unit', '20', 'CSV_HOURS_UNIT', 'spent'],
    ['days of unknown length', '1d', 'CSV_HOURS_PER_DAY', 'hours'],
  ])('%s is asked for', async (_what, text, setting, column) => {
    const table = `${contract.replace('hours', column)}1,kim,2026-09-01,Site,${text},x\n`
    await expect(judge({ 'a.csv': table }, { CSV_COLUMNS: `hours=${column}` })).rejects.toThrow(setting)
  })

  test('thousands are not taken for decimals', async () => {
    const table = `${contract}1,kim,2026-09-01,Site,"5,430",x\n2,kim,2026-09-02,Site,60,x\n`
    const { days, reasons } = await judge({ 'a.csv': table }, { CSV_HOURS_UNIT: 'seconds' })
    expect(days).toEqual({ '2026-09-02': 60 })
    expect(reasons).toEqual([expect.stringContaining('may be 5430 or 5.430')])
  })

  test('more than a day, less than nothing and other digits are rejected, with a reason', async () => {
    const lines = ['61:12:09', '24:00:01', '-1.5', '1:60', '1:30 PM', '١', '1,234.5'].map(
      (text, i) => `${i},kim,2026-09-01,Site,"${text}",x\n`,
    )
    const { accepted, rejected } = await judge({ 'a.csv': contract + lines.join('') + row(9) })
    expect({ accepted, rejected }).toEqual({ accepted: 1, rejected: lines.length })
  })
})

describe('dates', () => {
  const read = async (date: string, settings: Settings) =>
    (await judge({ 'a.csv': `${contract}1,kim,"${date}",Site,1,x\n` }, settings)).items[0]?.date
  test.each([
    ['2026-09-01T22:15:00.000+0200', '2026-09-01T22:15:00.000+02:00', {}],
    ['2026-09-01 22:15 -05', '2026-09-01T22:15:00-05:00', {}],
    ['20260901T221500Z', '2026-09-01T22:15:00Z', {}],
    ['2026-09-01T22:15:00', '2026-09-01', {}],
    ['2026-09-01 22:15', '2026-09-01T22:15:00+02:00', { CSV_TIME_ZONE: 'Europe/Berlin' }],
    ['2026-12-01 22:15', '2026-12-01T22:15:00+01:00', { CSV_TIME_ZONE: 'Europe/Berlin' }],
    ['01.09.2026', '2026-09-01', { CSV_DATE_FORMAT: 'dd.MM.yyyy' }],
    ['9/1/2026', '2026-09-01', { CSV_DATE_FORMAT: 'MM/dd/yyyy' }],
    ['1 Sep 26', '2026-09-01', { CSV_DATE_FORMAT: 'd MMM yy' }],
    ['Tue, September 1, 2026 10:15\u202fPM', '2026-09-01', { CSV_DATE_FORMAT: 'EEE, MMMM d, yyyy h:mm a' }],
    [
      '01.09.2026 22:15',
      '2026-09-01T22:15:00-04:00',
      { CSV_DATE_FORMAT: 'dd.MM.yyyy HH:mm', CSV_TIME_ZONE: 'America/New_York' },
    ],
  ])('%s is %s', async (written, date, settings) => {
    expect(await read(written, settings)).toBe(date)
  })

  test.each([
    ['09/12/2026', {}],
    ['46266', {}],
    ['1788300000', {}],
    ['2026-09-01T24:00:00Z', {}],
    ['2026-02-30', {}],
    ['31.02.2026', { CSV_DATE_FORMAT: 'dd.MM.yyyy' }],
    ['2026-09-01', { CSV_DATE_FORMAT: 'yyyy-dd-MM HH:mm' }],
    ['２０２６-09-01', {}],
  ])('%s is rejected, never guessed', async (written, settings: Settings) => {
    const { CSV_DATE_FORMAT = '' } = settings
    const good =
      CSV_DATE_FORMAT === ''
        ? '2026-09-02'
        : CSV_DATE_FORMAT === 'dd.MM.yyyy'
          ? '02.09.2026'
          : '2026-02-09 10:00'
    const table = `${contract}1,kim,${written},Site,1,x\n2,kim,${good},Site,1,x\n`
    const { days, reasons } = await judge({ 'a.csv': table }, settings)
    expect(days).toEqual({ '2026-09-02': h })
    expect(reasons).toEqual([expect.stringContaining('CSV_DATE_FORMAT')])
  })

  test('if no date can be read, the pattern is asked for', async () => {
    const reading = judge({ 'a.csv': `${contract}1,kim,09/12/2026,Site,1,x\n` })
    await expect(reading).rejects.toThrow(ConfigurationError)
    await expect(reading).rejects.toThrow('CSV_DATE_FORMAT')
  })

  test('a date that two patterns of a format read differently is asked for', async () => {
    const table = (day: string) =>
      `Project,Description,User,Email,Start Date,Start Time,End Date,End Time,Duration (h)\nSite,x,Kim,kim@example.com,${day},08:00 AM,${day},09:00 AM,01:00:00\n`
    await expect(judge({ 'a.csv': table('09/12/2026') })).rejects.toThrow(
      /2026-12-09 by dd.MM.yyyy.*CSV_DATE_FORMAT/,
    )
    expect((await judge({ 'a.csv': table('09/25/2026') })).days).toEqual({ '2026-09-25': h })
    expect((await judge({ 'a.csv': table('09/09/2026') })).days).toEqual({ '2026-09-09': h })
    const settings = { CSV_DATE_FORMAT: 'MM/dd/yyyy' }
    expect((await judge({ 'a.csv': table('09/12/2026') }, settings)).days).toEqual({ '2026-09-12': h })
  })
})

describe('start and end instead of a duration', () => {
  const header = 'external_id,user_id,project,start,end\n'
  const read = async (start: string, end: string, settings: Settings = {}) =>
    await judge(
      { 'a.csv': `${header}1,kim,Site,${start},${end}\n2,kim,Site,2026-05-05 09:00,2026-05-05 09:30\n` },
      settings,
    )
  const berlin = { CSV_TIME_ZONE: 'Europe/Berlin' }
  test.each([
    ['within a day', '2026-09-01 09:00', '2026-09-01 17:30', 8.5, {}],
    ['as a time of day', '2026-09-01 09:00', '17:30', 8.5, {}],
    ['over midnight', '2026-09-01 22:00', '2026-09-02 02:00', 4, berlin],
    ['over midnight, as a time of day', '2026-09-01 22:00', '02:00', 4, berlin],
    ['to midnight', '2026-09-01 22:00', '24:00', 2, berlin],
    ['over the night when clocks are put forward', '2026-03-28 22:00', '2026-03-29 06:00', 7, berlin],
    ['over the night when clocks are put back', '2026-10-24 22:00', '2026-10-25 06:00', 9, berlin],
    ['with offsets', '2026-10-25T01:30:00+0200', '2026-10-25T02:30:00+01:00', 2, {}],
    ['in UTC', '2026-03-29T00:30:00Z', '2026-03-29T03:30:00Z', 3, {}],
  ])('%s', async (_what, start, end, hours, settings) => {
    const { days, rejected } = await read(start, end, settings)
    expect({ seconds: days[start.slice(0, 10)], rejected }).toEqual({ seconds: hours * h, rejected: 0 })
  })

  test.each([
    ['before the start', '2026-09-02 09:00', '2026-09-01 09:00', /is before the start/],
    [
      'in an hour that happens twice',
      '2026-10-25 01:00',
      '2026-10-25 02:30',
      /happened twice in Europe\/Berlin/,
    ],
    [
      'in an hour that does not exist',
      '2026-03-29 01:00',
      '2026-03-29 02:30',
      /did not exist in Europe\/Berlin/,
    ],
  ])('%s is rejected', async (_what, start, end, reason) => {
    const { days, reasons } = await read(start, end, berlin)
    expect(days).toEqual({ '2026-05-05': h / 2 })
    expect(reasons).toEqual([expect.stringMatching(reason)])
  })

  test('at night without a zone is asked for', async () => {
    await expect(read('2026-03-28 22:00', '2026-03-29 06:00')).rejects.toThrow('CSV_TIME_ZONE')
  })

  test('without an end, the timer still runs', async () => {
    const { days, accepted, rejected } = await read('2026-09-01 09:00', '')
    expect({ days, accepted, rejected }).toEqual({ days: { '2026-05-05': h / 2 }, accepted: 1, rejected: 0 })
  })
})

describe('columns and rows', () => {
  test('names in two columns are joined; a derived identity needs no id', async () => {
    const table = 'Day,First,Last,Project,Hours\n2026-09-01,Kim,Doe,Site,"7,5"\n'
    const settings = { CSV_COLUMNS: 'date=Day,person=First + Last,project=Project,hours=Hours' }
    expect((await judge({ 'a.csv': table }, settings)).items).toMatchObject([
      { user_id: 'csv:Kim Doe', hours: 7.5 },
    ])
  })

  test('a column of ids with another name is not replaced by derived identities', async () => {
    for (const name of ['ID', 'Entry ID', 'Worklog id', '#', 'uuid', 'External-ID']) {
      const table = contract.replace('external_id', name) + row(1)
      await expect(judge({ 'a.csv': table })).rejects.toThrow(`no column external_id, but one called ${name}`)
    }
    const table = contract.replace('external_id', 'ID') + row(1)
    const derived = await judge({ 'a.csv': table }, { CSV_COLUMNS: 'external_id=' })
    expect(derived.items).toMatchObject([{ external_id: expect.stringMatching(/^row-/) }])
  })

  test.each([
    ['a declared delimiter', `sep=;\n${contract}${row(1)}`.replaceAll(',', ';'), {}],
    ['titles above the header', `Hours of September\n\nACME,2026\n${contract}${row(1)}`, {}],
    ['empty cells at the end of rows', `${contract}${row(1).trim()},,\n`, {}],
    ['delimiters at the end of all lines', contract.replace('\n', ',\n') + row(1).replace('\n', ',\n'), {}],
    ['rows without their last empty cells', `${contract}1,kim,2026-09-01,Site,1\n`, {}],
    ['rows of nothing but delimiters', `${contract},,,,,\n${row(1)},,,,,\n`, {}],
    ['doubled columns that nothing is read from', `x,${contract.trim()},x\n,${row(1).trim()},\n`, {}],
    ['quotes within cells', `${contract}${row(1, 'the "new" 27" page')}`, {}],
    ['a blank before a quoted cell', `${contract}1,kim,2026-09-01, "Site",1,x\n`, {}],
    ['a total row without a date', `${contract}${row(1)}Total,,,,1,\n`, { CSV_SKIP_ROWS_WITHOUT: 'date' }],
    ['a total row without an id', `${contract}${row(1)},,,,1,\n`, { CSV_SKIP_ROWS_WITHOUT: 'external_id' }],
    ['a row without a project', `${contract}1,kim,2026-09-01,,1,\n`, { CSV_DEFAULT_PROJECT: 'Site' }],
    [
      'no column of projects',
      'external_id,user_id,date,hours\n1,kim,2026-09-01,1\n',
      { CSV_DEFAULT_PROJECT: 'Site' },
    ],
    ['UTF-8 with a byte order mark', `\ufeff${contract}${row(1)}`, {}],
    ['UTF-16 with a byte order mark', Buffer.from(`\ufeff${contract}${row(1)}`, 'utf16le'), {}],
    ['UTF-16 by setting', Buffer.from(contract + row(1), 'utf16le'), { CSV_ENCODING: 'utf-16le' }],
    [
      'Windows-1252 by setting',
      Buffer.from(contract + row(1, 'Müller'), 'latin1'),
      { CSV_ENCODING: 'windows-1252' },
    ],
  ] as const)('%s', async (_what, table, settings) => {
    const { days, items, rejected } = await judge({ 'a.csv': table as string }, settings)
    expect({ days, rejected }).toEqual({ days: { '2026-09-01': h }, rejected: 0 })
    expect(items).toMatchObject([{ project: 'Site' }])
  })

  test('a skipped row is counted', async () => {
    const { notices } = await judge(
      { 'a.csv': `${contract}${row(1)}Total,,,,1,\n` },
      { CSV_SKIP_ROWS_WITHOUT: 'date' },
    )
    expect(notices).toContain('a.csv: 1 row without date skipped')
  })

  test.each([
    ['UTF-16 without a setting', Buffer.from(contract + row(1), 'utf16le'), {}, /CSV_ENCODING=utf-16le/],
    [
      'Windows-1252 without a setting',
      Buffer.from(contract + row(1, 'Müller'), 'latin1'),
      {},
      /CSV_ENCODING/,
    ],
    [
      'UTF-8 with the setting of Windows-1252',
      contract + row(1, 'Müller'),
      { CSV_ENCODING: 'windows-1252' },
      /is UTF-8/,
    ],
    ['another delimiter', (contract + row(1)).replaceAll(',', ';'), {}, /CSV_DELIMITER/],
  ])('%s is an error that says what to do', async (_what, table, settings, message) => {
    await expect(judge({ 'a.csv': table as string }, settings)).rejects.toThrow(message)
  })

  test('a file that was cut off within its last row does not lose hours in silence', async () => {
    const { days, reasons } = await judge({ 'a.csv': `${contract}${row(1)}2,kim,2026-09-02,Site,1` })
    expect(days).toEqual({ '2026-09-01': h })
    expect(reasons).toEqual([expect.stringContaining('is the file cut off?')])
  })

  test('a known format is recognized in a file with semicolons', async () => {
    const table =
      'User;Email;Project;Description;Start date;Start time;End date;End time;Duration\nKim;;Site;x;2026-09-01;09:00:00;2026-09-01;10:00:00;01:00:00\n'
    const { days, notices } = await judge({ 'a.csv': table })
    expect(days).toEqual({ '2026-09-01': h })
    expect(notices).toEqual([expect.stringMatching(/^a.csv: toggl, recognized by its header/)])
  })
})

describe('CSV_COLUMNS beside a known format', () => {
  const table =
    'User,Email,Client,Project,Description,Start date,Start time,End date,End time,Duration\n' +
    'Kim,kim@example.com,Acme,Site,x,2026-09-01,09:00:00,2026-09-01,10:00:00,01:00:00\n'
  test('overrides single columns', async () => {
    const { items } = await judge({ 'a.csv': table }, { CSV_COLUMNS: 'project=Client + Project,notes=' })
    expect(items).toMatchObject([{ project: 'Acme Site', user_id: 'kim@example.com', hours: 1 }])
    expect(items[0]).not.toHaveProperty('notes')
  })

  test('is all that counts with CSV_FORMAT=custom', async () => {
    const settings = {
      CSV_FORMAT: 'custom',
      CSV_COLUMNS: 'person=User,email=,date=Start date,hours=Duration,project=Project',
    }
    const { items } = await judge({ 'a.csv': table }, settings)
    expect(items).toMatchObject([{ user_id: 'csv:Kim', hours: 1 }])
    expect(items[0]).not.toHaveProperty('notes')
  })

  test('a column that it names must exist', async () => {
    await expect(judge({ 'a.csv': table }, { CSV_COLUMNS: 'project=Job' })).rejects.toThrow(
      'there is no column Job',
    )
  })

  test('a format that is named must fit the file', async () => {
    await expect(judge({ 'a.csv': table }, { CSV_FORMAT: 'kimai' })).rejects.toThrow(/no column date.*Kimai/)
  })
})

describe('identities of rows without ids', () => {
  const header = 'user_id,date,project,hours,notes\n'
  const line = (day: number, hours: number, notes = 'x') => `kim,2026-09-0${day},Site,${hours},${notes}\n`
  const identify = async (files: Files) =>
    (await judge(files)).items.map((item) => (item as { external_id?: string }).external_id!)

  test('two equal rows stay two, and a changed duration keeps the identity', async () => {
    const [first, second] = [
      await identify({ 'a.csv': header + line(1, 1) + line(1, 1) }),
      await identify({ 'a.csv': header + line(1, 1) + line(1, 1.5) }),
    ]
    expect(new Set(first).size).toBe(2)
    expect(second).toEqual(first)
  })

  test('equal rows with other hours have the same identities in any order', async () => {
    const sorted = async (table: string) =>
      (await judge({ 'a.csv': header + table })).items.map((item) => JSON.stringify(item)).sort()
    const rows = [line(1, 1), line(1, 2), line(1, 0.5), line(1, 2), line(2, 1)]
    expect(await sorted(rows.join(''))).toEqual(await sorted(rows.toReversed().join('')))
  })

  test('overlapping exports count each row once', async () => {
    const { days } = await judge({
      '1.csv': header + line(1, 1) + line(2, 1),
      '2.csv': header + line(2, 1) + line(3, 1),
    })
    expect(days).toEqual({ '2026-09-01': h, '2026-09-02': h, '2026-09-03': h })
  })

  test('an older file with other rows of the same person and day is reported, and does not count twice', async () => {
    const files = { '1.csv': header + line(1, 1, 'tpyo') + line(2, 1), '2.csv': header + line(1, 1, 'typo') }
    const { days, reasons } = await judge(files)
    expect(days).toEqual({ '2026-09-01': h, '2026-09-02': h })
    expect(reasons).toEqual([expect.stringContaining('1.csv, line 2: 2.csv, which is newer, has other rows')])
  })
})

describe('JSON', () => {
  const entry = {
    id: 1,
    day: '2026-09-01',
    who: 'kim',
    project: { name: 'Site' },
    task: { id: 5 },
    seconds: 5400,
  }
  const settings = { CSV_COLUMNS: 'external_id=id,user_id=who,date=day,project=project.name,hours=seconds' }
  test('a list inside an object is found by its path', async () => {
    const files = { 'a.json': JSON.stringify({ data: { items: [entry] }, total: 1 }) }
    const found = await judge(files, { ...settings, CSV_LIST_PATH: 'data.items' })
    expect(found.days).toEqual({ '2026-09-01': 1.5 * h })
    await expect(judge(files, { ...settings, CSV_LIST_PATH: 'items' })).rejects.toThrow(
      'has no list at items',
    )
    await expect(judge({ 'a.json': JSON.stringify({ items: [entry] }) }, settings)).rejects.toThrow(
      /CSV_LIST_PATH.*items/,
    )
  })

  test('a running timer is skipped: by a column, or by the negative duration of Toggl', async () => {
    const list = [entry, { ...entry, id: 2, running: true }, { ...entry, id: 3, seconds: -1_788_260_400 }]
    const { days, accepted, rejected } = await judge(
      { 'a.json': JSON.stringify(list) },
      { CSV_COLUMNS: `${settings.CSV_COLUMNS},running=running` },
    )
    expect({ days, accepted, rejected }).toEqual({
      days: { '2026-09-01': 1.5 * h },
      accepted: 1,
      rejected: 0,
    })
  })

  test('the seconds of an API are not taken for hours', async () => {
    const list = JSON.stringify([{ ...entry, duration: 20 }])
    const columns = settings.CSV_COLUMNS.replace('hours=seconds', 'hours=duration')
    await expect(judge({ 'a.json': list }, { CSV_COLUMNS: columns })).rejects.toThrow('CSV_HOURS_UNIT')
    const { days } = await judge({ 'a.json': list }, { CSV_COLUMNS: columns, CSV_HOURS_UNIT: 'seconds' })
    expect(days).toEqual({ '2026-09-01': 20 })
  })
})

describe('files', () => {
  test('compressed files are read, and one that is cut is reported', async () => {
    const whole = gzipSync(contract + row(1))
    expect((await judge({ '1.csv.gz': whole })).days).toEqual({ '2026-09-01': h })
    const { days, rejections } = await judge({
      '2.csv.gz': whole.subarray(0, -12),
      '3.csv': contract + row(3),
    })
    expect(days).toEqual({ '2026-09-01': h, '2026-09-03': h })
    expect(rejections).toMatchObject([
      { externalId: '2.csv.gz', reason: expect.stringContaining('is not gzip, or not all of it') },
    ])
  })

  test('folders and other endings are named, hidden files are not', async () => {
    await mkdir(join(folder, 'archive'))
    const files = { 'a.csv': contract + row(1), 'a.pdf': '', '._a.csv': Buffer.from([0, 5]), '~$a.xlsx': '' }
    expect((await judge(files)).notices).toContain(
      'not read, because of their names: a.pdf, archive/ (a folder)',
    )
  })
})

describe('notes never cost hours', () => {
  test.each([
    ['too long', 'x'.repeat(2001), `${'x'.repeat(1999)}…`],
    ['as long as allowed', '🔥'.repeat(2000), '🔥'.repeat(2000)],
    ['too long, in surrogate pairs', '🔥'.repeat(2001), `${'🔥'.repeat(1999)}…`],
    ['with U+0000', 'a\0b', 'a\ufffdb'],
    ['very long', 'y'.repeat(70_000), `${'y'.repeat(1999)}…`],
  ])('%s', async (_what, notes, stored) => {
    const { days, items } = await judge({ 'a.csv': contract + row(1, notes) })
    expect(days).toEqual({ '2026-09-01': h })
    expect(items).toMatchObject([{ notes: stored }])
  })

  test('with half of a surrogate pair', async () => {
    const list = `[{"external_id":1,"user_id":"kim","date":"2026-09-01","project":"Site","hours":1,"notes":"half \\ud83d of it"}]`
    expect((await judge({ 'a.json': list })).items).toMatchObject([{ notes: 'half \ufffd of it' }])
  })
})
