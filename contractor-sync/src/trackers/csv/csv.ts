import { parseDate } from '@timesheets/contracts/date'
import { columnFields } from '@timesheets/exports/column-field'
import { parseColumns } from '@timesheets/exports/columns'
import { compileDatePattern } from '@timesheets/exports/date-pattern'
import { hoursUnits } from '@timesheets/exports/duration'
import { fileExtensions } from '@timesheets/exports/export-file'
import { formatChoices } from '@timesheets/exports/formats'
import type { ExportOptions } from '@timesheets/exports/options'
import { readExports } from '@timesheets/exports/read-exports'
import { parseEncoding } from '@timesheets/exports/text-encoding'
import { isTimeZone } from '@timesheets/exports/time-zone'
import { type InferConfig, optional, setting } from '@timesheets/runtime/config'
import { ConfigurationError, InvalidResponseError } from '../../errors.ts'
import { defineTracker, type SourceRecord } from '../tracker.ts'
import { isInWindow } from '../window.ts'
import { fingerprintFiles, listFiles } from './export-files.ts'

const settings = {
  csvPath: setting.text('CSV_PATH', {
    doc: `A file, or a folder of files (${fileExtensions.join(', ')}; text also as .gz)`,
  }),
  csvFormat: setting.oneOf('CSV_FORMAT', formatChoices, {
    default: 'auto',
    doc: 'The program that wrote the files; auto recognizes it by the header, custom takes the columns of CSV_COLUMNS only',
  }),
  csvColumns: setting.custom(
    'CSV_COLUMNS',
    'field=column pairs, separated by commas, or a JSON object of them',
    {
      default: '{}',
      doc: `The column of each field that has another name, or several as First Name + Last Name: ${columnFields.join(', ')}`,
    },
    parseColumns,
  ),
  csvHoursUnit: optional(
    setting.oneOf('CSV_HOURS_UNIT', hoursUnits, {
      doc: 'Unit of plain numbers in the hours column; not needed if its name or the format says it',
    }),
  ),
  csvHoursPerDay: optional(
    setting.custom(
      'CSV_HOURS_PER_DAY',
      'a number of hours up to 24',
      { doc: 'Hours of a working day, for durations in days such as 1d 2h' },
      parseHoursPerDay,
    ),
  ),
  csvDateFormat: optional(
    setting.custom(
      'CSV_DATE_FORMAT',
      'a pattern of Unicode, such as dd.MM.yyyy',
      { doc: 'How dates are written, if not as YYYY-MM-DD: dd.MM.yyyy, MM/dd/yyyy, d MMM yy' },
      compileDatePattern,
    ),
  ),
  csvTimeZone: optional(
    setting.custom(
      'CSV_TIME_ZONE',
      'a time zone such as Europe/Berlin',
      { doc: 'Zone of times without offset. Without it, an entry has a day and no time' },
      parseTimeZone,
    ),
  ),
  csvDelimiter: optional(
    setting.custom(
      'CSV_DELIMITER',
      'one character, or the word tab',
      {
        doc: 'The character that separates the cells of a CSV file; by default a comma, or what a known format has',
      },
      parseDelimiter,
    ),
  ),
  csvEncoding: optional(
    setting.custom(
      'CSV_ENCODING',
      'an encoding such as utf-8, utf-16le or windows-1252',
      { doc: 'Encoding of files without a byte order mark; by default UTF-8' },
      parseEncoding,
    ),
  ),
  csvListPath: optional(
    setting.text('CSV_LIST_PATH', { doc: 'Where the list is in a JSON object: time_entries, data.items' }),
  ),
  csvDefaultProject: optional(setting.text('CSV_DEFAULT_PROJECT', { doc: 'Project of rows that have none' })),
  csvSkipRowsWithout: optional(
    setting.custom(
      'CSV_SKIP_ROWS_WITHOUT',
      'fields, separated by commas',
      { doc: 'Skip rows in which one of these fields is empty, such as totals: external_id, date' },
      parseFields,
    ),
  ),
  csvWindow: optional(
    setting.oneOf('CSV_WINDOW', ['file'], {
      doc: 'file: each file has all entries of its people between its first and its last day, so what is missing there is deleted',
    }),
  ),
  csvSource: setting.custom(
    'CSV_SOURCE',
    'a name of a-z, 0-9 and -',
    {
      default: 'csv',
      doc: 'The source of the entries; "harvest", with the ids of Harvest, updates the entries read there',
    },
    parseSource,
  ),
}

