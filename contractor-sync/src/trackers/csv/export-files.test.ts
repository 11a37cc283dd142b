import { describe, expect, test } from '@jest/globals'
import { contract, readFiles } from '../../../test/csv-folder.ts'
import { ConfigurationError, InvalidResponseError } from '../../errors.ts'

describe('line ends', () => {
  const header = contract.trim()
  const row = (id: number) => `${id},007,2026-05-10,StoreZero,1,note ${id}`
  test.each([
    ['LF after the header, CRLF after the rows', `${header}\n${row(1)}\r\n${row(2)}\r\n`],
    ['CRLF after the header, LF after the rows', `${header}\r\n${row(1)}\n${row(2)}\n`],
    ['CR', `${header}\r${row(1)}\r${row(2)}\r`],
  ])('do not end up in the last cell: %s', async (_what, text) => {
    expect(await readFiles({ 'a.csv': text })).toMatchObject([{ notes: 'note 1' }, { notes: 'note 2' }])
  })

  test.each(['\n', '\r\n'])('within quotes belong to the notes: %j', async (lineEnd) => {
    const text = `${header}${lineEnd}1,007,2026-05-10,StoreZero,1,"two${lineEnd}lines"${lineEnd}`
    expect(await readFiles({ 'a.csv': text })).toMatchObject([{ notes: `two${lineEnd}lines` }])
  })
})

describe('quotes', () => {
  test.each([
    ['within an unquoted cell are characters', 'The "new" page', 'The "new" page'],
    ['at the end of a cell are characters', '27"', '27"'],
    ['after a blank enclose the cell', ' "27"" screens"', '27" screens'],
    ['doubled within quotes are one', '"27"" screens"', '27" screens'],
  ])('%s', async (_what, cell, notes) => {
    expect(await readFiles({ 'a.csv': `${contract}1,007,2026-05-10,P,5,${cell}\n` })).toMatchObject([
      { notes },
    ])
  })

  test.each(['"27" screens', '"a"b"', ' "a" b', ' "a'])(
    'that enclose no whole cell stay as they are written: %s',
    async (cell) => {
      const row = (id: number, notes: string) => `${id},007,2026-05-10,P,5,${notes}\n`
      expect(await readFiles({ 'a.csv': contract + row(1, 'x') + row(2, cell) + row(3, 'y') })).toMatchObject(
        [{ notes: 'x' }, { notes: cell }, { notes: 'y' }],
      )
    },
  )
})

test('rows of empty cells are ignored', async () => {
  const row = '1,007,2026-05-10,P,5,\n'
  expect(await readFiles({ 'a.csv': `${contract},,,,,\n${row} , ,,,,\n"","","","","",""\n` })).toMatchObject([
    { kind: 'entry', externalId: '1' },
  ])
})

describe('a file of a folder that cannot be read costs no other file, and is reported by its name', () => {
  const row = (id: number) => `${id},007,2026-05-10,P,5,\n`
  test.each([
    ['empty', '', /it has no header/],
    ['of another kind', 'Datum;Stunden\n2026-05-10;5\n', /there is no column date/],
    ['not UTF-8', Buffer.from('Jos\xe9', 'latin1'), /is not UTF-8/],
    ['with an unclosed quote', `${contract}2,007,2026-05-10,P,5,"\n`, /[Qq]uote Not Closed/],
  ])('%s', async (_what, content, reason) => {
    const records = await readFiles({
      'a.csv': contract + row(1),
      'b.csv': content,
      'c.csv': contract + row(3),
    })
    expect(records).toEqual([
      expect.objectContaining({ kind: 'entry', externalId: '3' }),
      { kind: 'unreadable', externalId: 'b.csv', reason: expect.stringMatching(reason) },
      expect.objectContaining({ kind: 'entry', externalId: '1' }),
    ])
  })

  test('if no file can be read, the error of the first one is thrown', async () => {
    const reading = readFiles({ 'a.csv': 'Datum\n', 'b.csv': '' })
    await expect(reading).rejects.toThrow(ConfigurationError)
    await expect(reading).rejects.toThrow('a.csv: there is no column date')
  })

  test('hidden files, such as those that macOS writes beside a table, are not read', async () => {
    expect(
      await readFiles({ 'a.csv': contract + row(1), '._a.csv': Buffer.from([0, 5, 22, 7, 255]) }),
    ).toHaveLength(1)
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
    const reading = readFiles(files)
    await expect(reading).rejects.toThrow(InvalidResponseError)
    await expect(reading).rejects.toThrow(message)
  })
})
