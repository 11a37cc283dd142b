import { parseDate } from '@timesheets/contracts/date'
import { findIssue, formatSheetDate, parseFlag, toRawText, toText } from './cell.ts'
import { type CellFinder, createFinders } from './cell-finder.ts'
import type { ColumnField } from './column-field.ts'
import { parseDuration } from './duration.ts'
import { ExportSettingError } from './export-error.ts'
import type { TableRow } from './export-file.ts'
import { type DerivedIdentity, deriveIdentity } from './identity.ts'
import type { TableLayout } from './layout.ts'
import { memoize } from './memo.ts'
import type { Table } from './table.ts'
import { findOffset, type LocalTime, measureElapsed, nextDay } from './time-zone.ts'
import { parseIsoTime, parseTimeOfDay, type WrittenTime } from './written-time.ts'

/** The person of a row, by the names that the row has. */
export interface RowPerson {
  /** The `user_id` in Timesheets. */
  readonly userId?: string
  readonly email?: string
  /** The id or the name in the tracker. */
  readonly id?: string
}

/** What people recognize a row by, as it is written. */
export interface RowDetails {
  readonly person?: string | undefined
  readonly day?: string | undefined
  readonly project?: string | undefined
  /** As text if it is not a number. */
  readonly hours?: number | string | undefined
}

/** A row that is an entry. */
export interface EntryRow {
  readonly kind: 'entry'
  /** The id in the file, or an identity derived from the row. */
  readonly identity: string | DerivedIdentity
  readonly person: RowPerson
  /** `YYYY-MM-DD`. */
  readonly day: string
  /** The day, or a date-time with offset. */
  readonly date: string
  readonly project: string
  readonly hours: number
  readonly notes: string | null
  readonly isRunning: boolean
}

/** A row that is not. */
export interface InvalidRow {
  readonly kind: 'invalid'
  /** The id in the file, if it can be read. */
  readonly id: string | undefined
  readonly reason: string
  readonly details: RowDetails
}

/** A row that is skipped because a field is empty that entries have: a total. */
export interface SkippedRow {
  readonly kind: 'skipped'
  readonly missing: ColumnField
  /** Whether it has an id or a person all the same, so that it may be an entry. */
  readonly isNamed: boolean
}

export type ParsedRow = EntryRow | InvalidRow | SkippedRow

/** Parses the rows of one table. */
export class RowParser {
  readonly #layout: TableLayout
  readonly #width: number
  readonly #finders: Readonly<Partial<Record<ColumnField, CellFinder>>>

  constructor({ layout, header }: Pick<Table, 'layout' | 'header'>) {
    this.#layout = layout
    this.#width = header?.length ?? 0
    this.#finders = createFinders(layout, header)
  }

  /**
   * Parses a row.
   * @throws {ExportSettingError} the row has a meaning that a setting must decide: 20 may be hours, minutes or seconds
   */
  parse(row: TableRow): ParsedRow {
    const { columns, options, skipRowsWithout } = this.#layout
    const value = (field: ColumnField) => this.#clean(this.#finders[field]?.(row.cells), field)
    const text = (field: ColumnField) => toText(value(field))
    const missing = skipRowsWithout.find((field) => columns[field] !== undefined && text(field) === undefined)
    const id = text('external_id')
    const person = readPerson(text)
    if (missing !== undefined)
      return { kind: 'skipped', missing, isNamed: id !== undefined || describePerson(person) !== undefined }
    const project = text('project') ?? options.defaultProject
    // With another number of cells, they may be those of other columns.
    const details =
      row.error === undefined
        ? {
            person: describePerson(person),
            day: text('date') ?? text('start'),
            project,
            hours: text('hours'),
          }
        : {}
    const invalid = (reason: string): InvalidRow => ({
      kind: 'invalid',
      id,
      reason: reason === row.error ? reason : this.#explain(row, reason),
      details,
    })
    if (row.error !== undefined) return invalid(row.error)
    for (const field of Object.keys(columns) as ColumnField[]) {
      const issue = field === 'running' ? undefined : findIssue(value(field))
      if (issue !== undefined) return invalid(`${field}: ${issue}`)
    }
    if (!this.#layout.isDerived && id === undefined) return invalid('external_id is empty')
    const times = this.#readTimes(value, row)
    if (typeof times === 'string') return invalid(times)
    if (project === undefined) return invalid('project is empty; CSV_DEFAULT_PROJECT names one')
    const running = parseFlag(value('running'))
    if (running === undefined)
      return invalid(`running: ${JSON.stringify(text('running'))} is neither true nor false`)
    const hours = running ? ('running' as const) : this.#readHours(value('hours'), times, row)
    if (typeof hours === 'string' && hours !== 'running') return invalid(hours)
    const notes = toRawText(value('notes')) ?? null
    return {
      kind: 'entry',
      identity:
        id ??
        deriveIdentity({
          person: describePerson(person) ?? '',
          day: times.day,
          start: times.start?.time ?? undefined,
          project,
          task: text('task'),
          notes: notes?.trim() ?? null,
        }),
      person,
      day: times.day,
      date: times.date,
      project,
      hours: hours === 'running' ? 0 : hours,
      notes,
      isRunning: hours === 'running',
    }
  }

  /** Formula cells that only quote a text (`="007"`), and a format's sign for "no value", are not what was meant. */
  #clean(value: unknown, field: ColumnField): unknown {
    if (typeof value !== 'string') return value
    if (value.trim() === this.#layout.emptyCell) return undefined
    return field === 'notes' ? value : (/^\s*="([^"]*)"\s*$/.exec(value)?.[1] ?? value)
  }

