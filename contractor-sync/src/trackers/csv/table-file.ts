import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { basename, extname } from 'node:path'
import { pipeline, Readable } from 'node:stream'
import { CsvError, type Info, parse } from 'csv-parse'
import { Refused, UnexpectedAnswer } from '../../errors.ts'

/** A row of a file of rows. */
export interface TableRow {
  /** For people: `hours.csv, line 17`. */
  readonly position: string
  /** Column → cell; of JSON, member → value. */
  readonly cells: Readonly<Record<string, unknown>>
  /** Why the row cannot be understood, whatever its columns mean. */
  readonly fault?: string
}

export interface TableOptions {
  /** Between the cells of a CSV file. */
  readonly delimiter: string
  /** Told the columns of a CSV file, of one without rows too; in JSON each row has its own members. */
  readonly onHeader: (columns: readonly string[], name: string) => void
  /** Ends the reading at once. */
  readonly signal?: AbortSignal | undefined
}

type RowReader = (path: string, options: TableOptions) => AsyncGenerator<TableRow>

/** A row is a person's entry. What is longer is most likely a quote that is not closed, and would fill the memory. */
const maxRowChars = 1024 * 1024
/** JSON is read whole. */
const maxJsonBytes = 256 * 1024 * 1024

const readers: Readonly<Record<string, RowReader>> = {
  '.csv': csvRows,
  '.tsv': (path, options) => csvRows(path, { ...options, delimiter: '\t' }),
  '.json': jsonRows,
  '.ndjson': jsonLineRows,
  '.jsonl': jsonLineRows,
}

/** The kinds of file that are read, by extension. */
export const tableExtensions = Object.keys(readers)

/**
 * The rows of a file, as a stream. Text is UTF-8; what is not is an error, not a name with question marks.
 * @throws {Refused} there is no such file, it may not be read, or its kind is unknown
 * @throws {UnexpectedAnswer} it is not what its extension says
 */
export async function* readTable(path: string, options: TableOptions): AsyncGenerator<TableRow> {
  const read = readers[extname(path).toLowerCase()]
  if (read === undefined)
    throw new Refused(`${path} is none of ${tableExtensions.join(', ')}; correct CSV_PATH`)
  try {
    // A pipe would be waited for, perhaps for ever.
    if (!(await stat(path)).isFile()) throw new Refused(`${path} is not a file; correct CSV_PATH`)
    yield* read(path, options)
  } catch (error) {
    throw explained(error as Error, path)
  }
}

/** CSV as RFC 4180 has it, with a header. */
async function* csvRows(
  path: string,
  { delimiter, onHeader, signal }: TableOptions,
): AsyncGenerator<TableRow> {
  const name = basename(path)
  const parser = parse({
    delimiter,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: maxRowChars,
  })
  // What breaks the source breaks the parser, and is thrown where its rows are read.
  pipeline(Readable.from(decoded(path, signal)), parser, () => {})
  let header: readonly string[] | undefined
  for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: Info }>) {
    if (header === undefined) {
      header = headerOf(record, name)
      onHeader(header, name)
      continue
    }
    const row = {
      position: `${name}, line ${info.lines}`,
      cells: Object.fromEntries(header.map((column, i) => [column, record[i]])),
    }
    if (record.length === header.length) yield row
    else yield { ...row, fault: `it has ${record.length} cells, and the header has ${header.length}` }
  }
  if (header === undefined) throw new UnexpectedAnswer(`${name} is empty: there is not even a header`)
}

function headerOf(record: readonly string[], name: string): readonly string[] {
  const columns = record.map((column) => column.trim())
  const twice = columns.find((column, i) => column !== '' && columns.indexOf(column) !== i)
  if (twice !== undefined) throw new UnexpectedAnswer(`${name} has two columns "${twice}"`)
  return columns
}

/** A JSON array of objects, which is read whole: what does not fit into memory comes as lines. */
async function* jsonRows(path: string, { signal }: TableOptions): AsyncGenerator<TableRow> {
  const name = basename(path)
  if ((await stat(path)).size > maxJsonBytes)
    throw new Refused(`${path} is too large for one JSON array; export it as .ndjson, an object a line`)
  const values: unknown = JSON.parse(utf8().decode(await readFile(path, { signal })))
  if (!Array.isArray(values)) throw new UnexpectedAnswer(`${name} is not a JSON array of objects`)
  for (const [i, value] of values.entries()) yield rowOf(`${name}, item ${i + 1}`, value)
}

/** A JSON object a line. */
async function* jsonLineRows(path: string, { signal }: TableOptions): AsyncGenerator<TableRow> {
  const name = basename(path)
  let number = 0
  let isEmpty = true
  for await (const line of linesOf(decoded(path, signal))) {
    number += 1
    const position = `${name}, line ${number}`
    if (line.length > maxRowChars)
      throw new UnexpectedAnswer(`${position}: is longer than ${maxRowChars} characters`)
    if (line.trim() === '') continue
    isEmpty = false
    yield rowOf(position, parseLine(line, position))
  }
  // An export that broke off at once looks the same.
  if (isEmpty) throw new UnexpectedAnswer(`${name} is empty: there is not one object in it`)
}

/** Lines, of one that is too long only as much as shows that. */
async function* linesOf(chunks: AsyncIterable<string>): AsyncGenerator<string> {
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
    throw new UnexpectedAnswer(`${position}: is not JSON`)
  }
}

function rowOf(position: string, value: unknown): TableRow {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject
    ? { position, cells: value as Record<string, unknown> }
    : { position, cells: {}, fault: 'it is not an object' }
}

const utf8 = () => new TextDecoder('utf-8', { fatal: true })

async function* decoded(path: string, signal: AbortSignal | undefined): AsyncGenerator<string> {
  const decoder = utf8()
  const bytes = createReadStream(path, signal === undefined ? {} : { signal })
  for await (const chunk of bytes) yield decoder.decode(chunk, { stream: true })
  yield decoder.decode()
}

function explained(error: NodeJS.ErrnoException, path: string): Error {
  const { code, syscall, message } = error
  if (code === 'ENOENT') return new Refused(`There is no file ${path}; correct CSV_PATH`)
  if (syscall !== undefined) return new Refused(`${path} cannot be read (${code}); correct CSV_PATH`)
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA')
    return new UnexpectedAnswer(`${path} is not UTF-8; save it as that`)
  if (error instanceof CsvError) return new UnexpectedAnswer(faultOfCsv(error, path))
  return error instanceof SyntaxError ? new UnexpectedAnswer(`${path}: ${message}`) : error
}

/** With the row, since a quote that is not closed takes the lines after it for its own. */
function faultOfCsv(error: CsvError, path: string): string {
  const { code, message, records } = error as CsvError & { records?: number }
  const row = `${path}, row ${(records ?? 0) + 1} (the header is row 1)`
  return code === 'CSV_MAX_RECORD_SIZE'
    ? `${row}: is longer than ${maxRowChars} characters; is a quote in it not closed?`
    : `${row}: ${message}`
}