/** Exported hours: a file, or a folder of files, read from the last name to the first. */
export const csv = defineTracker({
  name: 'CSV',
  urlSetting: 'CSV_PATH',
  rateBudget: null,
  settings,
  open(config, _client, signal) {
    const notices: string[] = []
    return {
      source: config.csvSource,
      readsChanges: false,
      notices,
      ...(config.csvWindow === undefined
        ? {}
        : {
            fingerprintFiles: () =>
              fingerprintFiles(config.csvPath, signal).catch((error) => {
                throw explainError(error)
              }),
          }),
      async *read(selection, events) {
        notices.length = 0
        const onLeftOut = (what: string) => {
          if (config.csvWindow !== undefined) events?.onIncomplete?.(what)
        }
        for await (const record of readRecords(config, selection.pairs, notices, onLeftOut, signal)) {
          const day = record.kind === 'entry' ? parseDate(record.date)?.day : undefined
          if (day === undefined || isInWindow(selection, day)) yield record
        }
      },
      async probe() {
        let entries = 0
        for await (const { kind } of this.read({})) {
          if (kind === 'entry') entries += 1
        }
        return `${entries.toLocaleString('en-US')} entries can be read`
      },
    }
  },
})

/** Reads the records of all files, and collects what was recognized in them. */
async function* readRecords(
  config: InferConfig<typeof settings>,
  pairs: ReadonlyMap<string, string> | undefined,
  notices: string[],
  onLeftOut: (what: string) => void,
  signal: AbortSignal | undefined,
): AsyncGenerator<SourceRecord> {
  const options: ExportOptions = {
    format: config.csvFormat,
    columns: config.csvColumns,
    hoursUnit: config.csvHoursUnit,
    hoursPerDay: config.csvHoursPerDay,
    dateFormat: config.csvDateFormat,
    timeZone: config.csvTimeZone,
    delimiter: config.csvDelimiter,
    encoding: config.csvEncoding,
    listPath: config.csvListPath,
    defaultProject: config.csvDefaultProject,
    skipRowsWithout: config.csvSkipRowsWithout,
  }
  // Some files are read twice.
  const onNotice = (notice: string) => {
    if (!notices.includes(notice)) notices.push(notice)
  }
  try {
    const { files, ignored } = await listFiles(config.csvPath, onNotice, signal, onLeftOut)
    if (ignored.length > 0) onNotice(`not read, because of their names: ${ignored.join(', ')}`)
    yield* readExports(files, { options, onNotice, onLeftOut, ...(pairs === undefined ? {} : { pairs }) })
  } catch (error) {
    throw explainError(error as Error)
  }
}

function explainError(error: Error): Error {
  if (error.name === 'ExportSettingError') return new ConfigurationError(error.message)
  return error.name === 'ExportFileError' ? new InvalidResponseError(error.message) : error
}

function parseHoursPerDay(text: string): number {
  const hours = Number(text)
  if (!(hours > 0 && hours <= 24)) throw new Error(`"${text}" is not a number of hours up to 24`)
  return hours
}

function parseTimeZone(text: string): string {
  if (!isTimeZone(text)) throw new Error(`"${text}" is not a time zone such as Europe/Berlin`)
  return text
}

function parseFields(text: string) {
  return text.split(',').map((name) => {
    const field = columnFields.find((word) => word === name.trim())
    if (field === undefined) throw new Error(`"${name.trim()}" is none of ${columnFields.join(', ')}`)
    return field
  })
}

function parseDelimiter(text: string): string {
  if (text === 'tab') return '\t'
  if ([...text].length !== 1) throw new Error(`"${text}" is not one character`)
  if (/["\r\n]/.test(text))
    throw new Error(`${JSON.stringify(text)} encloses cells or ends lines, so it cannot separate cells`)
  return text
}

function parseSource(text: string): string {
  if (!/^[a-z0-9-]{1,64}$/.test(text)) throw new Error(`"${text}" is not a name of a-z, 0-9 and -`)
  return text
}
