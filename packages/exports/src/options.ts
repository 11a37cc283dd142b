import type { ColumnField, Columns } from './columns.ts'
import type { DatePattern } from './date-pattern.ts'
import type { HoursUnit } from './duration.ts'
import type { FormatChoice } from './formats.ts'

/** How the files of a source are read: the settings `CSV_…`. What is undefined follows from the format, or is asked for. */
export interface ExportOptions {
  readonly format: FormatChoice
  readonly columns: Columns
  readonly hoursUnit: HoursUnit | undefined
  readonly hoursPerDay: number | undefined
  readonly dateFormat: DatePattern | undefined
  /** IANA name: the zone of times without an offset. */
  readonly timeZone: string | undefined
  readonly delimiter: string | undefined
  /** A label of the Encoding Standard; undefined: UTF-8. A byte order mark comes first. */
  readonly encoding: string | undefined
  /** Where in a JSON object the list is: `data.time_entries`. */
  readonly listPath: string | undefined
  readonly defaultProject: string | undefined
  readonly skipRowsWithout: readonly ColumnField[] | undefined
}
