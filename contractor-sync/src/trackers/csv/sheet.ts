import { ExportFileError } from '@timesheets/exports/export-error'
import readXlsxFile from 'read-excel-file/node'

/** Spreadsheets count days from here; a time of day, or a duration, is a date near it. */
const firstDayMs = Date.UTC(1899, 11, 30)
/** Dates up to here are times: no entry is of 1901. */
const lastTimeMs = Date.UTC(1901, 0, 1)

/** The first sheet of a spreadsheet. */
export interface FirstSheet {
  /** Times and durations are texts, `h:mm:ss`; dates are dates in UTC. */
  readonly rows: readonly (readonly unknown[])[]
  /** Names of the sheets that are not read. */
  readonly otherSheets: readonly string[]
}

/**
 * Reads the first sheet of an .xlsx file into memory.
 * @throws {ExportFileError} the file is no spreadsheet
 */
export async function readFirstSheet(path: string): Promise<FirstSheet> {
  let sheets: Awaited<ReturnType<typeof readXlsxFile>>
  try {
    sheets = await readXlsxFile(path)
  } catch (error) {
    throw new ExportFileError(`${path} is no spreadsheet (.xlsx): ${(error as Error).message}`)
  }
  const [first, ...others] = sheets
  return {
    rows: (first?.data ?? []).map((cells) => cells.map(toCell)),
    otherSheets: others.filter(({ data }) => data.length > 0).map(({ sheet }) => sheet),
  }
}

function toCell(value: unknown): unknown {
  if (!(value instanceof Date) || value.getTime() >= lastTimeMs) return value
  const seconds = Math.round((value.getTime() - firstDayMs) / 1000)
  const pad = (number: number) => String(number).padStart(2, '0')
  return `${Math.floor(seconds / 3600)}:${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`
}
