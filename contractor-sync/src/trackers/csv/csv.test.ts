import { execFileSync } from 'node:child_process'
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from '@jest/globals'
import { readConfig } from '@timesheets/runtime/config'
import { contract, folder, noClient, readFiles } from '../../../test/csv-folder.ts'
import { ConfigurationError } from '../../errors.ts'
import { csv } from './csv.ts'

const first = { kind: 'entry', externalId: '1', date: '2026-05-10', project: 'StoreZero', hours: 5 }

test('columns with the names of the contract need no mapping', async () => {
  expect(
    await readFiles({ 'hours.csv': `${contract}1,007,2026-05-10,StoreZero,5,"two\nlines, ""quoted"""\n` }),
  ).toEqual([
    {
      ...first,
      person: { userId: '007' },
      notes: 'two\nlines, "quoted"',
      isRunning: false,
      position: 'hours.csv, line 3',
      file: 'hours.csv',
    },
  ])
})

test('the files of a folder are read from the last name to the first; the window selects days', async () => {
  const line = (id: number, day: string) => `${id},007,${day},StoreZero,5,\n`
  const files = {
    'b.csv': contract + line(3, '2026-05-12'),
    'a.csv': contract + line(1, '2026-05-10') + line(2, '2026-05-11T23:00:00-05:00') + line(4, 'yesterday'),
    'notes.txt': 'not a table',
  }
  // A date that cannot be read is in no window: the row is reported.
  expect((await readFiles(files)).map(({ externalId }) => externalId)).toEqual(['3', '1', '2', '4'])
  const picked = await readFiles(files, { window: { from: '2026-05-11', to: '2026-05-11' } })
  expect(picked.map(({ externalId }) => externalId)).toEqual(['2', '4'])
})

test('exports may overlap: a repeated entry is counted, and the newer file by name wins', async () => {
  const line = (id: number, hours: string) => `${id},007,2026-05-10,StoreZero,${hours},\n`
  const files = {
    'a.csv': contract + line(1, '5') + line(2, '5') + line(4, '5'),
    'b.csv': contract + line(1, '5.0') + line(2, '6') + line(3, '5'),
  }
  const notices: string[] = []
  expect(await readFiles(files, { notices })).toMatchObject([
    { kind: 'entry', externalId: '1' },
    { kind: 'entry', externalId: '2', hours: 6 },
    { kind: 'entry', externalId: '3' },
    { kind: 'repeated', externalId: '1' },
    { kind: 'repeated', externalId: '2' },
    { kind: 'entry', externalId: '4' },
  ])
  expect(notices).toContainEqual(expect.stringMatching(/^a.csv: 1 row not used, because a newer file/))
})

test.each([
  ['2026-9.csv', '2026-10.csv'],
  ['hours.csv', 'hours (1).csv'],
  ['hours (9).csv', 'hours (10).csv'],
  ['2026-08.csv.gz', '2026-09.csv'],
])('%s is older than %s', async (older, newer) => {
  const table = (hours: number) => Buffer.from(`${contract}1,007,2026-05-10,StoreZero,${hours},\n`)
  const write = (name: string, content: Buffer) => (name.endsWith('.gz') ? gzipSync(content) : content)
  const files = { [older]: write(older, table(1)), [newer]: write(newer, table(2)) }
  expect(await readFiles(files)).toMatchObject([{ kind: 'entry', hours: 2 }, { kind: 'repeated' }])
})

test('an id that repeats with other content in one file is an error that names both rows', async () => {
  const line = (id: number, hours: string) => `${id},007,2026-05-10,StoreZero,${hours},\n`
  expect(await readFiles({ 'a.csv': contract + line(1, '5') + line(2, '5') + line(1, '6') })).toMatchObject([
    { kind: 'entry', externalId: '1', hours: 5 },
    { kind: 'entry', externalId: '2' },
    {
      kind: 'unreadable',
      externalId: '1',
      reason: expect.stringMatching(
        /^a.csv, line 4: an earlier row has the same id and other content \(a.csv, line 2\)/,
      ),
    },
  ])
})

test('every repeat within a file is counted, since external_id may be the wrong column', async () => {
  const row = 'layout,007,2026-05-10,StoreZero,0.25,\n'
  const records = await readFiles({ 'a.csv': contract + row.repeat(3) })
  expect(records.map(({ kind }) => kind)).toEqual(['entry', 'repeated', 'repeated'])
})

test('a file with nothing but an invalid row costs no other file', async () => {
  const files = {
    'a.csv': `${contract}1,007,2026-05-10,StoreZero,five,\n`,
    'b.csv': `${contract}2,007,2026-05-10,StoreZero,5,\n`,
  }
  expect(await readFiles(files)).toMatchObject([{ kind: 'entry' }, { kind: 'unreadable', externalId: '1' }])
})

test('blanks around a cell are removed, except in notes', async () => {
  const text = `${contract} 1 , 007 , 2026-05-10 , StoreZero , 5 , as  written \n`
  const asWritten = { ...first, person: { userId: '007' }, notes: ' as  written ' }
  expect(await readFiles({ 'a.csv': text })).toMatchObject([asWritten])
})

describe('is a configuration error', () => {
  test.each([
    ['no file', {}, { CSV_PATH: '/nowhere/hours.csv' }, /no file or folder at \/nowhere\/hours.csv/],
    ['a folder without tables', { 'a.txt': '' }, {}, /has no .csv/],
    ['another kind of file', { 'a.pdf': '' }, {}, /has no .csv.*it has a.pdf/],
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
      /a.csv: there is no column date.*The file has: Datum, Stunden/,
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
    const reading = readFiles(files, { settings })
    await expect(reading).rejects.toThrow(ConfigurationError)
    await expect(reading).rejects.toThrow(message)
  })

  test('a path that is not a file, which could block the read', async () => {
    execFileSync('mkfifo', [join(folder, 'a.csv')])
    await expect(readFiles({})).rejects.toThrow(/a.csv is not a file; correct CSV_PATH/)
    await rm(join(folder, 'a.csv'))
    await mkdir(join(folder, 'a.csv'))
    await expect(readFiles({})).rejects.toThrow(/a.csv is not a file; correct CSV_PATH/)
  })

  test('a path that cannot be read, with its error code', async () => {
    await symlink('a.csv', join(folder, 'a.csv'))
    await expect(readFiles({})).rejects.toThrow(
      new ConfigurationError(`${folder}/a.csv cannot be read (ELOOP); correct CSV_PATH`),
    )
    await writeFile(join(folder, 'file'), '')
    await expect(readFiles({}, { settings: { CSV_PATH: join(folder, 'file', 'a.csv') } })).rejects.toThrow(
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

test('the signal ends a read at any point', async () => {
  await writeFile(join(folder, 'a.csv'), contract + '1,007,2026-05-10,P,5,\n'.repeat(200_000))
  const config = readConfig({ CSV_PATH: folder }, csv.settings)
  const controller = new AbortController()
  const tracker = csv.open(config, noClient, controller.signal)
  // The window excludes every row, so the read returns nothing at which it could be stopped.
  const read = tracker.read({ from: '2026-05-11' })[Symbol.asyncIterator]().next()
  setImmediate(() => controller.abort())
  await expect(read).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }))
})
