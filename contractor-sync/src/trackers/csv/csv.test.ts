import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { readConfig } from '@timesheets/runtime/config'
import { Refused, UnexpectedAnswer } from '../../errors.ts'
import type { Ask, Reading } from '../tracker.ts'
import type { Window } from '../window.ts'
import { csv } from './csv.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'timesheets-csv-'))
})
afterEach(() => rm(folder, { recursive: true }))

interface Exported {
  readonly settings?: Readonly<Record<string, string>>
  readonly window?: Window
}

/** Reads files as they were exported: name → text. */
async function read(
  files: Record<string, string | Buffer>,
  { settings, window }: Exported = {},
): Promise<Reading[]> {
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  const config = readConfig({ CSV_PATH: folder, ...settings }, csv.settings)
  const readings: Reading[] = []
  for await (const reading of csv.open(config, undefined as unknown as Ask).read(window ?? {}))
    readings.push(reading)
  return readings
}

const contract = 'external_id,user_id,date,project,hours,notes\n'
const first = { kind: 'entry', externalId: '1', date: '2026-05-10', project: 'StoreZero', hours: 5 }

test('columns of the contract need no mapping', async () => {
  expect(
    await read({ 'hours.csv': `${contract}1,007,2026-05-10,StoreZero,5,"two\nlines, ""quoted"""\n` }),
  ).toEqual([{ ...first, person: { userId: '007' }, notes: 'two\nlines, "quoted"', isRunning: false }])
})

test('columns of others are mapped, whatever stands around them', async () => {
  const settings = {
    CSV_COLUMNS: 'external_id=Entry ID,email=Person,date=Day,project=Project,hours=Duration,notes=Remark',
    CSV_DELIMITER: ';',
  }
  const text =
    '\ufeffDay;Entry ID;Client;Project;Duration;Person;Remark\r\n2026-05-10;1;ABC;StoreZero;5,25;ann@example.com;\r\n'
  expect(await read({ 'export.csv': text }, { settings })).toEqual([
    { ...first, hours: 5.25, person: { email: 'ann@example.com' }, notes: null, isRunning: false },
  ])
})

