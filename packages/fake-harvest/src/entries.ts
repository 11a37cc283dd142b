import type { SavedEdits } from './saved-edits.ts'
import type { Selection } from './selection.ts'
import type { TimeEntry } from './time-entry.ts'
import { maxEdits, TooManyEdits } from './too-many-edits.ts'

/** Selections kept for the pages that follow the first one. */
const maxKeptSelections = 4
/**
 * All time entries, in the order Harvest lists them: "sorted by spent_date", newest first, and within a
 * day the latest created first.
 */
export class Entries {
  readonly #rows: TimeEntry[]
  readonly #byId: Map<number, TimeEntry>
  readonly #edits: SavedEdits
  readonly #selections = new Map<string, readonly TimeEntry[]>()
  #lastId = 0

  /** @param recorded what the edits were made to */
  constructor(recorded: readonly TimeEntry[], edits: SavedEdits) {
    this.#edits = edits
    this.#byId = new Map(recorded.map((row) => [row.id, row]))
    for (const [id, row] of edits.rows) {
      if (row === null) this.#byId.delete(id)
      else this.#byId.set(id, row)
    }
    this.#rows = [...this.#byId.values()].sort(byPlace)
    // An id is never used again, not even a deleted one's.
    for (const row of recorded) this.#lastId = Math.max(this.#lastId, row.id)
    for (const id of edits.rows.keys()) this.#lastId = Math.max(this.#lastId, id)
  }

  get(id: number): TimeEntry | undefined {
    return this.#byId.get(id)
  }

  /** The entries of a selection, in order. Its later pages cost no more than a look-up. */
  select(selection: Selection): readonly TimeEntry[] {
    const kept = this.#selections.get(selection.key)
    if (kept !== undefined) return kept
    const rows = this.#days(selection.from, selection.to).filter((row) => selection.matches(row))
    if (this.#selections.size >= maxKeptSelections) {
      this.#selections.delete(this.#selections.keys().next().value as string)
    }
    this.#selections.set(selection.key, rows)
    return rows
  }

  nextId(): number {
    this.#lastId += 1
    return this.#lastId
  }

  /** Adds the entry, or puts it in place of the one with its id. Resolves when it is kept. */
  put(entry: TimeEntry): Promise<void> {
    this.#record(entry.id, entry)
    this.#takeOut(entry.id)
    this.#rows.splice(this.#placeOf(entry), 0, entry)
    this.#byId.set(entry.id, entry)
    return this.#edits.save()
  }

  /** Deletes the entry; no list shows it from now on. Resolves when that is kept. */
  delete(id: number): Promise<void> {
    this.#record(id, null)
    this.#takeOut(id)
    this.#byId.delete(id)
    return this.#edits.save()
  }

  #record(id: number, entry: TimeEntry | null): void {
    if (this.#edits.rows.size >= maxEdits && !this.#edits.rows.has(id)) throw new TooManyEdits()
    this.#edits.rows.set(id, entry)
    this.#selections.clear()
  }

  #takeOut(id: number): void {
    const entry = this.#byId.get(id)
    if (entry !== undefined) this.#rows.splice(this.#placeOf(entry), 1)
  }

  /** Where the entry is, or where it would be. */
  #placeOf(entry: TimeEntry): number {
    return firstIndex(this.#rows, (row) => byPlace(row, entry) >= 0)
  }

  #days(from: string | undefined, to: string | undefined): TimeEntry[] {
    const first = to === undefined ? 0 : firstIndex(this.#rows, (row) => row.spent_date <= to)
    const end = from === undefined ? undefined : firstIndex(this.#rows, (row) => row.spent_date < from)
    return this.#rows.slice(first, end)
  }
}

/** Newest day first, then highest id first. */
function byPlace(a: TimeEntry, b: TimeEntry): number {
  if (a.spent_date !== b.spent_date) return a.spent_date > b.spent_date ? -1 : 1
  return b.id - a.id
}

/** The index of the first row from which on the condition holds; the rows' number where it never does. */
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
