import { ExportFileError } from '@timesheets/exports/export-error'
import { readSheet } from 'read-excel-file/node'

/** Spreadsheets count days from here; a time of day, or a duration, is a date near it. */
const firstDayMs = Date.UTC(1899, 11, 30)
/** Dates up to here are times: no entry is of 1901. */
const lastTimeMs = Date.UTC(1901, 0, 1)

/**
 * Reads the rows of the first sheet of an .xlsx file into memory. Times and durations are texts, `h:mm:ss`; dates are dates in
 * UTC.
 * @throws {ExportFileError} the file is no spreadsheet
 */
export async function readFirstSheet(path: string): Promise<readonly (readonly unknown[])[]> {
  let rows: readonly (readonly unknown[])[]
  try {
    rows = await readSheet(path, 1)
  } catch (error) {
    throw new ExportFileError(`${path} is no spreadsheet (.xlsx): ${(error as Error).message}`)
  }
  return rows.map((cells) => cells.map(toCell))
}

function toCell(value: unknown): unknown {
  if (!(value instanceof Date) || value.getTime() >= lastTimeMs) return value
  const seconds = Math.round((value.getTime() - firstDayMs) / 1000)
  const pad = (number: number) => String(number).padStart(2, '0')
  return `${Math.floor(seconds / 3600)}:${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`
}
