import type { ColumnField } from './columns.ts'
import type { HoursUnit } from './duration.ts'

/**
 * The export of a known program. It is data: a new format is a row of `exportFormats`. Names of columns match in upper and
 * lower case.
 */
export interface ExportFormat {
  /** For people: "Toggl Track". */
  readonly title: string
  /** Columns that together recognize it; of several names, one. No two formats may recognize the same header. */
  readonly recognizedBy: readonly (readonly string[])[]
  /**
   * Per field the columns that it may be in: the first one that the file has. `external_id` lists columns of ids; without
   * it, or in a file without such a column, identities are derived.
   */
  readonly columns: Readonly<Partial<Record<ColumnField, readonly string[]>>>
  /** Patterns that dates may have besides ISO 8601. What two of them read differently is asked for. */
  readonly dates: readonly string[]
  /** Unit of a plain number whose column does not name it. */
  readonly unit?: HoursUnit
  /** What may separate the cells of a CSV file. */
  readonly delimiters: readonly string[]
  /** What is written into a cell without a value. */
  readonly emptyCell?: string
  /** Rows without one of these are totals, and are skipped. */
  readonly skipRowsWithout?: readonly ColumnField[]
}

const commaOrSemicolon = [',', ';', '\t']
/** The orders of day, month and year that people choose in their settings. */
const chosenDates = ['dd/MM/yyyy', 'MM/dd/yyyy', 'dd.MM.yyyy', 'dd-MM-yyyy', 'MM-dd-yyyy', 'yyyy/MM/dd']

/** All known formats by the name that CSV_FORMAT takes. */
export const exportFormats = {
  harvest: {
    title: 'Harvest (detailed time)',
    recognizedBy: [['Date'], ['Project'], ['Task'], ['Hours'], ['First Name'], ['Last Name']],
    columns: {
      person: ['First Name + Last Name'],
      date: ['Date'],
      project: ['Project'],
      task: ['Task'],
      hours: ['Hours'],
      notes: ['Notes'],
    },
    dates: chosenDates,
    delimiters: commaOrSemicolon,
  },
  toggl: {
    title: 'Toggl Track (detailed)',
    recognizedBy: [['Start date'], ['Start time'], ['Duration'], ['User', 'Email'], ['Description']],
    columns: {
      email: ['Email'],
      person: ['User'],
      date: ['Start date'],
      start: ['Start time'],
      end: ['End time', 'Stop time'],
      end_date: ['End date', 'Stop date'],
      project: ['Project'],
      task: ['Task'],
      hours: ['Duration'],
      notes: ['Description'],
    },
    dates: [],
    delimiters: commaOrSemicolon,
  },
  clockify: {
    title: 'Clockify (detailed)',
    recognizedBy: [['Start Date'], ['Start Time'], ['Duration (h)', 'Duration (decimal)'], ['User', 'Email']],
    columns: {
      email: ['Email'],
      person: ['User'],
      date: ['Start Date'],
      start: ['Start Time'],
      end: ['End Time'],
      end_date: ['End Date'],
      project: ['Project'],
      task: ['Task', 'Activity'],
      // To the second; the decimal number has two digits.
      hours: ['Duration (h)', 'Duration (decimal)'],
      notes: ['Description'],
    },
    dates: chosenDates,
    delimiters: commaOrSemicolon,
  },
  kimai: {
    title: 'Kimai',
    recognizedBy: [['Date'], ['Duration'], ['Customer'], ['Project'], ['Activity']],
    columns: {
      email: ['Email', 'E-mail'],
      person: ['User', 'Username', 'Name'],
      date: ['Date'],
      start: ['From', 'Begin', 'In'],
      end: ['To', 'End', 'Out'],
      project: ['Project'],
      task: ['Activity'],
      hours: ['Duration'],
      notes: ['Description'],
    },
    dates: [],
    unit: 'seconds',
    delimiters: commaOrSemicolon,
  },
  jira: {
    title: 'Jira (worklogs)',
    recognizedBy: [['Author'], ['Started'], ['Time spent', 'Time spent (seconds)', 'Time spent (hours)']],
    columns: {
      external_id: ['Worklog id'],
      email: ['Author email', 'Email'],
      person: ['Author'],
      date: ['Started'],
      project: ['Project', 'Project name', 'Project key'],
      task: ['Issue', 'Issue key'],
      hours: ['Time spent (seconds)', 'Time spent', 'Time spent (hours)'],
      notes: ['Work description', 'Comment', 'Summary'],
    },
    dates: ['MMM d, yyyy, h:mm a', 'MMM d, yyyy h:mm a', 'd/MMM/yy h:mm a', 'd/MMM/yy HH:mm', 'd/MMM/yy'],
    delimiters: commaOrSemicolon,
    emptyCell: '_',
    skipRowsWithout: ['date'],
  },
  tempo: {
    title: 'Tempo',
    recognizedBy: [['Issue Key'], ['Hours'], ['Work date'], ['Username', 'Full name']],
    columns: {
      person: ['Username', 'Full name'],
      date: ['Work date'],
      project: ['Project Name', 'Project Key', 'Issue Key'],
      task: ['Issue Key'],
      hours: ['Hours'],
      notes: ['Work Description'],
    },
    dates: ['yyyy-M-d H:mm', 'yyyy-M-d'],
    delimiters: commaOrSemicolon,
    skipRowsWithout: ['date'],
  },
  redmine: {
    title: 'Redmine (spent time)',
    recognizedBy: [
      ['Date'],
      ['User'],
      ['Project'],
      ['Activity'],
      ['Hours'],
      ['Comment', 'Comments', 'Issue'],
    ],
    columns: {
      external_id: ['#', 'Id'],
      person: ['User'],
      date: ['Date'],
      project: ['Project'],
      task: ['Issue'],
      hours: ['Hours'],
      notes: ['Comment', 'Comments'],
    },
    dates: chosenDates,
    delimiters: commaOrSemicolon,
  },
  solidtime: {
    title: 'solidtime',
    recognizedBy: [
      ['Description'],
      ['Project'],
      ['Task'],
      ['Start'],
      ['End'],
      ['User', 'user_email', 'user_name'],
    ],
    columns: {
      external_id: ['id'],
      email: ['user_email'],
      person: ['User', 'user_name'],
      start: ['Start'],
      end: ['End'],
      project: ['Project'],
      task: ['Task'],
      hours: ['Duration', 'Duration (decimal)'],
      notes: ['Description'],
    },
    dates: [],
    delimiters: commaOrSemicolon,
  },
} as const satisfies Readonly<Record<string, ExportFormat>>

export type FormatName = keyof typeof exportFormats

export const formatNames = Object.keys(exportFormats) as FormatName[]

/** What CSV_FORMAT takes: a known format, one that the header decides, or the columns that CSV_COLUMNS names. */
export const formatChoices = ['auto', 'custom', ...formatNames] as const
export type FormatChoice = (typeof formatChoices)[number]

/** Returns the formats that a header has all the columns of. */
export function recognizeFormats(header: readonly string[]): readonly FormatName[] {
  const lower = new Set(header.map((column) => column.trim().toLowerCase()))
  return formatNames.filter((name) =>
    exportFormats[name].recognizedBy.every((names) =>
      names.some((column) => lower.has(column.toLowerCase())),
    ),
  )
}
