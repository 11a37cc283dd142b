import { expect, test } from '@jest/globals'
import { compileDatePattern } from './date-pattern.ts'
import { type ExportFormat, exportFormats, formatNames, recognizeFormats } from './formats.ts'

/** The shortest header of a format, with one of its possible names of each column. */
const header = ({ recognizedBy }: ExportFormat, choice: number) =>
  recognizedBy.map((names) => names[Math.min(choice, names.length - 1)]!)

/** All columns that a format knows. */
const wholeHeader = ({ recognizedBy, columns }: ExportFormat) => [
  ...recognizedBy.flat(),
  ...Object.values(columns).flatMap((names) => names.flatMap((name) => name.split(' + '))),
]

test.each(formatNames)('%s is recognized by its header, and no other format is', (name) => {
  for (const choice of [0, 1, 2])
    expect(recognizeFormats(header(exportFormats[name], choice))).toEqual([name])
  expect(
    recognizeFormats(wholeHeader(exportFormats[name]).map((column) => ` ${column.toUpperCase()} `)),
  ).toEqual([name])
})

test.each(formatNames)('%s is not recognized if one of its columns is missing', (name) => {
  const columns = header(exportFormats[name], 0)
  for (const missing of columns)
    expect(recognizeFormats(columns.filter((column) => column !== missing))).toEqual([])
})

test.each(formatNames)('%s has patterns that are valid, and fields that are known', (name) => {
  const { dates, columns }: ExportFormat = exportFormats[name]
  for (const pattern of dates) expect(() => compileDatePattern(pattern)).not.toThrow()
  expect(columns.person).toBeDefined()
  expect(columns.hours).toBeDefined()
})

test('a table with the columns of the contract is of no known format', () => {
  expect(recognizeFormats(['external_id', 'user_id', 'email', 'date', 'project', 'hours', 'notes'])).toEqual(
    [],
  )
})
