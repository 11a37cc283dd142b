import {
  type ColumnField,
  type ColumnMap,
  checkColumns,
  columnFields,
  commonFields,
  findColumns,
  findMissingColumn,
} from './columns.ts'
import { compileDatePattern, type DatePattern } from './date-pattern.ts'
import { type DurationRules, inferHoursUnit } from './duration.ts'
import { ExportSettingError } from './export-error.ts'
import { type ExportFormat, exportFormats, type FormatName, recognizeFormats } from './formats.ts'
import type { ExportOptions } from './options.ts'

/** What the columns of a table mean. */
export interface TableLayout {
  readonly formatName: FormatName | 'custom'
  /** The format was recognized by the header, and not named by CSV_FORMAT. */
  readonly isRecognized: boolean
  readonly columns: ColumnMap
  /** Identities are hashes of the rows, because the table has no column of ids. */
  readonly isDerived: boolean
  readonly dates: readonly DatePattern[]
  /** ISO 8601 is read as well; not with CSV_DATE_FORMAT, which could mean something else. */
  readonly readsIso: boolean
  readonly durations: DurationRules
  readonly emptyCell: string | undefined
  readonly skipRowsWithout: readonly ColumnField[]
  readonly options: ExportOptions
}

/**
 * Finds out what a header means.
 * @param file for error messages
 * @throws {ExportSettingError} a column is missing, or the header fits several formats
 * @throws {ExportFileError} a column that is used appears twice
 */
export function createLayout(header: readonly string[], file: string, options: ExportOptions): TableLayout {
  const formatName = selectFormat(header, file, options)
  const format: ExportFormat | undefined = formatName === undefined ? undefined : exportFormats[formatName]
  const columns = findColumns(header, format, options)
  checkColumns(header, columns, format, options, file)
  return composeLayout(formatName, columns, columns.external_id === undefined, options)
}

/**
 * The layout of JSON, where each object has its own fields: a column is a field or a path. An object without an id is an
 * error, unless CSV_COLUMNS says that there is none (`external_id=`).
 */
export function createObjectLayout(options: ExportOptions): TableLayout {
  const name = options.format === 'auto' || options.format === 'custom' ? undefined : options.format
  const format: ExportFormat | undefined = name === undefined ? undefined : exportFormats[name]
  const columns = Object.fromEntries(
    columnFields.flatMap((field) => {
      // An object may have much more than an entry needs: a task, for example, is often an object itself.
      const byName = commonFields.includes(field) ? field : undefined
      const column = options.columns[field] ?? (format === undefined ? byName : format.columns[field]?.[0])
      return column === undefined || column === ''
        ? []
        : [[field, { name: column, columns: column.split(' + ').map((part) => part.trim()) }]]
    }),
  )
  return composeLayout(name, columns, columns.external_id === undefined, options)
}

/** Returns whether a row can be the header: above it, some programs write titles. */
export function isHeader(cells: readonly string[], options: ExportOptions): boolean {
  const name = selectCandidate(cells, options)
  const format: ExportFormat | undefined = name === undefined ? undefined : exportFormats[name]
  return findMissingColumn(findColumns(cells, format, options), options) === undefined
}

/** Finds the delimiter by which a known format recognizes one of the first lines; undefined if there is none. */
export function findDelimiter(
  lines: readonly string[],
  { format, columns }: ExportOptions,
): string | undefined {
  if (format === 'custom') return undefined
  for (const delimiter of [',', ';', '\t']) {
    for (const line of lines) {
      const cells = line.split(delimiter).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'))
      if (cells.length < 2) continue
      const recognized = recognizeFormats(cells)
      const fits =
        format === 'auto'
          ? recognized.length > 0
          : recognized.includes(format) || hasAllColumns(cells, exportFormats[format], columns)
      if (fits) return delimiter
    }
  }
  return undefined
}

function hasAllColumns(
  cells: readonly string[],
  format: ExportFormat,
  columns: ExportOptions['columns'],
): boolean {
  const found = findColumns(cells, format, { columns })
  return findMissingColumn(found, { columns, defaultProject: '' }) === undefined
}

function selectCandidate(header: readonly string[], { format }: ExportOptions): FormatName | undefined {
  if (format === 'custom') return undefined
  return format === 'auto' ? recognizeFormats(header)[0] : format
}

function selectFormat(
  header: readonly string[],
  file: string,
  options: ExportOptions,
): FormatName | undefined {
  const recognized = options.format === 'auto' ? recognizeFormats(header) : []
  if (recognized.length > 1)
    throw new ExportSettingError(
      `${file}: its header fits the formats ${recognized.join(' and ')}; set CSV_FORMAT to the right one`,
    )
  return selectCandidate(header, options)
}

function composeLayout(
  name: FormatName | undefined,
  columns: ColumnMap,
  isDerived: boolean,
  options: ExportOptions,
): TableLayout {
  const format: ExportFormat | undefined = name === undefined ? undefined : exportFormats[name]
  const { hoursUnit, hoursPerDay, dateFormat, skipRowsWithout } = options
  const unit = hoursUnit ?? inferHoursUnit(columns.hours?.name ?? '')
  return {
    formatName: name ?? 'custom',
    isRecognized: name !== undefined && options.format === 'auto',
    columns,
    isDerived,
    dates: dateFormat === undefined ? (format?.dates ?? []).map(compileDatePattern) : [dateFormat],
    readsIso: dateFormat === undefined,
    durations: {
      unit: unit ?? format?.unit,
      isUnitOfFormat: unit === undefined && format?.unit !== undefined,
      hoursPerDay,
    },
    emptyCell: format?.emptyCell,
    skipRowsWithout: skipRowsWithout ?? format?.skipRowsWithout ?? [],
    options,
  }
}

/** Describes for people what was recognized: `toggl, recognized by its header; hours = Duration (h:mm:ss, or a unit)`. */
export function describeLayout(layout: TableLayout): string {
  const { formatName, isRecognized, columns, isDerived, dates, readsIso, durations, options } = layout
  const mapped = columnFields.flatMap((field) => {
    const source = columns[field]
    return source === undefined ? [] : [source.name === field ? field : `${field}=${source.name}`]
  })
  const unit = durations.unit === undefined ? 'with a unit or a colon' : `in ${durations.unit}`
  const how = isRecognized ? ', recognized by its header' : ''
  return [
    `${formatName}${how}`,
    `columns ${mapped.join(', ')}`,
    `dates ${[...(readsIso ? ['YYYY-MM-DD'] : []), ...dates.map(({ pattern }) => pattern)].join(' or ')}`,
    ...(columns.hours === undefined ? ['hours from start to end'] : [`hours ${unit}`]),
    ...(options.timeZone === undefined ? [] : [`times in ${options.timeZone}`]),
    isDerived
      ? 'identities derived from person, start or day, project, task and notes'
      : `identities from ${columns.external_id!.name}`,
  ].join('; ')
}
