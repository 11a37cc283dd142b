import { parseCsv } from './csv-table.ts'
import { ExportFileError } from './export-error.ts'
import type { ExportFile, TableRow } from './export-file.ts'
import { readJsonLines, readJsonList } from './json-table.ts'
import { createLayout, createObjectLayout, findDelimiter, isHeader, type TableLayout } from './layout.ts'
import type { ExportOptions } from './options.ts'
import { decodeText } from './text-encoding.ts'

/** A table whose columns have a meaning. Its rows can be read once. */
export interface Table {
  readonly layout: TableLayout
  /** Where each column of the header is; undefined for JSON, whose objects have fields. */
  readonly header: readonly string[] | undefined
  readonly rows: AsyncIterable<TableRow>
}

/** Above the header, some programs write titles. */
const maxTitleRows = 20

/**
 * Opens a file and finds out what its columns mean.
 * @throws {ExportFileError} the content is not what the name says
 * @throws {ExportSettingError} a column is missing, or a setting must decide what the file leaves open
 */
export async function openTable(file: ExportFile, options: ExportOptions): Promise<Table> {
  const { name, type } = file
  if (type === 'json')
    return { layout: createObjectLayout(options), header: undefined, rows: readJsonList(file, options) }
  if (type === 'ndjson')
    return { layout: createObjectLayout(options), header: undefined, rows: readJsonLines(file, options) }
  const rows = type === 'xlsx' ? readSheetRows(file) : readCsvRows(file, options)
  return await findHeader(rows, name, options)
}

interface CellRow {
  readonly number: number
  readonly cells: readonly unknown[]
  readonly isUnfinished: boolean
}

async function findHeader(
  rows: AsyncGenerator<CellRow>,
  file: string,
  options: ExportOptions,
): Promise<Table> {
  const first: CellRow[] = []
  let index = -1
  while (index === -1 && first.length < maxTitleRows) {
    const { value, done } = await rows.next()
    if (done) break
    first.push(value)
    if (isHeader(toHeader(value.cells), options)) index = first.length - 1
  }
  if (first.length === 0) throw new ExportFileError(`${file} is empty: it has no header`)
  // If no row can be the header, the message is about the first one.
  const header = trimHeader(toHeader(first[Math.max(index, 0)]!.cells))
  try {
    const layout = createLayout(header, file, options)
    const label = file.toLowerCase().endsWith('.xlsx') ? 'row' : 'line'
    const rest = first.slice(Math.max(index, 0) + 1)
    return { layout, header, rows: toTableRows(rest, rows, header.length, `${file}, ${label}`) }
  } catch (error) {
    await rows.return(undefined)
    throw error
  }
}

const toHeader = (cells: readonly unknown[]) =>
  cells.map((cell) => (typeof cell === 'string' ? cell.trim() : ''))

/** Empty cells at the end come from delimiters at the end of the lines. */
function trimHeader(header: readonly string[]): readonly string[] {
  const end = header.findLastIndex((column) => column !== '')
  return header.slice(0, end + 1)
}

async function* toTableRows(
  first: readonly CellRow[],
  rest: AsyncGenerator<CellRow>,
  width: number,
  place: string,
): AsyncGenerator<TableRow> {
  const toRow = ({ number, cells, isUnfinished }: CellRow): TableRow => {
    const row = { position: `${place} ${number}`, number, cells }
    const count = `it has ${cells.length} cells, and the header has ${width}`
    // Spreadsheets leave out empty cells at the end; cells too many are harmless if they are empty.
    if (cells.slice(width).some((cell) => !isBlank(cell))) return { ...row, error: count }
    if (cells.length < width && isUnfinished) return { ...row, error: `${count}; is the file cut off?` }
    return row
  }
  try {
    for (const row of first) yield toRow(row)
    for await (const row of rest) yield toRow(row)
  } finally {
    await rest.return(undefined)
  }
}

const isBlank = (cell: unknown) =>
  cell === null || cell === undefined || (typeof cell === 'string' && cell.trim() === '')

async function* readSheetRows(file: ExportFile): AsyncGenerator<CellRow> {
  for (const [i, cells] of (await file.readSheet()).entries()) {
    if (!cells.every(isBlank)) yield { number: i + 1, cells, isUnfinished: false }
  }
}

async function* readCsvRows(
  { name, type, readBytes }: ExportFile,
  options: ExportOptions,
): AsyncGenerator<CellRow> {
  const chunks = decodeText(readBytes(), name, options.encoding)
  const { text, declared, linesBefore } = takeDeclaration(await readBeginning(chunks))
  const delimiter =
    declared ??
    (type === 'tsv' ? '\t' : options.delimiter) ??
    findDelimiter(text.split(/\r\n|\n|\r/, maxTitleRows), options) ??
    ','
  for await (const { cells, line, isUnfinished } of parseCsv(
    join(text, chunks),
    delimiter,
    linesBefore,
    name,
  ))
    yield { number: line, cells, isUnfinished }
}

const beginningCharacters = 16 * 1024

/** Reads enough to see how the file is written. */
async function readBeginning(chunks: AsyncGenerator<string>): Promise<string> {
  let text = ''
  while (text.length < beginningCharacters) {
    const { value, done } = await chunks.next()
    if (done) break
    text += value
  }
  return text
}

/** Excel reads the delimiter from a first line `sep=;`. */
function takeDeclaration(text: string) {
  const match = /^"?sep=(.)"?[^\S\r\n]*(?:\r\n|\n|\r)/i.exec(text)
  return match === null
    ? { text, declared: undefined, linesBefore: 0 }
    : { text: text.slice(match[0].length), declared: match[1], linesBefore: 1 }
}

async function* join(text: string, rest: AsyncGenerator<string>): AsyncGenerator<string> {
  try {
    yield text
    yield* rest
  } finally {
    await rest.return(undefined)
  }
}
