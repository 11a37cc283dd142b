import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { readConfig } from '@timesheets/runtime/config'
import { ConfigurationError, InvalidResponseError } from '../../errors.ts'
import type { SourceRecord, TrackerClient } from '../tracker.ts'
import type { Window } from '../window.ts'
import { csv } from './csv.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'timesheets-csv-'))
})
afterEach(() => rm(folder, { recursive: true }))

interface Options {
  readonly settings?: Readonly<Record<string, string>>
  readonly window?: Window
}

/** Writes files (name → text) into the folder, and reads the folder. */
async function read(
  files: Record<string, string | Buffer>,
  { settings, window }: Options = {},
): Promise<SourceRecord[]> {
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  const config = readConfig({ CSV_PATH: folder, ...settings }, csv.settings)
  const records: SourceRecord[] = []
  for await (const record of csv.open(config, undefined as unknown as TrackerClient).read(window ?? {}))
    records.push(record)
  return records
}

const contract = 'external_id,user_id,date,project,hours,notes\n'
const first = { kind: 'entry', externalId: '1', date: '2026-05-10', project: 'StoreZero', hours: 5 }

test('columns with the names of the contract need no mapping', async () => {
  expect(
    await read({ 'hours.csv': `${contract}1,007,2026-05-10,StoreZero,5,"two\nlines, ""quoted"""\n` }),
  ).toEqual([{ ...first, person: { userId: '007' }, notes: 'two\nlines, "quoted"', isRunning: false }])
})

test('CSV_COLUMNS maps other names; BOM, CRLF, semicolons and unused columns are accepted', async () => {
  const settings = {
    CSV_COLUMNS: 'external_id=Entry ID,email=Person,date=Day,project=Project,hours=Duration,notes=Remark',
    CSV_DELIMITER: ';',
    CSV_HOURS_UNIT: 'hours',
  }
  const text =
    '\ufeffDay;Entry ID;Client;Project;Duration;Person;Remark\r\n2026-05-10;1;ABC;StoreZero;5,25;ann@example.com;\r\n'
  expect(await read({ 'export.csv': text }, { settings })).toEqual([
    { ...first, hours: 5.25, person: { email: 'ann@example.com' }, notes: null, isRunning: false },
  ])
})

test('JSON of the API of a tracker is read by paths', async () => {
  const settings = {
    CSV_COLUMNS: JSON.stringify({
      external_id: 'id',
      person_id: 'user.id',
      date: 'spent_date',
      project: 'project.name',
    }),
  }
  const row = {
    id: 1,
    spent_date: '2026-05-10',
    user: { id: 7 },
    project: { name: 'StoreZero' },
    hours: 5,
    notes: null,
  }
  const expected = [{ ...first, person: { id: '7' }, notes: null, isRunning: false }]
  expect(await read({ 'a.json': JSON.stringify([row]) }, { settings })).toEqual(expected)
  await rm(join(folder, 'a.json'))
  expect(await read({ 'a.ndjson': `${JSON.stringify(row)}\n\n` }, { settings })).toEqual(expected)
})

test('the files of a folder are read in the order of their names; the window selects days', async () => {
  const line = (id: number, day: string) => `${id},007,${day},StoreZero,5,\n`
  const files = {
    'b.csv': contract + line(3, '2026-05-12'),
    'a.csv': contract + line(1, '2026-05-10') + line(2, '2026-05-11T23:00:00-05:00') + line(4, 'yesterday'),
    'notes.txt': 'not a table',
  }
  expect((await read(files)).map(({ externalId }) => externalId)).toEqual(['1', '2', '4', '3'])
  const picked = await read(files, { window: { from: '2026-05-11', to: '2026-05-11' } })
  expect(picked.map(({ externalId }) => externalId)).toEqual(['2', '4'])
})