test("what a tracker's API gives, saved as JSON, is read by paths", async () => {
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

test('a folder is its files in the order of their names; the window picks days', async () => {
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

test('exports that overlap: the same entry again counts once, another one of its id is told', async () => {
  const line = (id: number, hours: string) => `${id},007,2026-05-10,StoreZero,${hours},\n`
  const files = {
    'a.csv': contract + line(1, '5') + line(2, '5'),
    'b.csv': contract + line(1, '5.0') + line(2, '6') + line(3, '5'),
  }
  expect(await read(files)).toMatchObject([
    { kind: 'entry', externalId: '1' },
    { kind: 'entry', externalId: '2', hours: 5 },
    {
      kind: 'unreadable',
      externalId: '2',
      reason: expect.stringMatching(/^b.csv, line 3: an earlier row has the same id/),
    },
    { kind: 'entry', externalId: '3' },
  ])
})

test('a file with nothing but an odd row is that row’s trouble, where others can be read', async () => {
  const files = {
    'a.csv': `${contract}1,007,2026-05-10,StoreZero,five,\n`,
    'b.csv': `${contract}2,007,2026-05-10,StoreZero,5,\n`,
  }
  expect(await read(files)).toMatchObject([{ kind: 'unreadable', externalId: '1' }, { kind: 'entry' }])
})

describe('hours as people write them', () => {
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

  test.each(['', 'five', '1.234,5', '2:75', '1e3'])('not "%s"', async (text) => {
    const good = '2,007,2026-05-10,StoreZero,1,\n'
    expect(
      await read({ 'a.csv': `${contract}1,007,2026-05-10,StoreZero,"${text}",\n${good}` }),
    ).toMatchObject([
      { kind: 'unreadable', externalId: '1', reason: expect.stringContaining('a.csv, line 2: hours: ') },
      { kind: 'entry' },
    ])
  })
})

test.each([2.3333333333333335, 0.1 + 0.2, 1e-9, 12])(
  'hours that are a number of JSON are taken as they are: %d',
  async (hours) => {
    const row = { external_id: '1', user_id: '007', date: '2026-05-10', project: 'StoreZero', hours }
    expect(await read({ 'a.json': JSON.stringify([row]) })).toMatchObject([{ kind: 'entry', hours }])
  },
)

test('blanks around a cell mean nothing, but in notes', async () => {
  const text = `${contract} 1 , 007 , 2026-05-10 , StoreZero , 5 , as  written \n`
  const asWritten = { ...first, person: { userId: '007' }, notes: ' as  written ' }
  expect(await read({ 'a.csv': text })).toMatchObject([asWritten])
})

describe('a column in other letters is not passed over', () => {
  const row = '1,007,2026-05-10,StoreZero,5,well\n'
  const renamed = { 'a.csv': contract.replace('notes', 'Notes') + row }

  test('it would wipe what was taken of it', async () => {
    const reading = read(renamed)
    await expect(reading).rejects.toThrow(Refused)
    await expect(reading).rejects.toThrow(
      /no column notes, and one called Notes; write notes=Notes .* notes= if/,
    )
  })

  test.each([
    ['notes=Notes', 'well'],
    ['notes=', null],
    ['{"notes": ""}', null],
  ])('unless it is said what it is: %s', async (columns, notes) => {
    expect(await read(renamed, { settings: { CSV_COLUMNS: columns } })).toMatchObject([{ notes }])
  })

  test('a table that has no notes needs no setting', async () => {
    const table = 'external_id,user_id,date,project,hours\n1,007,2026-05-10,StoreZero,5\n'
    expect(await read({ 'a.csv': table })).toMatchObject([{ notes: null }])
  })
})

describe('a row that is odd is told, and the others are read', () => {
  const good = '9,007,2026-05-10,StoreZero,1,\n'
  test.each([
    ['no id', ',007,2026-05-10,StoreZero,5,\n', 'a.csv, line 3', 'external_id is empty'],
    ['no date', '1,007,,StoreZero,5,\n', '1', 'a.csv, line 3: date is empty'],
    [
      'a comma in a text',
      '1,007,2026-05-10,StoreZero,5,well, so\n',
      '1',
      'it has 7 cells, and the header has 6',
    ],
    ['half a line', '1,007,2026-05-10\n', '1', 'it has 3 cells, and the header has 6'],
    ['an id for the second time', '9,007,2026-05-11,StoreZero,2,\n', '9', 'an earlier row has the same id'],
  ])('%s', async (_what, line, externalId, reason) => {
    expect(await read({ 'a.csv': contract + good + line })).toMatchObject([
      { kind: 'entry', externalId: '9' },
      { kind: 'unreadable', externalId, reason: expect.stringContaining(reason) },
    ])
  })

  test.each([
    [
      'external_id',
      '12345678901234567890',
      'a.json, item 1',
      /^external_id: is a larger number than JSON keeps whole/,
    ],
    ['hours', '1e400', '1', /hours: is a larger number/],
    ['notes', '{"text": "well"}', '1', /^a.json, item 1: notes: is of type object, not a text/],
    ['user_id', '["007"]', '1', /user_id: is a list/],
    ['project', 'true', '1', /project: is of type boolean/],
  ])('of JSON: %s %s', async (member, value, externalId, reason) => {
    const good = '{"external_id": "9", "user_id": "007", "date": "2026-05-10", "project": "P", "hours": 1}'
    const odd = good.replace('"9"', '"1"').replace(/\}$/, `, "${member}": ${value}}`)
    expect(await read({ 'a.json': `[${odd}, ${good}]` })).toMatchObject([
      { kind: 'unreadable', externalId, reason: expect.stringMatching(reason) },
      { kind: 'entry' },
    ])
  })
})

describe('what a setting must mend', () => {
  test.each([
    ['no file', {}, { CSV_PATH: '/nowhere/hours.csv' }, /nothing to be read at \/nowhere\/hours.csv/],
    ['a folder without tables', { 'a.txt': '' }, {}, /holds no .csv/],
    ['another kind of file', { 'a.xlsx': '' }, {}, /holds no .csv/],
    [
      'a column that is not there',
      { 'a.csv': 'external_id,user_id,date,hours\n1,007,2026-05-10,5\n' },
      {},
      /no column project/,
    ],
    [
      'another header, though no row',
      { 'a.csv': 'Datum,Stunden\n' },
      {},
      /a.csv: there is no column external_id.*There are: Datum, Stunden/,
    ],
    [
      'nobody',
      { 'a.csv': 'external_id,date,project,hours\n1,2026-05-10,P,5\n' },
      {},
      /user_id or email or person_id/,
    ],
    [
      'a name that is wrong',
      { 'a.csv': `${contract}1,007,2026-05-10,P,5,\n` },
      { CSV_COLUMNS: 'hours=Duration' },
      /no column Duration.*There are: external_id/,
    ],
    [
      'another delimiter',
      { 'a.csv': `${contract.replaceAll(',', ';')}1;007;2026-05-10;P;5;\n` },
      {},
      /is CSV_DELIMITER what stands .* There are: external_id;user_id/,
    ],
  ] as const)('%s', async (_what, files, settings, message) => {
    const reading = read(files, { settings })
    await expect(reading).rejects.toThrow(Refused)
    await expect(reading).rejects.toThrow(message)
  })

  test('what is no file, and is not waited for', async () => {
    execFileSync('mkfifo', [join(folder, 'a.csv')])
    await expect(read({})).rejects.toThrow(/a.csv is not a file; correct CSV_PATH/)
    await rm(join(folder, 'a.csv'))
    await mkdir(join(folder, 'a.csv'))
    await expect(read({})).rejects.toThrow(/a.csv is not a file; correct CSV_PATH/)
  })

  test('a path that leads nowhere, by its code', async () => {
    await symlink('a.csv', join(folder, 'a.csv'))
    await expect(read({})).rejects.toThrow(
      new Refused(`${folder}/a.csv cannot be read (ELOOP); correct CSV_PATH`),
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
    ['CSV_COLUMNS', 'hours=Duration,hours=Time', '"hours" stands there twice'],
    ['CSV_DELIMITER', '"', 'stands around cells'],
    ['CSV_DELIMITER', '\n', 'stands around cells or lines'],
    ['CSV_COLUMNS', '{', 'begins like a JSON object'],
    ['CSV_DELIMITER', ';;', 'is not one character'],
    ['CSV_SOURCE', 'Harvest', 'is not a name of a-z'],
  ])('%s=%s', (name, value, message) => {
    expect(() => readConfig({ CSV_PATH: '.', [name]: value }, csv.settings)).toThrow(message)
  })
})

describe('what is not what it should be', () => {
  test.each([
    ['an empty file', { 'a.csv': '' }, 'not even a header'],
    [
      'a quote without end',
      { 'a.csv': `${contract}1,007,2026-05-10,P,5,"` },
      /a.csv, row 2 .*[Qq]uote Not Closed/,
    ],
    [
      'a quote without end, in a long file',
      { 'a.csv': `${contract}1,007,2026-05-10,P,5,"${'2,007,2026-05-10,P,5,\n'.repeat(60_000)}` },
      /a.csv, row 2 .* longer than 1048576 characters; is a quote in it not closed/,
    ],
    [
      'a quote within a cell',
      { 'a.csv': `${contract}1,007,2026-05-10,27" screens,5,\n` },
      /a.csv, row 2 .*Invalid Opening Quote/,
    ],
    ['two columns of one name', { 'a.csv': 'hours,hours\n1,2\n' }, 'two columns "hours"'],
    [
      'not UTF-8',
      { 'a.csv': Buffer.from(`${contract}1,Jos\xe9,2026-05-10,P,5,\n`, 'latin1') },
      'is not UTF-8',
    ],
    ['no JSON', { 'a.json': '[{]' }, 'a.json: '],
    ['no array', { 'a.json': '{}' }, 'is not a JSON array'],
    ['an empty file of lines', { 'a.ndjson': '' }, 'a.ndjson is empty'],
    ['blank lines only', { 'a.jsonl': '\n\n' }, 'a.jsonl is empty'],
    [
      'a line without end',
      { 'a.ndjson': `\n{"notes": "${'x'.repeat(1_100_000)}` },
      'a.ndjson, line 2: is longer than 1048576 characters',
    ],
    ['a line that is no JSON', { 'a.ndjson': '{}\n{\n' }, 'a.ndjson, line 2'],
    ['no row that can be read', { 'a.json': '[{"id": 1}]' }, 'No row can be read; a.json, item 1'],
  ])('%s', async (_what, files, message) => {
    const reading = read(files)
    await expect(reading).rejects.toThrow(UnexpectedAnswer)
    await expect(reading).rejects.toThrow(message)
  })
})

test('a read ends when it is told to, wherever it is', async () => {
  await writeFile(join(folder, 'a.csv'), contract + '1,007,2026-05-10,P,5,\n'.repeat(200_000))
  const config = readConfig({ CSV_PATH: folder }, csv.settings)
  const controller = new AbortController()
  const tracker = csv.open(config, undefined as unknown as Ask, controller.signal)
  // Nothing of it lies in the window, so nothing is given that the reader could stop at.
  const read = tracker.read({ from: '2026-05-11' })[Symbol.asyncIterator]().next()
  setImmediate(() => controller.abort())
  await expect(read).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }))
})
