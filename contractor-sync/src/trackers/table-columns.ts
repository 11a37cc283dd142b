import { Refused } from '../failure.ts'
import type { TableRow } from './table-file.ts'
import type { Person, Reading } from './tracker.ts'

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

/** Which column is what; a member that is not named is the column of its own name. */
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
    if (typeof column !== 'string' || column === '') throw new Error(`"${name}" names no column`)
    columns[member] = column
  }
  return columns
}

function parsePair(pair: string): [string, string] {
  const [name = '', ...column] = pair.split('=')
  return [name.trim(), column.join('=').trim()]
}

function parseObject(text: string): object {
  try {
    return JSON.parse(text)
  } catch {
    throw new Error('begins like a JSON object and is none')
  }
}

/**
 * A column that is missing is a wrong setting, and not a fault of each row.
 * @throws {Refused}
 */
export function demandColumns(header: readonly string[], name: string, columns: Columns): void {
  const has = (member: Member) => header.includes(columns[member] ?? member)
  const named = columnMembers.filter((member) => columns[member] !== undefined)
  const missing = [...required, ...named].find((member) => !has(member))
  if (missing === undefined && personal.some(has)) return
  const what = missing === undefined ? personal.join(' or ') : (columns[missing] ?? missing)
  throw new Refused(
    `${name}: there is no column ${what}; say in CSV_COLUMNS which it is. There are: ${header.join(', ')}`,
  )
}

/** A row in the words of all trackers. */
export function readingOf({ position, cells, fault }: TableRow, columns: Columns): Reading {
  const text = (member: Member) => textIn(valueAt(cells, columns[member] ?? member))
  const externalId = text('external_id')
  const unreadable = (reason: string): Reading => {
    return externalId === undefined
      ? { kind: 'unreadable', externalId: position, reason }
      : { kind: 'unreadable', externalId, reason: `${position}: ${reason}` }
  }
  if (fault !== undefined) return unreadable(fault)
  const [date, project, hours] = [text('date'), text('project'), text('hours')]
  if (externalId === undefined) return unreadable('external_id is empty')
  if (date === undefined) return unreadable('date is empty')
  if (project === undefined) return unreadable('project is empty')
  const count = hours === undefined ? undefined : hoursIn(hours)
  if (count === undefined) return unreadable(`hours: ${JSON.stringify(hours ?? '')} is not 2.5, 2,5 or 2:30`)
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
    notes: text('notes') ?? null,
    isRunning: false,
  }
}

/** Hours as people and exports write them: 2.5, 2,5 or 2:30. */
export function hoursIn(text: string): number | undefined {
  const clock = /^(\d{1,4}):([0-5]\d)(?::([0-5]\d))?$/.exec(text)
  if (clock !== null) return Number(clock[1]) + Number(clock[2]) / 60 + Number(clock[3] ?? 0) / 3600
  return /^-?\d{1,6}([.,]\d{1,12})?$/.test(text) ? Number(text.replace(',', '.')) : undefined
}

/** A cell by its column; in JSON also a member of a member: `project.name`. */
function valueAt(cells: TableRow['cells'], column: string): unknown {
  if (Object.hasOwn(cells, column)) return cells[column]
  let value: unknown = cells
  for (const name of column.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
    value = (value as Record<string, unknown>)[name]
  }
  return value
}

/** What a cell says; nothing and blanks are undefined, and so is what is no text: a number beyond what JSON keeps whole. */
function textIn(value: unknown): string | undefined {
  if (typeof value === 'number') {
    return Number.isInteger(value) && !Number.isSafeInteger(value) ? undefined : String(value)
  }
  return typeof value === 'string' && value.trim() !== '' ? value : undefined
}

function memberOf<Name extends string>(name: Name, value: string | undefined): { [K in Name]?: string } {
  return (value === undefined ? {} : { [name]: value }) as { [K in Name]?: string }
}