test('exports may overlap: a repeated entry is counted, and the same id with other content is rejected', async () => {
  const line = (id: number, hours: string) => `${id},007,2026-05-10,StoreZero,${hours},\n`
  const files = {
    'a.csv': contract + line(1, '5') + line(2, '5'),
    'b.csv': contract + line(1, '5.0') + line(2, '6') + line(3, '5'),
  }
  expect(await read(files)).toMatchObject([
    { kind: 'entry', externalId: '1' },
    { kind: 'entry', externalId: '2', hours: 5 },
    { kind: 'repeated', externalId: '1' },
    {
      kind: 'unreadable',
      externalId: '2',
      reason: expect.stringMatching(/^b.csv, line 3: an earlier row has the same id and other content/),
    },
    { kind: 'entry', externalId: '3' },
  ])
})

test('every repeat within a file is counted, since external_id may be the wrong column', async () => {
  const row = 'layout,007,2026-05-10,StoreZero,0.25,\n'
  const records = await read({ 'a.csv': contract + row.repeat(3) })
  expect(records.map(({ kind }) => kind)).toEqual(['entry', 'repeated', 'repeated'])
})

test('a file with nothing but an invalid row costs no other file', async () => {
  const files = {
    'a.csv': `${contract}1,007,2026-05-10,StoreZero,five,\n`,
    'b.csv': `${contract}2,007,2026-05-10,StoreZero,5,\n`,
  }
  expect(await read(files)).toMatchObject([{ kind: 'unreadable', externalId: '1' }, { kind: 'entry' }])
})

describe('reads hours', () => {
  test.each([
    ['2.11', 2.11],
    ['"2,5"', 2.5],
    ['2:30', 2.5],
    ['0:00:36', 0.01],
    ['-1', -1],
    ['2.33333333333333333333', 7 / 3],
  ])('%s', async (text, hours) => {
    expect(await read({ 'a.csv': `${contract}1,007,2026-05-10,StoreZero,${text},\n` })).toMatchObject([
      { hours },
    ])
  })

  test.each(['', 'five', '1.234,5', '2:75', '1e3'])('rejects "%s"', async (text) => {
    const good = '2,007,2026-05-10,StoreZero,1,\n'
    expect(
      await read({ 'a.csv': `${contract}1,007,2026-05-10,StoreZero,"${text}",\n${good}` }),
    ).toMatchObject([
      { kind: 'unreadable', externalId: '1', reason: expect.stringContaining('a.csv, line 2: hours: ') },
      { kind: 'entry' },
    ])
  })
})

describe('a number whose unit the column does not say', () => {
  const rows = (column: string, ...values: string[]) =>
    contract.replace('hours', column) +
    values.map((value, i) => `${i + 1},007,2026-05-10,StoreZero,${value},\n`).join('')
  const mapping = (column: string) => ({ CSV_COLUMNS: `hours=${column}` })

  test.each(['Duration', 'Time Spent (minutes)', 'seconds', 'Stunden', 'Time'])(
    '%s needs CSV_HOURS_UNIT',
    async (column) => {
      const reading = read({ 'a.csv': rows(column, '20') }, { settings: mapping(column) })
      await expect(reading).rejects.toThrow(ConfigurationError)
      await expect(reading).rejects.toThrow(
        `a.csv, line 2: is "20" in the column ${column} a number of hours, minutes or seconds? ` +
          'Set CSV_HOURS_UNIT to hours, minutes or seconds',
      )
    },
  )

  test.each(['Hours', 'Rounded Hours', 'totalHours', 'Duration (decimal)', 'Time (h)', 'hours_worked'])(
    '%s says hours',
    async (column) => {
      expect(await read({ 'a.csv': rows(column, '1.5') }, { settings: mapping(column) })).toMatchObject([
        { hours: 1.5 },
      ])
    },
  )

  test.each([
    ['hours', '2.5', 2.5],
    ['minutes', '90', 1.5],
    ['seconds', '20', 20 / 3600],
    ['seconds', '1:30', 1.5],
  ])('CSV_HOURS_UNIT=%s reads %s as %d h', async (unit, value, hours) => {
    const settings = { ...mapping('Duration'), CSV_HOURS_UNIT: unit }
    expect(await read({ 'a.csv': rows('Duration', value) }, { settings })).toMatchObject([{ hours }])
  })

  test('a colon, or zero, needs no unit', async () => {
    const records = await read({ 'a.csv': rows('Duration', '2:30', '0') }, { settings: mapping('Duration') })
    expect(records).toMatchObject([{ hours: 2.5 }, { hours: 0 }])
  })

  test('JSON needs it, too', async () => {
    const row = { external_id: '1', user_id: '007', date: '2026-05-10', project: 'P', duration: 5430 }
    const files = { 'a.json': JSON.stringify([row]) }
    await expect(read(files, { settings: mapping('duration') })).rejects.toThrow('Set CSV_HOURS_UNIT')
    const settings = { ...mapping('duration'), CSV_HOURS_UNIT: 'seconds' }
    expect(await read(files, { settings })).toMatchObject([{ hours: 5430 / 3600 }])
  })

  test('it is a wrong setting also where other files can be read', async () => {
    const reading = read(
      { 'a.csv': rows('Duration', '1:00'), 'b.csv': rows('Duration', '1:00', '90') },
      { settings: mapping('Duration') },
    )
    await expect(reading).rejects.toThrow(ConfigurationError)
  })
})

