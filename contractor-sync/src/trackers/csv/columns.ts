import { ConfigurationError, InvalidResponseError } from '../../errors.ts'

/** What a column can mean: the fields of the contract, and two more names of a person. */
export const columnFields = [
  'external_id',
  'user_id',
  'email',
  'person_id',
  'date',
  'project',
  'hours',
  'notes',
] as const
export type ColumnField = (typeof columnFields)[number]

const requiredFields: readonly ColumnField[] = ['external_id', 'date', 'project', 'hours']
const personFields: readonly ColumnField[] = ['user_id', 'email', 'person_id']

/** Column per field; defaults to the field's name; an empty string disables the field. */
export type Columns = Readonly<Partial<Record<ColumnField, string>>>

/**
 * Parses CSV_COLUMNS: `hours=Duration,external_id=ID`, or the same as a JSON object.
 * @throws an Error that says what is wrong, for the configuration's report
 */
export function parseColumns(text: string): Columns {
  const pairs = text.startsWith('{') ? Object.entries(parseObject(text)) : text.split(',').map(parsePair)
  const columns: Partial<Record<ColumnField, string>> = {}
  for (const [name, column] of pairs) {
    const field = columnFields.find((word) => word === name)
    if (field === undefined) throw new Error(`"${name}" is none of ${columnFields.join(', ')}`)
    if (columns[field] !== undefined) throw new Error(`"${name}" is given twice`)
    if (typeof column !== 'string' || (column === '' && requiredFields.includes(field)))
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

/**
 * Checks a header. A missing column is a wrong setting, and not an error of each row. Notes and further names of a
 * person may be missing; but if a column has such a name in other letters, ignoring it would erase notes that were
 * uploaded before.
 * @param file for error messages
 * @throws {ConfigurationError} a column is missing
 * @throws {InvalidResponseError} a column that is used appears twice
 */
export function requireColumns(header: readonly string[], file: string, columns: Columns): void {
  const used = columnFields.map((field) => columns[field] ?? field)
  const twice = used.find((column) => column !== '' && header.indexOf(column) !== header.lastIndexOf(column))
  if (twice !== undefined) throw new InvalidResponseError(`${file} has two columns "${twice}"`)
  const has = (field: ColumnField) => columns[field] !== '' && header.includes(columns[field] ?? field)
  const mapped = columnFields.filter((field) => columns[field])
  const missing = [...requiredFields, ...mapped].find((field) => !has(field))
  if (missing !== undefined || !personFields.some(has)) {
    const what = missing === undefined ? personFields.join(' or ') : (columns[missing] ?? missing)
    throw new ConfigurationError(`${file}: there is no column ${what}; ${describeHeader(header)}`)
  }
  for (const field of columnFields) {
    if (columns[field] !== undefined || has(field)) continue
    const similar = header.find((column) => column.toLowerCase() === field && !used.includes(column))
    if (similar === undefined) continue
    const choice = `write ${field}=${similar} into CSV_COLUMNS to use it, or ${field}= to ignore it`
    throw new ConfigurationError(`${file}: there is no column ${field}, but one called ${similar}; ${choice}`)
  }
}

function describeHeader(header: readonly string[]): string {
  const found = `The file has: ${shorten(header.join(', '))}`
  const isOneCell = header.length === 1 && /[;,|\t]/.test(header[0]!)
  return isOneCell
    ? `does CSV_DELIMITER separate its cells? ${found}`
    : `name the right one in CSV_COLUMNS. ${found}`
}

const shorten = (text: string) => (text.length > 500 ? `${text.slice(0, 500)}…` : text)
