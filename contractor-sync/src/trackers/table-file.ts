import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, extname } from 'node:path'
import { createInterface } from 'node:readline'
import { pipeline, Readable } from 'node:stream'
import { type Info, parse } from 'csv-parse'
import { Refused, UnexpectedAnswer } from '../failure.ts'

/** A row of a file of rows. */
export interface TableRow {
  /** For people: `hours.csv, line 17`. */
  readonly position: string
  /** Column → cell; of JSON, member → value. */
  readonly cells: Readonly<Record<string, unknown>>
  /** The file's columns; of JSON undefined, since there each row has its own. */
  readonly header?: readonly string[]
  /** Why the row cannot be understood, whatever its columns mean. */
  readonly fault?: string
}

type RowReader = (path: string, delimiter: string) => AsyncGenerator<TableRow>

const readers: Readonly<Record<string, RowReader>> = {
  '.csv': csvRows,
  '.tsv': (path) => csvRows(path, '\t'),
  '.json': jsonRows,
  '.ndjson': jsonLineRows,
  '.jsonl': jsonLineRows,
}

/** The kinds of file that are read, by extension. */
export const tableExtensions = Object.keys(readers)

/**
 * The rows of a file, as a stream. Text is UTF-8; what is not is an error, not a name with question marks.
 * @param delimiter between the cells of a CSV file
 * @throws {Refused} there is no such file, it may not be read, or its kind is unknown
 * @throws {UnexpectedAnswer} it is not what its extension says
 */
export async function* readTable(path: string, delimiter: string): AsyncGenerator<TableRow> {
  const read = readers[extname(path).toLowerCase()]
  if (read === undefined)
    throw new Refused(`${path} is none of ${tableExtensions.join(', ')}; correct CSV_PATH`)
  try {
    yield* read(path, delimiter)
  } catch (error) {
    throw explained(error as NodeJS.ErrnoException, path)
  }
}

/** CSV as RFC 4180 has it, with a header. */
async function* csvRows(path: string, delimiter: string): AsyncGenerator<TableRow> {
  const name = basename(path)
  const parser = parse({ delimiter, info: true, relax_column_count: true, skip_empty_lines: true })
  // What breaks the source breaks the parser, and is thrown where its rows are read.
  pipeline(Readable.from(decoded(path)), parser, () => {})
  let header: readonly string[] | undefined
  for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: Info }>) {
    if (header === undefined) {
      header = headerOf(record, name)
      continue
    }
    const position = `${name}, line ${info.lines}`
    const row = {
      position,
      header,
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
async function* jsonRows(path: string): AsyncGenerator<TableRow> {
  const name = basename(path)
  const values: unknown = JSON.parse(utf8().decode(await readFile(path)))
  if (!Array.isArray(values)) throw new UnexpectedAnswer(`${name} is not a JSON array of objects`)
  for (const [i, value] of values.entries()) yield rowOf(`${name}, item ${i + 1}`, value)
}

/** A JSON object a line. */
async function* jsonLineRows(path: string): AsyncGenerator<TableRow> {
  const name = basename(path)
  let number = 0
  for await (const line of createInterface({ input: Readable.from(decoded(path)), crlfDelay: 100 })) {
    number += 1
    if (line.trim() !== '') yield rowOf(`${name}, line ${number}`, parseLine(line, `${name}, line ${number}`))
  }
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

async function* decoded(path: string): AsyncGenerator<string> {
  const decoder = utf8()
  for await (const chunk of createReadStream(path)) yield decoder.decode(chunk, { stream: true })
  yield decoder.decode()
}

function explained(error: NodeJS.ErrnoException, path: string): Error {
  if (error instanceof UnexpectedAnswer) return error
  const { code = '', message } = error
  if (code === 'ENOENT') return new Refused(`There is no file ${path}; correct CSV_PATH`)
  if (code === 'EACCES' || code === 'EISDIR')
    return new Refused(`${path} cannot be read (${code}); correct CSV_PATH`)
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA')
    return new UnexpectedAnswer(`${path} is not UTF-8; save it as that`)
  if (code.startsWith('CSV_') || error instanceof SyntaxError)
    return new UnexpectedAnswer(`${path}: ${message}`)
  return error
}
