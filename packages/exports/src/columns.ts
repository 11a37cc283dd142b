import { ExportFileError, ExportSettingError } from './export-error.ts'
import type { ExportFormat } from './formats.ts'

/** What a column can mean: the fields of the contract, further names of a person, and what hours are computed from. */
export const columnFields = [
  'external_id',
  'user_id',
  'email',
  'person_id',
  'person',
  'date',
  'start',
  'end',
  'end_date',
  'project',
  'task',
  'hours',
  'notes',
  'running',
] as const
export type ColumnField = (typeof columnFields)[number]

const personFields: readonly ColumnField[] = ['user_id', 'email', 'person_id', 'person']
/** Without these there is no entry, whatever else is set. */
const indispensable: readonly ColumnField[] = ['date', 'project', 'hours']
/** A column with such a name in other letters is more likely this field than one to ignore. */
export const commonFields: readonly ColumnField[] = [
  'external_id',
  'user_id',
  'email',
  'person_id',
  'date',
  'project',
  'hours',
  'notes',
]

/** Fields that a column of the same name is read as in a table without a known format. */
export const fieldsByName: readonly ColumnField[] = [...commonFields, 'start', 'end', 'end_date', 'task']

/** Column per field; an empty string disables the field. Several columns are joined by ` + `. */
export type Columns = Readonly<Partial<Record<ColumnField, string>>>

/**
 * Parses CSV_COLUMNS: `hours=Duration,person=First Name + Last Name`, or the same as a JSON object.
 * @throws an Error that says what is wrong, for the configuration's report
 */
export function parseColumns(text: string): Columns {
  const pairs = text.startsWith('{') ? Object.entries(parseObject(text)) : text.split(',').map(parsePair)
  const columns: Partial<Record<ColumnField, string>> = {}
  for (const [name, column] of pairs) {
    const field = columnFields.find((word) => word === name)
    if (field === undefined) throw new Error(`"${name}" is none of ${columnFields.join(', ')}`)
    if (columns[field] !== undefined) throw new Error(`"${name}" is given twice`)
    if (typeof column !== 'string' || (column === '' && indispensable.includes(field)))
      throw new Error(`"${name}" names no column`)
    columns[field] = column
  }
  return columns
}

function parsePair(pair: string): [name: string, column: string | undefined] {
  const [name = '', ...column] = pair.split('=')
  return [name.trim(), column.length === 0 ? undefined : column.join('=').trim()]
}

function parseObject(text: string): object {
  try {
    return JSON.parse(text)
  } catch {
    throw new Error('begins like a JSON object, and is not valid JSON')
  }
}

/** The columns that a field is read from: one, or several whose texts are joined by a blank. */
export interface ColumnSource {
  /** For people: `First Name + Last Name`. */
  readonly name: string
  readonly columns: readonly string[]
}

/** Where the fields of a table are. */
export type ColumnMap = Readonly<Partial<Record<ColumnField, ColumnSource>>>

export interface ColumnOptions {
  /** CSV_COLUMNS. */
  readonly columns: Columns
  /** Entries without a project are of this one. */
  readonly defaultProject: string | undefined
}

const split = (column: string) => column.split(' + ').map((part) => part.trim())

/** Finds the columns of a known format; CSV_COLUMNS overrides them. A field that is not found is absent. */
export function findColumns(
  header: readonly string[],
  format: ExportFormat | undefined,
  { columns }: Pick<ColumnOptions, 'columns'>,
): ColumnMap {
  const lower = header.map((column) => column.toLowerCase())
  const found: Partial<Record<ColumnField, ColumnSource>> = {}
  for (const field of columnFields) {
    const own = columns[field]
    if (own === '') continue
    if (own !== undefined || format === undefined) {
      if (own === undefined && !fieldsByName.includes(field)) continue
      const source = findExactly(header, own ?? field)
      if (source !== undefined) found[field] = source
      continue
    }
    for (const candidate of format.columns[field] ?? []) {
      const indexes = split(candidate).map((part) => lower.indexOf(part.toLowerCase()))
      if (indexes.includes(-1)) continue
      found[field] = {
        name: indexes.map((i) => header[i]).join(' + '),
        columns: indexes.map((i) => header[i]!),
      }
      break
    }
  }
  return found
}

