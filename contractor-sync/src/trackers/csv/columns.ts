import { Refused } from '../../errors.ts'
import type { Person, Reading } from '../tracker.ts'
import type { TableRow } from './table-file.ts'

/** What a column can be: the contract's members, and two more names that a person may go by. */
export const columnMembers = [
  'external_id',
  'user_id',
  'email',
  'person_id',
  'date',
  'project',
  'hours',
  'notes',
] as const
type Member = (typeof columnMembers)[number]

const required: readonly Member[] = ['external_id', 'date', 'project', 'hours']
const personal: readonly Member[] = ['user_id', 'email', 'person_id']

/** Which column is what; a member that is not named is the column of its own name, and one named '' is none. */
export type Columns = Readonly<Partial<Record<Member, string>>>

/**
 * Reads `hours=Duration,external_id=ID`, or the same as a JSON object.
 * @throws an Error that says what is wrong, for the configuration's report
 */
export function parseColumns(text: string): Columns {
  const pairs = text.startsWith('{') ? Object.entries(parseObject(text)) : text.split(',').map(parsePair)
  const columns: Partial<Record<Member, string>> = {}
  for (const [name, column] of pairs) {
    const member = columnMembers.find((word) => word === name)
    if (member === undefined) throw new Error(`"${name}" is none of ${columnMembers.join(', ')}`)
    if (columns[member] !== undefined) throw new Error(`"${name}" stands there twice`)
    if (typeof column !== 'string' || (column === '' && required.includes(member)))
      throw new Error(`"${name}" names no column`)
    columns[member] = column
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
    throw new Error('begins like a JSON object and is none')
  }
}

/**
 * A column that is missing is a wrong setting, and not a fault of each row. Notes and a person's further names may be
 * missing; but where a column is called so in other letters, passing it over would wipe what was taken of it before.
 * @throws {Refused}
 */
export function demandColumns(header: readonly string[], name: string, columns: Columns): void {
  const has = (member: Member) => columns[member] !== '' && header.includes(columns[member] ?? member)
  const named = columnMembers.filter((member) => columns[member])
  const missing = [...required, ...named].find((member) => !has(member))
  if (missing !== undefined || !personal.some(has)) {
    const what = missing === undefined ? personal.join(' or ') : (columns[missing] ?? missing)
    throw new Refused(`${name}: there is no column ${what}; ${adviceOn(header)}`)
  }
  const used = columnMembers.map((member) => columns[member] ?? member)
  for (const member of columnMembers) {
    if (columns[member] !== undefined || has(member)) continue
    const alike = header.find((column) => column.toLowerCase() === member && !used.includes(column))
    if (alike === undefined) continue
    const choice = `write ${member}=${alike} into CSV_COLUMNS if it is, and ${member}= if there is none`
    throw new Refused(`${name}: there is no column ${member}, and one called ${alike}; ${choice}`)
  }
}

function adviceOn(header: readonly string[]): string {
  const found = `There are: ${shorten(header.join(', '))}`
  const isOneCell = header.length === 1 && /[;,|\t]/.test(header[0]!)
  return isOneCell
    ? `is CSV_DELIMITER what stands between the cells? ${found}`
    : `say in CSV_COLUMNS which it is. ${found}`
}

const shorten = (text: string) => (text.length > 500 ? `${text.slice(0, 500)}…` : text)

/** A row in the words of all trackers. */
export function readingOf({ position, cells, fault }: TableRow, columns: Columns): Reading {
  const value = (member: Member) => valueAt(cells, columns[member] ?? member)
  const text = (member: Member) => textIn(value(member))?.trim()
  const externalId = text('external_id')
  const unreadable = (reason: string): Reading => {
    return externalId === undefined
      ? { kind: 'unreadable', externalId: position, reason }
      : { kind: 'unreadable', externalId, reason: `${position}: ${reason}` }
  }
  if (fault !== undefined) return unreadable(fault)
  for (const member of columnMembers) {
    const oddity = oddityOf(value(member))
    if (oddity !== undefined) return unreadable(`${member}: ${oddity}`)
  }
  const [date, project] = [text('date'), text('project')]
  if (externalId === undefined) return unreadable('external_id is empty')
  if (date === undefined) return unreadable('date is empty')
  if (project === undefined) return unreadable('project is empty')
  const count = countOf(value('hours'))
  if (count === undefined)
    return unreadable(`hours: ${JSON.stringify(text('hours') ?? '')} is not 2.5, 2,5 or 2:30`)
  const person: Person = {
    ...memberOf('userId', text('user_id')),
    ...memberOf('email', text('email')),
    ...memberOf('id', text('person_id')),
  }
  return {
    kind: 'entry',
    externalId,
    person,
    date,
    project,
    hours: count,
    notes: textIn(value('notes')) ?? null,
    isRunning: false,
  }
}

/** Hours as people and exports write them: 2.5, 2,5 or 2:30; in JSON a number is taken as it is. */
function countOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  const text = textIn(value)?.trim() ?? ''
  const clock = /^(\d{1,4}):([0-5]\d)(?::([0-5]\d))?$/.exec(text)
  if (clock !== null) return Number(clock[1]) + Number(clock[2]) / 60 + Number(clock[3] ?? 0) / 3600
  return /^-?\d{1,6}([.,]\d+)?$/.test(text) ? Number(text.replace(',', '.')) : undefined
}

/** A cell by its column; in JSON also a member of a member: `project.name`. */
function valueAt(cells: TableRow['cells'], column: string): unknown {
  if (column === '') return undefined
  if (Object.hasOwn(cells, column)) return cells[column]
  let value: unknown = cells
  for (const name of column.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
    value = (value as Record<string, unknown>)[name]
  }
  return value
}

/** What a cell says; nothing and blanks are undefined. */
function textIn(value: unknown): string | undefined {
  if (typeof value === 'number') return oddityOf(value) === undefined ? String(value) : undefined
  return typeof value === 'string' && value.trim() !== '' ? value : undefined
}

/** What is wrong with a member of JSON that is neither text nor number, or a number that JSON does not keep whole. */
function oddityOf(value: unknown): string | undefined {
  if (value === undefined || value === null || typeof value === 'string') return undefined
  if (typeof value !== 'number')
    return `is ${Array.isArray(value) ? 'a list' : `of type ${typeof value}`}, not a text`
  if (Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value)) return undefined
  return 'is a larger number than JSON keeps whole; export it as a text, in quotes'
}

function memberOf<Name extends string>(name: Name, value: string | undefined): { [K in Name]?: string } {
  return (value === undefined ? {} : { [name]: value }) as { [K in Name]?: string }
}
