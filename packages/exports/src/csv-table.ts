import { CsvError, type Info, parse } from 'csv-parse'
import { ExportFileError } from './export-error.ts'
import { maxRowCharacters } from './export-file.ts'

/** A row of CSV. */
export interface CsvRow {
  readonly cells: readonly string[]
  /** Number of its last line. */
  readonly line: number
  /** The file ended without a line end after it, so that it may be cut off. */
  readonly isUnfinished: boolean
}

/**
 * Parses CSV (RFC 4180) as a stream. Lines may end with LF, CRLF or CR, each as it likes. Rows of empty cells are left out.
 * @param linesBefore number of lines that were removed before the text
 * @param file for error messages
 * @throws {ExportFileError} a quote is not closed, or a row is too long
 */
export async function* parseCsv(
  chunks: AsyncIterable<string>,
  delimiter: string,
  linesBefore: number,
  file: string,
): AsyncGenerator<CsvRow> {
  const parser = parse({
    delimiter,
    info: true,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    // A quote that encloses no whole cell is a character of it: 27" screens.
    relax_quotes: true,
    skip_records_with_empty_values: true,
    max_record_size: maxRowCharacters,
    cast: (text, { quoting }) => (quoting ? text : unquoteIndented(text)),
  })
  let last = ''
  const feed = async () => {
    try {
      for await (const chunk of chunks) {
        if (chunk === '') continue
        last = chunk.at(-1)!
        if (!parser.write(chunk)) await waitForRoom(parser)
        if (parser.destroyed) return
      }
      parser.end()
    } catch (error) {
      parser.destroy(error as Error)
    }
  }
  const feeding = feed()
  try {
    let previous: CsvRow | undefined
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: Info }>) {
      if (previous !== undefined) yield previous
      previous = { cells: record, line: info.lines + linesBefore, isUnfinished: false }
    }
    if (previous !== undefined) yield { ...previous, isUnfinished: last !== '\n' && last !== '\r' }
  } catch (error) {
    throw error instanceof CsvError ? new ExportFileError(describeCsvError(error, file)) : error
  } finally {
    parser.destroy()
    await feeding
  }
}

function waitForRoom(parser: ReturnType<typeof parse>): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      for (const event of ['drain', 'close', 'error']) parser.removeListener(event, done)
      resolve()
    }
    for (const event of ['drain', 'close', 'error']) parser.once(event, done)
  })
}

/** Some programs write a blank before a quoted cell: `, "layout"`. */
function unquoteIndented(text: string): string {
  const quoted = /^\s+"((?:[^"]|"")*)"\s*$/.exec(text)
  return quoted === null ? text : quoted[1]!.replaceAll('""', '"')
}

/** Names the row, because a quote that is not closed takes the lines after it into its cell. */
function describeCsvError(error: CsvError, file: string): string {
  const { code, message, records } = error as CsvError & { records?: number }
  const row = `${file}, row ${(records ?? 0) + 1} (the header is row 1)`
  return code === 'CSV_MAX_RECORD_SIZE'
    ? `${row}: is longer than ${maxRowCharacters} characters; is a quote in it not closed?`
    : `${row}: ${message}`
}