  /** A row with fewer cells than the header may lack what it needs for that reason. */
  #explain({ cells }: TableRow, reason: string): string {
    return Array.isArray(cells) && cells.length < this.#width
      ? `it has ${cells.length} cells, and the header has ${this.#width}: ${reason}`
      : reason
  }

  #parseTime(value: unknown, row: TableRow): WrittenTime | undefined {
    if (value instanceof Date) return parseIsoTime(formatSheetDate(value))
    const text = toText(value)
    const readings = text === undefined ? [] : this.#readDate(text)
    const [first, other] = readings
    if (other !== undefined)
      throw new ExportSettingError(
        `${row.position}: "${text}" is ${first!.time.day} by ${first!.pattern}, and ${other.time.day} by ${other.pattern}; ` +
          'set CSV_DATE_FORMAT to the right pattern',
      )
    return first?.time
  }

  /** Reads a date by each pattern; returns the different readings. */
  readonly #readDate = memoize((text): readonly Reading[] => {
    const { dates, readsIso } = this.#layout
    const readings: Reading[] = []
    const add = (pattern: string, time: WrittenTime | undefined) => {
      const isNew = (other: Reading) => JSON.stringify(other.time) !== JSON.stringify(time)
      if (time !== undefined && readings.every(isNew)) readings.push({ pattern, time })
    }
    if (readsIso) add('YYYY-MM-DD', parseIsoTime(text))
    for (const pattern of dates) add(pattern.pattern, pattern.parse(text))
    return readings
  })

  /** Reads the day, and start and end where the row has them; returns the reason if it cannot. */
  #readTimes(value: (field: ColumnField) => unknown, row: TableRow): EntryTimes | string {
    const read = (field: ColumnField): WrittenTime | string | undefined => {
      const cell = value(field)
      const text = cell instanceof Date ? formatSheetDate(cell) : toText(cell)
      if (text === undefined) return undefined
      const time =
        this.#parseTime(cell, row) ??
        (field === 'date' || field === 'end_date' ? undefined : readTimeOfDay(text))
      return time ?? `${field}: ${JSON.stringify(text.slice(0, 100))} ${this.#adviseOnDate()}`
    }
    const [date, start, end, endDate] = [read('date'), read('start'), read('end'), read('end_date')]
    if (typeof date === 'string') return date
    // A start that cannot be read must not cost the hours, where it is not needed.
    const from = typeof start === 'string' ? undefined : start
    const day = date?.day ?? from?.day
    if (day === undefined) {
      if (typeof start === 'string') return start
      return from === undefined ? 'date is empty' : 'date is empty, and start has no day'
    }
    const times = {
      day,
      start: toLocalTime(from, day) ?? toLocalTime(date, day),
      isStartGiven: from !== undefined,
      startIssue: typeof start === 'string' ? start : undefined,
      end,
      endDate,
    }
    return { ...times, date: this.#composeDate(value('date'), times.start, day, from !== undefined) }
  }

  #adviseOnDate(): string {
    const { dates, options } = this.#layout
    if (options.dateFormat !== undefined)
      return `does not match CSV_DATE_FORMAT, ${options.dateFormat.pattern}`
    const patterns = ['YYYY-MM-DD', ...dates.map(({ pattern }) => pattern)].join(' or ')
    return `is not ${patterns}; another pattern is set by CSV_DATE_FORMAT`
  }

  /** Composes the date of the entry: as it was written if the API accepts that; the day alone if the offset is unknown. */
  #composeDate(written: unknown, start: LocalTime | undefined, day: string, isStartGiven: boolean): string {
    const text = toText(written)
    const { readsIso, options } = this.#layout
    if (readsIso && !isStartGiven && text !== undefined && parseDate(text) !== undefined) return text
    const { timeZone } = options
    if (start === undefined || start.time === '24:00:00' || start.day !== day) return day
    if (start.offset !== undefined) return `${day}T${start.time}${start.offset}`
    return timeZone === undefined ? day : `${day}T${start.time}${findOffset(day, start.time, timeZone)}`
  }

  #readHours(value: unknown, times: EntryTimes, row: TableRow): number | 'running' | string {
    const { columns, durations } = this.#layout
    const isEmpty =
      value === undefined || value === null || (typeof value === 'string' && value.trim() === '')
    if (isEmpty) return this.#computeHours(times, row)
    const duration = parseDuration(value, durations)
    const hasNoEnd = columns.end !== undefined && times.isStartGiven && times.end === undefined
    if (duration.kind === 'hours') return duration.hours === 0 && hasNoEnd ? 'running' : duration.hours
    if (duration.kind === 'running') return 'running'
    if (duration.kind === 'invalid') return `hours: ${duration.reason}`
    const column = columns.hours!.name
    const shown = toText(value)
    throw new ExportSettingError(
      duration.question === 'hours-per-day'
        ? `${row.position}: how many hours has a day in "${shown}" (${column})? Set CSV_HOURS_PER_DAY`
        : `${row.position}: is "${shown}" in the column ${column} a number of hours, minutes or seconds? ` +
            'Set CSV_HOURS_UNIT to hours, minutes or seconds',
    )
  }

  #computeHours({ start, startIssue, end, endDate }: EntryTimes, row: TableRow): number | 'running' | string {
    const { columns, options } = this.#layout
    if (columns.end === undefined) return 'hours: the cell is empty'
    if (start === undefined) return startIssue ?? 'hours: the cell is empty'
    if (end === undefined) return 'running'
    if (typeof end === 'string') return end
    if (typeof endDate === 'string') return endDate
    const endDay = end.day ?? endDate?.day
    const stop = toLocalTime(end, endDay ?? start.day)
    if (stop === undefined) return 'end has no time of day'
    // Without a day of its own, an end before the start is on the day after it.
    const isNextDay = endDay === undefined && stop.time < start.time
    const elapsed = measureElapsed(
      start,
      isNextDay ? { ...stop, day: nextDay(stop.day) } : stop,
      options.timeZone,
    )
    if (elapsed.kind === 'no-zone')
      throw new ExportSettingError(
        `${row.position}: clocks may have changed between ${start.day} ${start.time} and ${stop.time}; ` +
          'set CSV_TIME_ZONE to the zone of these times, such as Europe/Berlin',
      )
    return elapsed.kind === 'invalid' ? elapsed.reason : elapsed.seconds / 3600
  }
}