describe('line ends', () => {
  const header = contract.trim()
  const row = (id: number) => `${id},007,2026-05-10,StoreZero,1,note ${id}`
  test.each([
    ['LF after the header, CRLF after the rows', `${header}\n${row(1)}\r\n${row(2)}\r\n`],
    ['CRLF after the header, LF after the rows', `${header}\r\n${row(1)}\n${row(2)}\n`],
    ['CR', `${header}\r${row(1)}\r${row(2)}\r`],
  ])('do not end up in the last cell: %s', async (_what, text) => {
    expect(await read({ 'a.csv': text })).toMatchObject([{ notes: 'note 1' }, { notes: 'note 2' }])
  })

  test.each(['\n', '\r\n'])('within quotes belong to the notes: %j', async (lineEnd) => {
    const text = `${header}${lineEnd}1,007,2026-05-10,StoreZero,1,"two${lineEnd}lines"${lineEnd}`
    expect(await read({ 'a.csv': text })).toMatchObject([{ notes: `two${lineEnd}lines` }])
  })
})

describe('quotes', () => {
  test.each([
    ['within an unquoted cell are characters', 'The "new" page', 'The "new" page'],
    ['at the end of a cell are characters', '27"', '27"'],
    ['after a blank enclose the cell', ' "27"" screens"', '27" screens'],
    ['doubled within quotes are one', '"27"" screens"', '27" screens'],
  ])('%s', async (_what, cell, notes) => {
    expect(await read({ 'a.csv': `${contract}1,007,2026-05-10,P,5,${cell}\n` })).toMatchObject([{ notes }])
  })

  test.each(['"27" screens', '"a"b"', ' "a" b', ' "a'])(
    'that enclose no whole cell stay as they are written: %s',
    async (cell) => {
      const row = (id: number, notes: string) => `${id},007,2026-05-10,P,5,${notes}\n`
      expect(await read({ 'a.csv': contract + row(1, 'x') + row(2, cell) + row(3, 'y') })).toMatchObject([
        { notes: 'x' },
        { notes: cell },
        { notes: 'y' },
      ])
    },
  )
})

test('rows of empty cells are ignored', async () => {
  const row = '1,007,2026-05-10,P,5,\n'
  expect(await read({ 'a.csv': `${contract},,,,,\n${row} , ,,,,\n"","","","","",""\n` })).toMatchObject([
    { kind: 'entry', externalId: '1' },
  ])
})

test('a column that appears twice is ignored if it is not used', async () => {
  const text = 'external_id,user_id,Sprint,date,project,hours,Sprint\n1,007,a,2026-05-10,P,5,b\n'
  expect(await read({ 'a.csv': text })).toMatchObject([{ kind: 'entry', externalId: '1' }])
})

