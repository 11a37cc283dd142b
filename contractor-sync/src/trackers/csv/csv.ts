import { hash } from 'node:crypto'
import { readdir, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { parseDate } from '@timesheets/contracts/date'
import { setting } from '@timesheets/runtime/config'
import { Refused, UnexpectedAnswer } from '../../errors.ts'
import { type Reading, trackerKind } from '../tracker.ts'
import { covers } from '../window.ts'
import { type Columns, columnMembers, demandColumns, parseColumns, readingOf } from './columns.ts'
import { readTable, tableExtensions } from './table-file.ts'

/** Hours that somebody exported: a file of rows (CSV, JSON), or a folder of such files, in the order of their names. */
export const csv = trackerKind({
  name: 'CSV',
  locatedBy: 'CSV_PATH',
  rateBudget: null,
  settings: {
    csvPath: setting.text('CSV_PATH', {
      doc: `A file, or a folder of files: ${tableExtensions.join(', ')}; in UTF-8`,
    }),
    csvColumns: setting.custom(
      'CSV_COLUMNS',
      'member=column pairs, separated by commas, or a JSON object of them',
      { default: '{}', doc: `Which column is what, where it has another name: ${columnMembers.join(', ')}` },
      parseColumns,
    ),
    csvDelimiter: setting.custom(
      'CSV_DELIMITER',
      'one character, or the word tab',
      { default: ',', doc: 'What stands between the cells of a CSV file' },
      parseDelimiter,
    ),
    csvSource: setting.custom(
      'CSV_SOURCE',
      'a name of a-z, 0-9 and -',
      {
        default: 'csv',
        doc: 'Whose hours they are; with "harvest" and its ids, the same as those read there',
      },
      parseSource,
    ),
  },
  open(config, _ask, signal) {
    return {
      source: config.csvSource,
      readsChanges: false,
      async *read(selection) {
        for await (const reading of readingsAt(config, signal)) {
          const day = reading.kind === 'entry' ? parseDate(reading.date)?.day : undefined
          // A date that cannot be read is in no window: the API says what is wrong with it.
          if (day === undefined || covers(selection, day)) yield reading
        }
      },
      async probe() {
        let entries = 0
        for await (const { kind } of readingsAt(config, signal)) {
          if (kind === 'entry') entries += 1
        }
        return `${entries} entries can be read`
      },
    }
  },
})

async function filesAt(path: string): Promise<readonly string[]> {
  const all = await listed(path).catch((error: NodeJS.ErrnoException) => {
    throw new Refused(`There is nothing to be read at ${path} (${error.code}); correct CSV_PATH`)
  })
  if (all === undefined) return [path]
  const names = all.filter((name) => tableExtensions.includes(extname(name).toLowerCase()))
  if (names.length === 0) {
    throw new Refused(`The folder ${path} holds no ${tableExtensions.join(', ')}; correct CSV_PATH`)
  }
  return names.sort().map((name) => join(path, name))
}

/** What is in a folder; of anything else undefined. */
async function listed(path: string): Promise<readonly string[] | undefined> {
  return (await stat(path)).isDirectory() ? await readdir(path) : undefined
}

interface TableSettings {
  readonly csvPath: string
  readonly csvColumns: Columns
  readonly csvDelimiter: string
}

/**
 * The readings of all files. Exports overlap: the same entry again counts once. Its id with other words is a wrong
 * column, or an export that is out of date: that is told, not merged. Where no row at all can be read, the files
 * are not what they should be.
 */
async function* readingsAt(
  { csvPath, csvColumns, csvDelimiter }: TableSettings,
  signal: AbortSignal | undefined,
): AsyncGenerator<Reading> {
  const options = {
    delimiter: csvDelimiter,
    onHeader: (header: readonly string[], name: string) => demandColumns(header, name, csvColumns),
    signal,
  }
  const contents = new Map<string, string>()
  let firstFault: string | undefined
  for (const path of await filesAt(csvPath)) {
    for await (const row of readTable(path, options)) {
      const reading = readingOf(row, csvColumns)
      const { externalId } = reading
      if (reading.kind === 'unreadable') {
        firstFault ??= `${row.position}: ${reading.reason}`
        yield reading
        continue
      }
      // Shorter than what it stands for: every id of every file is kept.
      const content = hash('sha256', JSON.stringify(reading), 'base64')
      const known = contents.get(externalId)
      if (known === undefined) {
        contents.set(externalId, content)
        yield reading
      } else if (known !== content) {
        yield { kind: 'unreadable', externalId, reason: `${row.position}: ${sameId}` }
      }
    }
  }
  if (firstFault !== undefined && contents.size === 0)
    throw new UnexpectedAnswer(`No row can be read; ${firstFault}`)
}

const sameId =
  'an earlier row has the same id and says something else; is external_id the right column, and no file out of date?'

function parseDelimiter(text: string): string {
  if (text === 'tab') return '\t'
  if ([...text].length !== 1) throw new Error(`"${text}" is not one character`)
  if (/["\r\n]/.test(text))
    throw new Error(`${JSON.stringify(text)} stands around cells or lines, not between cells`)
  return text
}

function parseSource(text: string): string {
  if (!/^[a-z0-9-]{1,64}$/.test(text)) throw new Error(`"${text}" is not a name of a-z, 0-9 and -`)
  return text
}
