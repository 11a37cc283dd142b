import { maxEdits, TooManyEditsError } from './edit-limit.ts'
import type { SavedEdits } from './saved-edits.ts'
import type { Selection } from './selection.ts'
import type { TimeEntry } from './time-entry.ts'

/** The number of cached selections. The later pages of a list use the cache. */
const maxCachedSelections = 4

/** All time entries in Harvest's order: newest `spent_date` first, then latest created first. */
export class Entries {
  readonly #rows: TimeEntry[]
  readonly #byId: Map<number, TimeEntry>
  readonly #edits: SavedEdits
  readonly #selections = new Map<string, readonly TimeEntry[]>()
  #lastId = 0
  /** How long the list lags behind the edits. */
  #lagMs = 0
  /** Edits that the list may not show yet, oldest first, each with the entry before it. */
  #recent: { readonly at: Date; readonly id: number; readonly before: TimeEntry | undefined }[] = []

  /** @param recorded the entries before the edits */
  constructor(recorded: readonly TimeEntry[], edits: SavedEdits) {
    this.#edits = edits
    this.#byId = new Map(recorded.map((row) => [row.id, row]))
    for (const [id, row] of edits.rows) {
      if (row === null) this.#byId.delete(id)
      else this.#byId.set(id, row)
    }
    this.#rows = [...this.#byId.values()].sort(compareEntries)
    // The id of a deleted entry is not used again.
    for (const row of recorded) this.#lastId = Math.max(this.#lastId, row.id)
    for (const id of edits.rows.keys()) this.#lastId = Math.max(this.#lastId, id)
  }

  get(id: number): TimeEntry | undefined {
    return this.#byId.get(id)
  }

  /** Returns the entries of a selection, in order. Repeated selections are cached until the next edit. */
  select(selection: Selection): readonly TimeEntry[] {
    const cached = this.#selections.get(selection.key)
    if (cached !== undefined) return cached
    const rows = this.#days(selection.from, selection.to).filter((row) => selection.matches(row))
    if (this.#selections.size >= maxCachedSelections) {
      this.#selections.delete(this.#selections.keys().next().value as string)
    }
    this.#selections.set(selection.key, rows)
    return rows
  }

  /** Like `select`, from a list that may lag behind: it shows the entries as they were `lagMs` ago. */
  selectListed(selection: Selection): readonly TimeEntry[] {
    const unseen = this.#recent.filter(({ at }) => Date.now() - at.getTime() < this.#lagMs)
    if (unseen.length === 0) return this.select(selection)
    const rows = new Map(this.#byId)
    for (const { id, before } of unseen.toReversed()) {
      if (before === undefined) rows.delete(id)
      else rows.set(id, before)
    }
    const isSelected = ({ spent_date: day }: TimeEntry) =>
      day >= (selection.from ?? '') && (selection.to === undefined || day <= selection.to)
    return [...rows.values()].filter((row) => isSelected(row) && selection.matches(row)).sort(compareEntries)
  }

  /** From now on, edits show in the list after this time; lookups show them at once. */
  setLag(ms: number): void {
    this.#lagMs = ms
    this.#recent = []
  }

  nextId(): number {
    this.#lastId += 1
    return this.#lastId
  }

  /** Adds the entry, or replaces the entry with its id. Resolves when the edit is saved. */
  put(entry: TimeEntry): Promise<void> {
    this.#record(entry.id, entry)
    this.#removeRow(entry.id)
    this.#rows.splice(this.#findIndex(entry), 0, entry)
    this.#byId.set(entry.id, entry)
    return this.#edits.save()
  }

  /** Deletes the entry. Resolves when the edit is saved. */
  delete(id: number): Promise<void> {
    this.#record(id, null)
    this.#removeRow(id)
    this.#byId.delete(id)
    return this.#edits.save()
  }

  #record(id: number, entry: TimeEntry | null): void {
    if (this.#edits.rows.size >= maxEdits && !this.#edits.rows.has(id)) throw new TooManyEditsError()
    this.#edits.rows.set(id, entry)
    if (this.#lagMs > 0) this.#recent.push({ at: new Date(), id, before: this.#byId.get(id) })
    this.#selections.clear()
  }

  #removeRow(id: number): void {
    const entry = this.#byId.get(id)
    if (entry !== undefined) this.#rows.splice(this.#findIndex(entry), 1)
  }

  /** Where the entry is, or where it would be. */
  #findIndex(entry: TimeEntry): number {
    return firstIndex(this.#rows, (row) => compareEntries(row, entry) >= 0)
  }

  #days(from: string | undefined, to: string | undefined): TimeEntry[] {
    const first = to === undefined ? 0 : firstIndex(this.#rows, (row) => row.spent_date <= to)
    const end = from === undefined ? undefined : firstIndex(this.#rows, (row) => row.spent_date < from)
    return this.#rows.slice(first, end)
  }
}

/** Orders the newest day first, then the highest id first. */
function compareEntries(a: TimeEntry, b: TimeEntry): number {
  if (a.spent_date !== b.spent_date) return a.spent_date > b.spent_date ? -1 : 1
  return b.id - a.id
}

/** Binary search: the index of the first row for which the condition holds, or `rows.length`. */
function firstIndex(rows: readonly TimeEntry[], holds: (row: TimeEntry) => boolean): number {
  let low = 0
  let high = rows.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (holds(rows[middle]!)) high = middle
    else low = middle + 1
  }
  return low
}