interface Reading {
  readonly pattern: string
  readonly time: WrittenTime
}

const readTimeOfDay = memoize(parseTimeOfDay)

interface EntryTimes {
  readonly day: string
  readonly date: string
  readonly start: LocalTime | undefined
  readonly isStartGiven: boolean
  /** Why the start cannot be read. */
  readonly startIssue: string | undefined
  readonly end: WrittenTime | string | undefined
  readonly endDate: WrittenTime | string | undefined
}

function toLocalTime(time: WrittenTime | undefined, day: string): LocalTime | undefined {
  return time?.time === undefined ? undefined : { ...time, day: time.day ?? day, time: time.time }
}

function readPerson(text: (field: ColumnField) => string | undefined): RowPerson {
  const name = text('person')
  const isEmail = name !== undefined && /^[^\s@]+@[^\s@]+$/.test(name)
  const [userId, email, id] = [
    text('user_id'),
    text('email') ?? (isEmail ? name : undefined),
    text('person_id') ?? (isEmail ? undefined : name),
  ]
  return {
    ...(userId === undefined ? {} : { userId }),
    ...(email === undefined ? {} : { email }),
    ...(id === undefined ? {} : { id }),
  }
}

export function describePerson({ userId, email, id }: RowPerson): string | undefined {
  return userId ?? email ?? id
}
