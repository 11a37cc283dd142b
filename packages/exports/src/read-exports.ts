import { ExportFileError, ExportSettingError } from './export-error.ts'
import type { ExportFile, TableRow } from './export-file.ts'
import { formatIdentity } from './identity.ts'
import { describeLayout } from './layout.ts'
import { Occurrences } from './occurrences.ts'
import type { ExportOptions } from './options.ts'
import { describePerson, type EntryRow, type RowDetails, RowParser, type RowPerson } from './row.ts'
import { SeenRows } from './seen-rows.ts'
import { openTable, type Table } from './table.ts'

/** An entry of an export. */
export interface ExportEntry {
  readonly kind: 'entry'
  readonly externalId: string
  /** The id was derived from the row: a changed row has another one, until it is paired (`pairIdentities`). */
  readonly isDerived?: true
  readonly person: RowPerson
  readonly date: string
  readonly project: string
  readonly hours: number
  readonly notes: string | null
  readonly isRunning: boolean
  /** `hours.csv, line 17`. */
  readonly position: string
  readonly file: string
}

/** A row, or a whole file, that cannot be read. */
export interface UnreadableRow {
  readonly kind: 'unreadable'
  /** The id of the entry, else the position of the row, or the name of the file. */
  readonly externalId: string
  readonly reason: string
  readonly details?: RowDetails
}

/** A row that was read before, in this file or in a newer one. */
export interface RepeatedRow {
  readonly kind: 'repeated'
  readonly externalId: string
}

export type ExportRecord = ExportEntry | UnreadableRow | RepeatedRow

export interface ReadOptions {
  readonly options: ExportOptions
  /** Called with what was recognized in a file, and with what was left out of it. */
  readonly onNotice?: (notice: string) => void
  /** Called where a row that is skipped may be an entry. */
  readonly onLeftOut?: (what: string) => void
  /** Stored ids of rows that were paired with changed ones, by the derived id (`pairIdentities`). */
  readonly pairs?: ReadonlyMap<string, string>
}

/**
 * Reads the records of all files, the newest file first, so that an older export does not undo a newer one. The same
 * entry again is `repeated`. The same id with other content is unreadable in one file, because the column is no identity;
 * in an older file it is an earlier state of the entry. One file that cannot be read costs no other.
 * @param files from the oldest to the newest
 * @throws {ExportFileError} no row is valid, or the only file cannot be read
 * @throws {ExportSettingError} a setting must decide what the files leave open
 */
export async function* readExports(
  files: readonly ExportFile[],
  { options, onNotice = () => {}, onLeftOut = () => {}, pairs = new Map() }: ReadOptions,
): AsyncGenerator<ExportRecord> {
  const reader = new ExportReader(files, options, { onNotice, onLeftOut }, pairs)
  let firstError: Error | undefined
  for (let i = files.length - 1; i >= 0; i -= 1) {
    let table: Table
    try {
      table = await openTable(files[i]!, options)
    } catch (error) {
      if (!isExportError(error) || files.length === 1) throw error
      // The first file in the order of their names is the one that people look at first.
      firstError = error
      yield { kind: 'unreadable', externalId: files[i]!.name, reason: error.message }
      continue
    }
    try {
      yield* reader.read(i, table)
    } catch (error) {
      // A setting that a row asks for is wrong for all files.
      if (!(error instanceof ExportFileError) || files.length === 1) throw error
      firstError = error
      yield { kind: 'unreadable', externalId: files[i]!.name, reason: error.message }
    }
  }
  const error = firstError ?? reader.firstInvalid
  if (error !== undefined && reader.entries === 0) throw error
}

const isExportError = (error: unknown): error is Error =>
  error instanceof ExportFileError || error instanceof ExportSettingError

class ExportReader {
  /** Number of different entries. */
  entries = 0
  firstInvalid: Error | undefined
  readonly #files: readonly ExportFile[]
  readonly #options: ExportOptions
  readonly #onNotice: (notice: string) => void
  readonly #onLeftOut: (what: string) => void
  readonly #pairs: ReadonlyMap<string, string>
  readonly #seen = new SeenRows()
  /** The newest file that has derived rows of a person and day. */
  readonly #fileOfDay = new Map<string, number>()

  constructor(
    files: readonly ExportFile[],
    options: ExportOptions,
    { onNotice, onLeftOut }: Required<Pick<ReadOptions, 'onNotice' | 'onLeftOut'>>,
    pairs: ReadonlyMap<string, string>,
  ) {
    this.#files = files
    this.#options = options
    this.#onNotice = onNotice
    this.#onLeftOut = onLeftOut
    this.#pairs = pairs
  }