describe('a file of a folder that cannot be read costs no other file, and is reported by its name', () => {
  const row = (id: number) => `${id},007,2026-05-10,P,5,\n`
  test.each([
    ['empty', '', /it has no header/],
    ['of another kind', 'Datum;Stunden\n2026-05-10;5\n', /there is no column external_id/],
    ['not UTF-8', Buffer.from('Jos\xe9', 'latin1'), /is not UTF-8/],
    ['with an unclosed quote', `${contract}2,007,2026-05-10,P,5,"\n`, /[Qq]uote Not Closed/],
  ])('%s', async (_what, content, reason) => {
    const records = await read({ 'a.csv': contract + row(1), 'b.csv': content, 'c.csv': contract + row(3) })
    expect(records).toEqual([
      expect.objectContaining({ kind: 'entry', externalId: '1' }),
      { kind: 'unreadable', externalId: 'b.csv', reason: expect.stringMatching(reason) },
      expect.objectContaining({ kind: 'entry', externalId: '3' }),
    ])
  })

  test('if no file can be read, the error of the first one is thrown', async () => {
    const reading = read({ 'a.csv': 'Datum\n', 'b.csv': '' })
    await expect(reading).rejects.toThrow(ConfigurationError)
    await expect(reading).rejects.toThrow('a.csv: there is no column external_id')
  })

  test('hidden files, such as those that macOS writes beside a table, are not read', async () => {
    expect(
      await read({ 'a.csv': contract + row(1), '._a.csv': Buffer.from([0, 5, 22, 7, 255]) }),
    ).toHaveLength(1)
  })
})

test.each([2.3333333333333335, 0.1 + 0.2, 1e-9, 12])('a number in JSON is not rounded: %d', async (hours) => {
  const row = { external_id: '1', user_id: '007', date: '2026-05-10', project: 'StoreZero', hours }
  expect(await read({ 'a.json': JSON.stringify([row]) })).toMatchObject([{ kind: 'entry', hours }])
})

test('blanks around a cell are removed, except in notes', async () => {
  const text = `${contract} 1 , 007 , 2026-05-10 , StoreZero , 5 , as  written \n`
  const asWritten = { ...first, person: { userId: '007' }, notes: ' as  written ' }
  expect(await read({ 'a.csv': text })).toMatchObject([asWritten])
})

describe('a column whose name differs in case only is not ignored', () => {
  const row = '1,007,2026-05-10,StoreZero,5,well\n'
  const renamed = { 'a.csv': contract.replace('notes', 'Notes') + row }

  test('because that would erase notes that were uploaded before', async () => {
    const record = read(renamed)
    await expect(record).rejects.toThrow(ConfigurationError)
    await expect(record).rejects.toThrow(
      /no column notes, but one called Notes; write notes=Notes .* notes= to ignore/,
    )
  })

  test.each([
    ['notes=Notes', 'well'],
    ['notes=', null],
    ['{"notes": ""}', null],
  ])('unless CSV_COLUMNS decides: %s', async (columns, notes) => {
    expect(await read(renamed, { settings: { CSV_COLUMNS: columns } })).toMatchObject([{ notes }])
  })

  test('a table without notes needs no setting', async () => {
    const table = 'external_id,user_id,date,project,hours\n1,007,2026-05-10,StoreZero,5\n'
    expect(await read({ 'a.csv': table })).toMatchObject([{ notes: null }])
  })
})

