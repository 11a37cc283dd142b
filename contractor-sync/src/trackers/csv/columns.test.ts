import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { contract, folder, readFiles } from '../../../test/csv-folder.ts'
import { ConfigurationError } from '../../errors.ts'

const first = { kind: 'entry', externalId: '1', date: '2026-05-10', project: 'StoreZero', hours: 5 }

test('CSV_COLUMNS maps other names; BOM, CRLF, semicolons and unused columns are accepted', async () => {
  const settings = {
    CSV_COLUMNS: 'external_id=Entry ID,email=Person,date=Day,project=Project,hours=Duration,notes=Remark',
    CSV_DELIMITER: ';',
    CSV_HOURS_UNIT: 'hours',
  }
  const text =
    '\ufeffDay;Entry ID;Client;Project;Duration;Person;Remark\r\n2026-05-10;1;ABC;StoreZero;5,25;ann@example.com;\r\n'
  expect(await readFiles({ 'export.csv': text }, { settings })).toEqual([
    {
      ...first,
      hours: 5.25,
      person: { email: 'ann@example.com' },
      notes: null,
      isRunning: false,
      position: 'export.csv, line 2',
      file: 'export.csv',
    },
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
  const expected = (file: string, row: string) => [
    { ...first, person: { id: '7' }, notes: null, isRunning: false, position: `${file}, ${row}`, file },
  ]
  expect(await readFiles({ 'a.json': JSON.stringify([row]) }, { settings })).toEqual(
    expected('a.json', 'item 1'),
  )
  await rm(join(folder, 'a.json'))
  expect(await readFiles({ 'a.ndjson': `${JSON.stringify(row)}\n\n` }, { settings })).toEqual(
    expected('a.ndjson', 'line 1'),
  )
})

describe('a column name that differs only in case is not ignored', () => {
  const row = '1,007,2026-05-10,StoreZero,5,well\n'
  const renamed = { 'a.csv': contract.replace('notes', 'Notes') + row }

  test('because that would erase notes that were uploaded before', async () => {
    const reading = readFiles(renamed)
    await expect(reading).rejects.toThrow(ConfigurationError)
    await expect(reading).rejects.toThrow(
      /no column notes, but one called Notes; write notes=Notes .* notes= to ignore/,
    )
  })

  test.each([
    ['notes=Notes', 'well'],
    ['notes=', null],
    ['{"notes": ""}', null],
  ])('unless CSV_COLUMNS decides: %s', async (columns, notes) => {
    expect(await readFiles(renamed, { settings: { CSV_COLUMNS: columns } })).toMatchObject([{ notes }])
  })

  test('a table without notes needs no setting', async () => {
    const table = 'external_id,user_id,date,project,hours\n1,007,2026-05-10,StoreZero,5\n'
    expect(await readFiles({ 'a.csv': table })).toMatchObject([{ notes: null }])
  })
})

test('a column that appears twice is ignored if it is not used', async () => {
  const text = 'external_id,user_id,Sprint,date,project,hours,Sprint\n1,007,a,2026-05-10,P,5,b\n'
  expect(await readFiles({ 'a.csv': text })).toMatchObject([{ kind: 'entry', externalId: '1' }])
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
    expect(await readFiles({ 'a.csv': contract + good + line })).toMatchObject([
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
    expect(await readFiles({ 'a.json': `[${odd}, ${good}]` })).toMatchObject([
      { kind: 'unreadable', externalId, reason: expect.stringMatching(reason) },
      { kind: 'entry' },
    ])
  })
})