  async *read(fileIndex: number, table: Table): AsyncGenerator<ExportRecord> {
    const file = this.#files[fileIndex]!
    this.#onNotice(`${file.name}: ${describeLayout(table.layout)}`)
    const parser = new RowParser(table)
    const occurrences = table.layout.isDerived ? await this.#countOccurrences(file) : undefined
    const skipped = new Map<string, number>()
    let older = 0
    for await (const row of table.rows) {
      const parsed = parser.parse(row)
      if (parsed.kind === 'skipped') {
        skipped.set(parsed.missing, (skipped.get(parsed.missing) ?? 0) + 1)
        if (parsed.isNamed) this.#onLeftOut(`${row.position}: without ${parsed.missing}, and skipped`)
        continue
      }
      if (parsed.kind === 'invalid') {
        const { id, reason, details } = parsed
        this.firstInvalid ??= explainInvalid(`No row can be read; ${row.position}: ${reason}`)
        yield id === undefined
          ? { kind: 'unreadable', externalId: row.position, reason, details }
          : { kind: 'unreadable', externalId: id, reason: `${row.position}: ${reason}`, details }
        continue
      }
      const record = this.#resolve(parsed, row, fileIndex, occurrences)
      if (record.kind === 'older') older += 1
      yield record.kind === 'older' ? { kind: 'repeated', externalId: record.externalId } : record
    }
    for (const [field, count] of skipped)
      this.#onNotice(`${file.name}: ${formatRows(count)} without ${field} skipped`)
    if (older > 0)
      this.#onNotice(
        `${file.name}: ${formatRows(older)} not used, because a newer file has the same entries with other content`,
      )
  }

  /** Derives the id of a row if it has none, and compares the row with those that were read before. */
  #resolve(
    { identity, person, day, date, project, hours, notes, isRunning }: EntryRow,
    { position, number }: TableRow,
    fileIndex: number,
    occurrences: Occurrences | undefined,
  ): ExportRecord | { readonly kind: 'older'; readonly externalId: string } {
    const isDerived = typeof identity !== 'string'
    const id = isDerived ? formatIdentity(occurrences!.number(identity, hours)) : identity
    const externalId = isDerived ? (this.#pairs.get(id) ?? id) : id
    const entry = {
      kind: 'entry',
      externalId,
      ...(isDerived ? { isDerived } : {}),
      person,
      date,
      project,
      hours,
      notes,
      isRunning,
      position,
      file: this.#files[fileIndex]!.name,
    } as const
    const details = { person: describePerson(person), day: date, project, hours }
    const seen = this.#seen.add(
      id,
      JSON.stringify([person, date, project, hours, notes, isRunning]),
      fileIndex,
      number,
    )
    if (seen === undefined) {
      const newer = isDerived ? this.#claimDay(`${describePerson(person)}\n${day}`, fileIndex) : undefined
      if (newer === undefined) {
        this.entries += 1
        return entry
      }
      const reason = `${position}: ${this.#files[newer]!.name}, which is newer, has other rows of this person and day; remove the older file, or export the day again`
      return { kind: 'unreadable', externalId: id, reason, details }
    }
    if (seen.hasSameContent) return { kind: 'repeated', externalId }
    if (seen.fileIndex !== fileIndex) return { kind: 'older', externalId }
    const first = position.replace(/\d+$/, String(seen.number))
    const reason = `${position}: an earlier row has the same id and other content (${first}); is external_id the right column?`
    return { kind: 'unreadable', externalId, reason, details }
  }

  /**
   * Rows without ids cannot be told from earlier versions of themselves. So only one file may have rows of a person and
   * day; what an older file has besides is reported, and not counted a second time.
   * @returns the newer file that has rows of that day
   */
  #claimDay(key: string, fileIndex: number): number | undefined {
    const owner = this.#fileOfDay.get(key)
    if (owner === undefined) this.#fileOfDay.set(key, fileIndex)
    return owner === undefined || owner === fileIndex ? undefined : owner
  }

  async #countOccurrences(file: ExportFile): Promise<Occurrences> {
    const table = await openTable(file, this.#options)
    const parser = new RowParser(table)
    const occurrences = new Occurrences()
    for await (const row of table.rows) {
      const parsed = parser.parse(row)
      if (parsed.kind === 'entry' && typeof parsed.identity !== 'string')
        occurrences.add(parsed.identity, parsed.hours)
    }
    occurrences.endFirstPass()
    return occurrences
  }
}

/** Where no row can be read, a reason that names a setting is most likely the setting of all rows. */
function explainInvalid(message: string): Error {
  const isSetting = /\bCSV_(DATE_FORMAT|DEFAULT_PROJECT)\b/.test(message)
  return isSetting ? new ExportSettingError(message) : new ExportFileError(message)
}

const formatRows = (count: number) => `${count} ${count === 1 ? 'row' : 'rows'}`