describe('an invalid row is reported, and the others are read', () => {
  const good = '9,007,2026-05-10,StoreZero,1,\n'
  test.each([
    ['no id', ',007,2026-05-10,StoreZero,5,\n', 'a.csv, line 3', 'external_id is empty'],
    ['no date', '1,007,,StoreZero,5,\n', '1', 'a.csv, line 3: date is empty'],
    [
      'an unquoted comma in a text',
      '1,007,2026-05-10,StoreZero,5,well, so\n',
      '1',
      'it has 7 cells, and the header has 6',
    ],
    ['half a line', '1,007,2026-05-10\n', '1', 'it has 3 cells, and the header has 6'],
    ['an id with other content', '9,007,2026-05-11,StoreZero,2,\n', '9', 'an earlier row has the same id'],
  ])('%s', async (_what, line, externalId, reason) => {
    expect(await read({ 'a.csv': contract + good + line })).toMatchObject([
      { kind: 'entry', externalId: '9' },
      { kind: 'unreadable', externalId, reason: expect.stringContaining(reason) },
    ])
  })

  test.each([
    ['external_id', '12345678901234567890', 'a.json, item 1', /^external_id: is too large for a JSON number/],
    ['hours', '1e400', '1', /hours: is too large/],
    ['notes', '{"text": "well"}', '1', /^a.json, item 1: notes: is of type object, not a text/],
    ['user_id', '["007"]', '1', /user_id: is a list/],
    ['project', 'true', '1', /project: is of type boolean/],
  ])('JSON: %s %s', async (field, value, externalId, reason) => {
    const good = '{"external_id": "9", "user_id": "007", "date": "2026-05-10", "project": "P", "hours": 1}'
    const odd = good.replace('"9"', '"1"').replace(/\}$/, `, "${field}": ${value}}`)
    expect(await read({ 'a.json': `[${odd}, ${good}]` })).toMatchObject([
      { kind: 'unreadable', externalId, reason: expect.stringMatching(reason) },
      { kind: 'entry' },
    ])
  })
})

describe('is a configuration error', () => {
  test.each([
    ['no file', {}, { CSV_PATH: '/nowhere/hours.csv' }, /no file or folder at \/nowhere\/hours.csv/],
    ['a folder without tables', { 'a.txt': '' }, {}, /has no .csv/],
    ['another kind of file', { 'a.xlsx': '' }, {}, /has no .csv/],
    [
      'a missing column',
      { 'a.csv': 'external_id,user_id,date,hours\n1,007,2026-05-10,5\n' },
      {},
      /no column project/,
    ],
    [
      'another header, even without rows',
      { 'a.csv': 'Datum,Stunden\n' },
      {},
      /a.csv: there is no column external_id.*The file has: Datum, Stunden/,
    ],
    [
      'no column for the person',
      { 'a.csv': 'external_id,date,project,hours\n1,2026-05-10,P,5\n' },
      {},
      /user_id or email or person_id/,
    ],
    [
      'a wrong name in CSV_COLUMNS',
      { 'a.csv': `${contract}1,007,2026-05-10,P,5,\n` },
      { CSV_COLUMNS: 'hours=Duration' },
      /no column Duration.*The file has: external_id/,
    ],
    [
      'another delimiter',
      { 'a.csv': `${contract.replaceAll(',', ';')}1;007;2026-05-10;P;5;\n` },
      {},
      /does CSV_DELIMITER separate its cells\? The file has: external_id;user_id/,
    ],
  ] as const)('%s', async (_what, files, settings, message) => {
    const record = read(files, { settings })
    await expect(record).rejects.toThrow(ConfigurationError)
    await expect(record).rejects.toThrow(message)
  })

  test('a path that is not a file, which could block the read', async () => {
    execFileSync('mkfifo', [join(folder, 'a.csv')])
    await expect(read({})).rejects.toThrow(/a.csv is not a file; correct CSV_PATH/)
    await rm(join(folder, 'a.csv'))
    await mkdir(join(folder, 'a.csv'))
    await expect(read({})).rejects.toThrow(/a.csv is not a file; correct CSV_PATH/)
  })

  test('a path that cannot be read, with its error code', async () => {
    await symlink('a.csv', join(folder, 'a.csv'))
    await expect(read({})).rejects.toThrow(
      new ConfigurationError(`${folder}/a.csv cannot be read (ELOOP); correct CSV_PATH`),
    )
    await writeFile(join(folder, 'file'), '')
    await expect(read({}, { settings: { CSV_PATH: join(folder, 'file', 'a.csv') } })).rejects.toThrow(
      /ENOTDIR/,
    )
  })

  test.each([
    ['CSV_COLUMNS', 'colour=Colour', '"colour" is none of external_id'],
    ['CSV_COLUMNS', 'hours', '"hours" names no column'],
    ['CSV_COLUMNS', '{"hours": 1}', '"hours" names no column'],
    ['CSV_COLUMNS', 'hours=', '"hours" names no column'],
    ['CSV_COLUMNS', 'notes', '"notes" names no column'],
    ['CSV_COLUMNS', 'hours=Duration,hours=Time', '"hours" is given twice'],
    ['CSV_DELIMITER', '"', 'encloses cells'],
    ['CSV_DELIMITER', '\n', 'encloses cells or ends lines'],
    ['CSV_COLUMNS', '{', 'is not valid JSON'],
    ['CSV_DELIMITER', ';;', 'is not one character'],
    ['CSV_SOURCE', 'Harvest', 'is not a name of a-z'],
  ])('%s=%s', (name, value, message) => {
    expect(() => readConfig({ CSV_PATH: '.', [name]: value }, csv.settings)).toThrow(message)
  })
})

