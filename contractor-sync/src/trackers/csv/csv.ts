import { hash } from 'node:crypto'
import { readdir, stat } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { parseDate } from '@timesheets/contracts/date'
import { optional, setting } from '@timesheets/runtime/config'
import { ConfigurationError, InvalidResponseError } from '../../errors.ts'
import { defineTracker, type EntryDetails, type SourceRecord, type TrackerEntry } from '../tracker.ts'
import { isInWindow } from '../window.ts'
import { type Columns, columnFields, parseColumns, requireColumns } from './columns.ts'
import { type HoursUnit, hoursUnits } from './hours.ts'
import { describePerson, toSourceRecord } from './row.ts'
import { readTable, type TableOptions, type TableRow, tableExtensions } from './table-file.ts'

/** Exported hours: a file (CSV, JSON), or a folder of files, read in the order of their names. */
export const csv = defineTracker({
  name: 'CSV',
  urlSetting: 'CSV_PATH',
  rateBudget: null,
  settings: {
    csvPath: setting.text('CSV_PATH', {
      doc: `A file, or a folder of files (${tableExtensions.join(', ')}), in UTF-8`,
    }),
    csvColumns: setting.custom(
      'CSV_COLUMNS',
      'field=column pairs, separated by commas, or a JSON object of them',
      { default: '{}', doc: `The column of each field that has another name: ${columnFields.join(', ')}` },
      parseColumns,
    ),
    csvHoursUnit: optional(
      setting.oneOf('CSV_HOURS_UNIT', hoursUnits, {
        doc: 'Unit of plain numbers in the hours column; not needed if its name contains "hours"',
      }),
    ),
    csvDelimiter: setting.custom(
      'CSV_DELIMITER',
      'one character, or the word tab',
      { default: ',', doc: 'The character that separates the cells of a CSV file' },
      parseDelimiter,
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
  },
  open(config, _client, signal) {
    return {
      source: config.csvSource,
      readsChanges: false,
      async *read(selection) {
        for await (const record of readRecords(config, signal)) {
          const day = record.kind === 'entry' ? parseDate(record.date)?.day : undefined
          // A date that cannot be parsed is in no window: the API says what is wrong with it.
          if (day === undefined || isInWindow(selection, day)) yield record
        }
      },
      async probe() {
        let entries = 0
        for await (const { kind } of readRecords(config, signal)) {
          if (kind === 'entry') entries += 1
        }
        return `${entries} entries can be read`
      },
    }
  },
})

async function listFiles(path: string): Promise<readonly string[]> {
  const names = await readFolder(path).catch((error: NodeJS.ErrnoException) => {
    throw new ConfigurationError(`There is no file or folder at ${path} (${error.code}); correct CSV_PATH`)
  })
  if (names === undefined) return [path]
  // macOS writes `._hours.csv` beside `hours.csv`: metadata, no table.
  const tables = names.filter(
    (name) => !name.startsWith('.') && tableExtensions.includes(extname(name).toLowerCase()),
  )
  if (tables.length === 0) {
    throw new ConfigurationError(`The folder ${path} has no ${tableExtensions.join(', ')}; correct CSV_PATH`)
  }
  return tables.sort().map((name) => join(path, name))
}

/** Returns the names in a folder; undefined if the path is not a folder. */
async function readFolder(path: string): Promise<readonly string[] | undefined> {
  return (await stat(path)).isDirectory() ? await readdir(path) : undefined
}

interface TableSettings {
  readonly csvPath: string
  readonly csvColumns: Columns
  readonly csvHoursUnit: HoursUnit | undefined
  readonly csvDelimiter: string
}

/**
 * Reads the records of all files. Exports may overlap: the same entry again is `repeated`. The same id with other
 * content is unreadable, because the column is no identity, or a file is out of date.
 * @throws {InvalidResponseError} no row is valid
 */
async function* readRecords(
  { csvPath, csvColumns, csvHoursUnit, csvDelimiter }: TableSettings,
  signal: AbortSignal | undefined,
): AsyncGenerator<SourceRecord> {
  const mapping = { columns: csvColumns, hoursUnit: csvHoursUnit }
  const onHeader = (header: readonly string[], file: string) => requireColumns(header, file, csvColumns)
  // A hash is shorter than the content, and all ids of all files are kept.
  const hashes = new Map<string, string>()
  let firstIssue: Error | undefined
  for await (const row of readFiles(await listFiles(csvPath), {
    delimiter: csvDelimiter,
    onHeader,
    signal,
  })) {
    if ('file' in row) {
      firstIssue ??= row.error
      yield { kind: 'unreadable', externalId: row.file, reason: row.error.message }
      continue
    }
    const record = toSourceRecord(row, mapping)
    if (record.kind === 'unreadable') {
      firstIssue ??= new InvalidResponseError(
        `No row can be read; ${withPosition(record.reason, row.position)}`,
      )
      yield record
      continue
    }
    const { externalId } = record
    const content = hash('sha256', JSON.stringify(record), 'base64')
    const known = hashes.get(externalId)
    if (known === undefined) hashes.set(externalId, content)
    const { position } = row
    if (known === undefined) yield { ...record, position }
    else if (known === content) yield { kind: 'repeated', externalId }
    else
      yield {
        kind: 'unreadable',
        externalId,
        reason: `${position}: ${sameId}`,
        details: describeEntry(record),
      }
  }
  if (firstIssue !== undefined && hashes.size === 0) throw firstIssue
}

function describeEntry({ person, date, project, hours }: TrackerEntry): EntryDetails {
  return { person: describePerson(person), day: date, project, hours }
}

/** The reason of a row that has an id already names its position. */
const withPosition = (reason: string, position: string) =>
  reason.startsWith(position) ? reason : `${position}: ${reason}`

const sameId =
  'an earlier row has the same id and other content; is external_id the right column, and is no file out of date?'

/** A file that cannot be read, beside others. */
interface UnreadableFile {
  readonly file: string
  readonly error: Error
}

/** Reads the rows of several files. One that cannot be read does not cost the others; a single one throws its error. */
async function* readFiles(
  paths: readonly string[],
  options: TableOptions,
): AsyncGenerator<TableRow | UnreadableFile> {
  for (const path of paths) {
    try {
      yield* readTable(path, options)
    } catch (error) {
      options.signal?.throwIfAborted()
      const isOfFile = error instanceof InvalidResponseError || error instanceof ConfigurationError
      if (!isOfFile || paths.length === 1) throw error
      yield { file: basename(path), error }
    }
  }
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
