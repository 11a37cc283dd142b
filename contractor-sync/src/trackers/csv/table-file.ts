import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { basename, extname } from 'node:path'
import { pipeline, Readable } from 'node:stream'
import { CsvError, type Info, parse } from 'csv-parse'
import { ConfigurationError, InvalidResponseError } from '../../errors.ts'

/** A row of a file. */
export interface TableRow {
  /** For people: `hours.csv, line 17`. */
  readonly position: string
  /** Cell by column; in JSON, value by field. */
  readonly cells: Readonly<Record<string, unknown>>
  /** Why the row cannot be read, whatever its columns mean. */
  readonly error?: string
}

export interface TableOptions {
  /** Separates the cells of a CSV file. */
  readonly delimiter: string
  /** Called with the header of a CSV file, also if it has no rows; in JSON each row has its own fields. */
  readonly onHeader: (columns: readonly string[], file: string) => void
  /** Ends the reading at once. */
  readonly signal?: AbortSignal | undefined
}

type RowReader = (path: string, options: TableOptions) => AsyncGenerator<TableRow>

/** A longer row is most likely a quote that is not closed, and would fill the memory. */
const maxRowChars = 1024 * 1024
/** A JSON array is read whole. */
const maxJsonBytes = 256 * 1024 * 1024

const readers: Readonly<Record<string, RowReader>> = {
  '.csv': readCsv,
  '.tsv': (path, options) => readCsv(path, { ...options, delimiter: '\t' }),
  '.json': readJsonArray,
  '.ndjson': readJsonLines,
  '.jsonl': readJsonLines,
}

/** The file formats by extension. */
export const tableExtensions = Object.keys(readers)

/**
 * Reads the rows of a file as a stream. Text must be UTF-8: anything else is an error, not a name with question marks.
 * @throws {ConfigurationError} the file does not exist, may not be read, or has an unknown extension
 * @throws {InvalidResponseError} the content is not what the extension says
 */
export async function* readTable(path: string, options: TableOptions): AsyncGenerator<TableRow> {
  const read = readers[extname(path).toLowerCase()]
  if (read === undefined)
    throw new ConfigurationError(`${path} is none of ${tableExtensions.join(', ')}; correct CSV_PATH`)
  try {
    // Reading a named pipe could block forever.
    if (!(await stat(path)).isFile()) throw new ConfigurationError(`${path} is not a file; correct CSV_PATH`)
    yield* read(path, options)
  } catch (error) {
    throw explainError(error as Error, path)
  }
}

/** Reads CSV with a header (RFC 4180). Lines may end with LF, CRLF or CR, each as it likes. */
async function* readCsv(
  path: string,
  { delimiter, onHeader, signal }: TableOptions,
): AsyncGenerator<TableRow> {
  const file = basename(path)
  const parser = parse({
    delimiter,
    info: true,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    // A quote that encloses no whole cell is a character of it: 27" screens.
    relax_quotes: true,
    skip_records_with_empty_values: true,
    max_record_size: maxRowChars,
    cast: (text, { quoting }) => (quoting ? text : unquoteIndented(text)),
  })
  // An error of the source destroys the parser, and is thrown by its iterator.
  pipeline(Readable.from(decodeFile(path, signal)), parser, () => {})
  let header: readonly string[] | undefined
  for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: Info }>) {
    if (header === undefined) {
      header = record.map((column) => column.trim())
      onHeader(header, file)
      continue
    }
    const row = {
      position: `${file}, line ${info.lines}`,
      cells: Object.fromEntries(header.map((column, i) => [column, record[i]])),
    }
    if (record.length !== header.length)
      yield { ...row, error: `it has ${record.length} cells, and the header has ${header.length}` }
    else yield row
  }
  if (header === undefined) throw new InvalidResponseError(`${file} is empty: it has no header`)
}

/** Some programs write a blank before a quoted cell: `, "layout"`. */
function unquoteIndented(text: string): string {
  const quoted = /^\s+"((?:[^"]|"")*)"\s*$/.exec(text)
  return quoted === null ? text : quoted[1]!.replaceAll('""', '"')
}

/** Reads a JSON array of objects into memory; larger exports must be NDJSON. */
async function* readJsonArray(path: string, { signal }: TableOptions): AsyncGenerator<TableRow> {
  const file = basename(path)
  if ((await stat(path)).size > maxJsonBytes) {
    throw new ConfigurationError(
      `${path} is too large for a JSON array; export it as .ndjson, one object per line`,
    )
  }
  const values: unknown = JSON.parse(createDecoder().decode(await readFile(path, { signal })))
  if (!Array.isArray(values)) throw new InvalidResponseError(`${file} is not a JSON array of objects`)
  for (const [i, value] of values.entries()) yield toRow(`${file}, item ${i + 1}`, value)
}

/** Reads one JSON object per line. */
async function* readJsonLines(path: string, { signal }: TableOptions): AsyncGenerator<TableRow> {
  const file = basename(path)
  let number = 0
  let isEmpty = true
  for await (const line of splitLines(decodeFile(path, signal))) {
    number += 1
    const position = `${file}, line ${number}`
    if (line.length > maxRowChars)
      throw new InvalidResponseError(`${position}: is longer than ${maxRowChars} characters`)
    if (line.trim() === '') continue
    isEmpty = false
    yield toRow(position, parseLine(line, position))
  }
  // An export that failed at its beginning looks the same.
  if (isEmpty) throw new InvalidResponseError(`${file} is empty: it has no object`)
}

/** Splits text into lines; stops after a line that is too long. */
async function* splitLines(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = ''
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop()!
    yield* lines
    if (rest.length > maxRowChars) break
  }
  yield rest
}

function parseLine(line: string, position: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    throw new InvalidResponseError(`${position}: is not JSON`)
  }
}

function toRow(position: string, value: unknown): TableRow {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject
    ? { position, cells: value as Record<string, unknown> }
    : { position, cells: {}, error: 'it is not an object' }
}

const createDecoder = () => new TextDecoder('utf-8', { fatal: true })

async function* decodeFile(path: string, signal: AbortSignal | undefined): AsyncGenerator<string> {
  const decoder = createDecoder()
  const bytes = createReadStream(path, signal === undefined ? {} : { signal })
  for await (const chunk of bytes) yield decoder.decode(chunk, { stream: true })
  yield decoder.decode()
}

function explainError(error: NodeJS.ErrnoException, path: string): Error {
  const { code, syscall, message } = error
  if (code === 'ENOENT') return new ConfigurationError(`There is no file ${path}; correct CSV_PATH`)
  if (syscall !== undefined)
    return new ConfigurationError(`${path} cannot be read (${code}); correct CSV_PATH`)
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA')
    return new InvalidResponseError(`${path} is not UTF-8; save it as UTF-8`)
  if (error instanceof CsvError) return new InvalidResponseError(describeCsvError(error, path))
  return error instanceof SyntaxError ? new InvalidResponseError(`${path}: ${message}`) : error
}

/** Names the row, because a quote that is not closed takes the lines after it into its cell. */
function describeCsvError(error: CsvError, path: string): string {
  const { code, message, records } = error as CsvError & { records?: number }
  const row = `${path}, row ${(records ?? 0) + 1} (the header is row 1)`
  return code === 'CSV_MAX_RECORD_SIZE'
    ? `${row}: is longer than ${maxRowChars} characters; is a quote in it not closed?`
    : `${row}: ${message}`
}