function findExactly(header: readonly string[], column: string): ColumnSource | undefined {
  if (header.includes(column)) return { name: column, columns: [column] }
  const columns = split(column)
  return columns.length > 1 && columns.every((part) => header.includes(part))
    ? { name: column, columns }
    : undefined
}

/** Names the first thing without which no row of the table is an entry; undefined if all is there. */
export function findMissingColumn(
  found: ColumnMap,
  { columns, defaultProject }: ColumnOptions,
): string | undefined {
  const named = columnFields.find((field) => columns[field] && found[field] === undefined)
  if (named !== undefined) return columns[named]
  if (found.date === undefined && found.start === undefined) return 'date'
  if (found.project === undefined && defaultProject === undefined) return 'project'
  if (found.hours === undefined && (found.start === undefined || found.end === undefined)) return 'hours'
  return personFields.some((field) => found[field] !== undefined) ? undefined : personFields.join(' or ')
}

/**
 * Checks a header. A missing column is a wrong setting, and not an error of each row. Notes and further names of a person
 * may be missing; but if a column has such a name in other letters, ignoring it would erase notes that were uploaded
 * before.
 * @param file for error messages
 * @throws {ExportSettingError} a column is missing, or looks like one that is
 * @throws {ExportFileError} a column that is used appears twice
 */
export function checkColumns(
  header: readonly string[],
  found: ColumnMap,
  format: ExportFormat | undefined,
  options: ColumnOptions,
  file: string,
): void {
  const used = new Set(Object.values(found).flatMap((source) => source.columns))
  const twice = [...used].find((column) => header.indexOf(column) !== header.lastIndexOf(column))
  if (twice !== undefined) throw new ExportFileError(`${file} has two columns "${twice}"`)
  const similar = format === undefined ? findSimilar(header, found, options.columns, used) : undefined
  const missing = findMissingColumn(found, options)
  if (missing !== undefined && (similar === undefined || !indispensable.includes(similar.field)))
    throw new ExportSettingError(`${file}: there is no column ${missing}; ${describeHeader(header, format)}`)
  if (similar === undefined) return
  const { field, column } = similar
  const effect = field === 'external_id' ? 'to derive identities from the content of rows' : 'to ignore it'
  const otherwise = indispensable.includes(field) ? '' : `, or ${field}= ${effect}`
  throw new ExportSettingError(
    `${file}: there is no column ${field}, but one called ${column}; write ${field}=${column} into CSV_COLUMNS to use it${otherwise}`,
  )
}

/** Finds a column that is probably the field, although it has another name. */
function findSimilar(
  header: readonly string[],
  found: ColumnMap,
  columns: Columns,
  used: ReadonlySet<string>,
) {
  for (const field of commonFields) {
    if (found[field] !== undefined || columns[field] !== undefined) continue
    const column = header.find(
      (name) =>
        !used.has(name) && (name.toLowerCase() === field || (field === 'external_id' && isEntryId(name))),
    )
    if (column !== undefined) return { field, column }
  }
  return undefined
}

/** Without this, a renamed column of ids would go unnoticed: identities would be derived, and all hours count twice. */
function isEntryId(column: string): boolean {
  const name = column.toLowerCase().replaceAll(/[^a-z#]/g, '')
  return /^(#|u?u?id|guid|(external|timeentry|entry|worklog|timelog|record|row)(id|uuid))$/.test(name)
}

function describeHeader(header: readonly string[], format: ExportFormat | undefined): string {
  const found = `The file has: ${shorten(header.join(', '))}`
  const isOneCell = header.length === 1 && /[;,|\t]/.test(header[0]!)
  if (isOneCell) return `does CSV_DELIMITER separate its cells? ${found}`
  const name = `name the right one in CSV_COLUMNS. ${found}`
  return format === undefined ? name : `an export of ${format.title} has one (CSV_FORMAT); ${name}`
}

const shorten = (text: string) => (text.length > 500 ? `${text.slice(0, 500)}…` : text)