describe('is an invalid response', () => {
  test.each([
    ['an empty file', { 'a.csv': '' }, 'it has no header'],
    [
      'an unclosed quote',
      { 'a.csv': `${contract}1,007,2026-05-10,P,5,"` },
      /a.csv, row 2 .*[Qq]uote Not Closed/,
    ],
    [
      'an unclosed quote in a long file',
      { 'a.csv': `${contract}1,007,2026-05-10,P,5,"${'2,007,2026-05-10,P,5,\n'.repeat(60_000)}` },
      /a.csv, row 2 .* longer than 1048576 characters; is a quote in it not closed/,
    ],
    ['a used column that appears twice', { 'a.csv': 'hours,hours\n1,2\n' }, 'two columns "hours"'],
    [
      'not UTF-8',
      { 'a.csv': Buffer.from(`${contract}1,Jos\xe9,2026-05-10,P,5,\n`, 'latin1') },
      'is not UTF-8',
    ],
    ['a file that is not JSON', { 'a.json': '[{]' }, 'a.json: '],
    ['JSON that is not an array', { 'a.json': '{}' }, 'is not a JSON array'],
    ['an empty NDJSON file', { 'a.ndjson': '' }, 'a.ndjson is empty'],
    ['an NDJSON file of blank lines', { 'a.jsonl': '\n\n' }, 'a.jsonl is empty'],
    [
      'a line that is too long',
      { 'a.ndjson': `\n{"notes": "${'x'.repeat(1_100_000)}` },
      'a.ndjson, line 2: is longer than 1048576 characters',
    ],
    ['a line that is not JSON', { 'a.ndjson': '{}\n{\n' }, 'a.ndjson, line 2'],
    ['no valid row', { 'a.json': '[{"id": 1}]' }, 'No row can be read; a.json, item 1: external_id is empty'],
    [
      'no valid row that has an id: the position is named once',
      { 'a.csv': `${contract}1,007,,P,5,\n` },
      'No row can be read; a.csv, line 2: date is empty',
    ],
  ])('%s', async (_what, files, message) => {
    const record = read(files)
    await expect(record).rejects.toThrow(InvalidResponseError)
    await expect(record).rejects.toThrow(message)
  })
})

test('the signal ends a read at any point', async () => {
  await writeFile(join(folder, 'a.csv'), contract + '1,007,2026-05-10,P,5,\n'.repeat(200_000))
  const config = readConfig({ CSV_PATH: folder }, csv.settings)
  const controller = new AbortController()
  const tracker = csv.open(config, undefined as unknown as TrackerClient, controller.signal)
  // The window excludes every row, so the read returns nothing at which it could be stopped.
  const read = tracker.read({ from: '2026-05-11' })[Symbol.asyncIterator]().next()
  setImmediate(() => controller.abort())
  await expect(read).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }))
})
