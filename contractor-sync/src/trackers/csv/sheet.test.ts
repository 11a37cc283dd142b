import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import writeXlsxFile from 'write-excel-file/node'
import { folder, readFiles } from '../../../test/csv-folder.ts'

const header = ['external_id', 'email', 'date', 'start', 'end', 'project', 'hours', 'notes']
const day = { value: new Date('2026-09-01T00:00:00Z'), type: Date, format: 'dd/mm/yyyy' }
const fraction = (hours: number, format: string) => ({ value: hours / 24, type: Number, format })

async function writeSheets(...sheets: (readonly unknown[])[][]) {
  const content = sheets.map((data, i) => ({ sheet: `Sheet ${i + 1}`, data }))
  await writeXlsxFile(content as unknown as Parameters<typeof writeXlsxFile>[0]).toFile(
    join(folder, 'hours.xlsx'),
  )
}

test('a spreadsheet is read: dates, durations and times as cells, titles above the header', async () => {
  await writeSheets([
    ['Hours of September'],
    header,
    [1, 'kim@example.com', day, null, null, 'Site', 1.5, 'a number'],
    [2, 'kim@example.com', day, null, null, 'Site', fraction(1.51, '[h]:mm:ss'), 'a duration'],
    [
      3,
      'kim@example.com',
      day,
      fraction(9, 'h:mm'),
      fraction(10.5, 'h:mm'),
      'Site',
      null,
      'from start to end',
    ],
    [4, 'kim@example.com', '2026-09-02', null, null, 'Site', '1h 30m', 'texts'],
  ])
  const read = await readFiles({}, { settings: { CSV_TIME_ZONE: 'Europe/Berlin' } })
  expect(read).toMatchObject([
    { externalId: '1', date: '2026-09-01', hours: 1.5, position: 'hours.xlsx, row 3' },
    { externalId: '2', date: '2026-09-01', hours: 1.51, notes: 'a duration' },
    { externalId: '3', date: '2026-09-01T09:00:00+02:00', hours: 1.5 },
    { externalId: '4', date: '2026-09-02', hours: 1.5 },
  ])
})

test('dates of a spreadsheet need no CSV_DATE_FORMAT, and texts follow it', async () => {
  const text = [2, 'kim@example.com', '02.09.2026', null, null, 'Site', 1, null]
  await writeSheets([header, [1, 'kim@example.com', day, null, null, 'Site', 1, null], text])
  const read = await readFiles({}, { settings: { CSV_DATE_FORMAT: 'dd.MM.yyyy' } })
  expect(read).toMatchObject([{ date: '2026-09-01' }, { date: '2026-09-02' }])
})

test('sheets after the first one are named', async () => {
  const rows = [header, [1, 'kim@example.com', day, null, null, 'Site', 1, null]]
  await writeSheets(rows, rows)
  const notices: string[] = []
  expect(await readFiles({}, { notices })).toHaveLength(1)
  expect(notices).toContain('hours.xlsx: only its first sheet is read, not Sheet 2')
})

test('a file that is no spreadsheet is reported, and the others are read', async () => {
  const csv = 'external_id,email,date,project,hours\n1,kim@example.com,2026-09-01,Site,1\n'
  expect(await readFiles({ 'a.csv': csv, 'b.xlsx': 'no spreadsheet' })).toMatchObject([
    { kind: 'unreadable', externalId: 'b.xlsx', reason: expect.stringContaining('is no spreadsheet') },
    { kind: 'entry', externalId: '1' },
  ])
})
