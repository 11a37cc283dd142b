import { ConfigurationError } from '../../errors.ts'
import type { TrackerEntry, TrackerPerson, UnreadableRecord } from '../tracker.ts'
import { type ColumnField, type Columns, columnFields } from './columns.ts'
import { type HoursUnit, hoursUnits, inferHoursUnit, parseHours } from './hours.ts'
import type { TableRow } from './table-file.ts'

export interface RowMapping {
  readonly columns: Columns
  /** CSV_HOURS_UNIT; undefined: infer it from the name of the column. */
  readonly hoursUnit: HoursUnit | undefined
}

/**
 * Validates a row.
 * @throws {ConfigurationError} the row has a plain number as its duration, and its unit is unknown: 20 may be hours,
 *   minutes or seconds
 */
export function toSourceRecord(
  { position, cells, error }: TableRow,
  { columns, hoursUnit }: RowMapping,
): TrackerEntry | UnreadableRecord {
  const value = (field: ColumnField) => findValue(cells, columns[field] ?? field)
  const text = (field: ColumnField) => toText(value(field))?.trim()
  const externalId = text('external_id')
  const unreadable = (reason: string): UnreadableRecord => {
    return externalId === undefined
      ? { kind: 'unreadable', externalId: position, reason, details }
      : { kind: 'unreadable', externalId, reason: `${position}: ${reason}`, details }
  }
  const person: TrackerPerson = {
    ...optionalField('userId', text('user_id')),
    ...optionalField('email', text('email')),
    ...optionalField('id', text('person_id')),
  }
  // With another number of cells, they may be those of other columns.
  const details =
    error === undefined
      ? {
          person: describePerson(person),
          day: text('date'),
          project: text('project'),
          hours: text('hours'),
        }
      : {}
  if (error !== undefined) return unreadable(error)
  for (const field of columnFields) {
    const issue = findIssue(value(field))
    if (issue !== undefined) return unreadable(`${field}: ${issue}`)
  }
  const [date, project] = [text('date'), text('project')]
  if (externalId === undefined) return unreadable('external_id is empty')
  if (date === undefined) return unreadable('date is empty')
  if (project === undefined) return unreadable('project is empty')
  const column = columns.hours ?? 'hours'
  const hours = parseHours(value('hours'), hoursUnit ?? inferHoursUnit(column))
  if (hours === 'no-unit') {
    throw new ConfigurationError(
      `${position}: is "${text('hours')}" in the column ${column} a number of hours, minutes or seconds? ` +
        `Set CSV_HOURS_UNIT to ${hoursUnits.join(', ').replace(/, (?=\w+$)/, ' or ')}`,
    )
  }
  if (hours === 'invalid')
    return unreadable(`hours: ${JSON.stringify(text('hours') ?? '')} is not 2.5, 2,5 or 2:30`)
  const notes = toText(value('notes')) ?? null
  return { kind: 'entry', externalId, person, date, project, hours, notes, isRunning: false }
}

export function describePerson({ userId, email, id }: TrackerPerson): string | undefined {
  return userId ?? email ?? id
}

/** Finds a cell by its column; in JSON also a nested field by its path: `project.name`. */
function findValue(cells: TableRow['cells'], column: string): unknown {
  if (column === '') return undefined
  if (Object.hasOwn(cells, column)) return cells[column]
  let value: unknown = cells
  for (const name of column.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
    value = (value as Record<string, unknown>)[name]
  }
  return value
}

/** Returns the text of a cell; undefined for an empty or blank one. */
function toText(value: unknown): string | undefined {
  if (typeof value === 'number') return findIssue(value) === undefined ? String(value) : undefined
  return typeof value === 'string' && value.trim() !== '' ? value : undefined
}

/** Describes a JSON value that is neither text nor number, or a number that JSON parsing rounds. */
function findIssue(value: unknown): string | undefined {
  if (value === undefined || value === null || typeof value === 'string') return undefined
  if (typeof value !== 'number')
    return `is ${Array.isArray(value) ? 'a list' : `of type ${typeof value}`}, not a text`
  if (Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value)) return undefined
  return 'is too large for a JSON number; export it as a text, in quotes'
}

function optionalField<Name extends string>(name: Name, value: string | undefined): { [K in Name]?: string } {
  return (value === undefined ? {} : { [name]: value }) as { [K in Name]?: string }
}
