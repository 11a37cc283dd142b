import { Column } from '../compact/column.ts'
import type { IdTable } from '../compact/id-table.ts'
import { InvalidResponseError, TransientError } from '../errors.ts'

/** One page of a list, as it was at one moment. */
export interface Page<Row> {
  readonly rows: readonly Row[]
  /** Number of rows in the whole list at that moment. */
  readonly total: number
  /** The tracker's clock at that moment, if it sent it. */
  readonly at: Date | undefined
}

/** What identifies a row and shows that it changed. */
export interface RecordVersion {
  readonly id: string
  /** The field that the list is sorted by. */
  readonly place: string
  readonly version: string
  readonly createdAt: Date | undefined
}

/** A list that may change while its pages are read. */
export interface ChangingList<Row> {
  pages(): AsyncIterable<Page<Row>>
  /** The rows that changed since an instant of the tracker's clock. */
  changedSince(instant: Date): AsyncIterable<Page<Row>>
  toVersion(row: Row): RecordVersion
  /** Called at the end if the list did not change and still has another number of rows than its total says. */
  onMiscount(total: number, count: number): void
}

const maxPasses = 4
/** The `Date` header has whole seconds, and is written a little after the page was read. */
const clockMarginMs = 5000
const ownClockMarginMs = 60_000

/**
 * Reads all pages of a list so that no row is lost although the list changes meanwhile. When a row of a page that was
 * already read is deleted, the first row of the next page moves up into it and would be missed. So a pass over several
 * pages counts only if the total stayed the same and no row was added or moved between the first and the last page;
 * otherwise the list is read again. Each row is returned once, and again only if it changed. An empty list is accepted
 * when it is empty twice. A total that never agrees with the rows is reported by `onMiscount`: the rows were read.
 * @param ids numbers the rows by their ids; other readers may use it, too
 * @throws {TransientError} the list changed during every pass
 * @throws {InvalidResponseError} no rows at all, although the total says that there are some
 */
export async function* readConsistently<Row>(list: ChangingList<Row>, ids: IdTable): AsyncGenerator<Row> {
  const seen = new SeenRecords(list, ids)
  let lastPass = { total: 0, isStable: false, countInPass: 0 }
  for (let pass = 1; pass <= maxPasses; pass++) {
    seen.startPass()
    const pages: Pick<Page<Row>, 'total' | 'at'>[] = []
    for await (const { rows, total, at } of list.pages()) {
      pages.push({ total, at })
      yield* seen.unseen(rows)
    }
    const [first] = pages
    const total = first?.total ?? 0
    let isStable = pages.every((page) => page.total === total)
    const { countInPass } = seen
    if (pages.length > 1) {
      const since = subtractClockMargin(first?.at)
      for await (const { rows } of list.changedSince(since)) {
        isStable &&= rows.every((row) => seen.wasAlreadyListed(row, since))
        yield* seen.unseen(rows)
      }
    }
    const isFirstEmptyPass = total === 0 && pass === 1
    if (isStable && countInPass === total && !isFirstEmptyPass) return
    lastPass = { total, isStable, countInPass }
  }
  const { total, isStable, countInPass } = lastPass
  if (!isStable) {
    throw new TransientError(
      `The entries changed during each of ${maxPasses} attempts to read them; try when fewer people record hours`,
    )
  }
  if (countInPass === 0) throw new InvalidResponseError(`The list should have ${total} entries, and has none`)
  list.onMiscount(total, countInPass)
}

/** The rows read so far, by id. A million of them take 10 MB, beside their numbers. */
class SeenRecords<Row> {
  readonly #list: ChangingList<Row>
  readonly #ids: IdTable
  readonly #places = new Column(Uint32Array)
  readonly #versions = new Column(Uint32Array)
  /** The last pass that listed the row, and the pass that found it at its place; 0: none. */
  readonly #passes = new Column(Uint8Array)
  readonly #placedInPass = new Column(Uint8Array)
  #pass = 0
  /** Number of different rows in this pass. */
  countInPass = 0

  constructor(list: ChangingList<Row>, ids: IdTable) {
    this.#list = list
    this.#ids = ids
  }

  startPass(): void {
    this.#pass += 1
    this.countInPass = 0
  }

  /** Returns the rows that are new or differ from what was read before. */
  *unseen(rows: readonly Row[]): Generator<Row> {
    for (const row of rows) {
      const { id, place, version } = this.#list.toVersion(row)
      const number = this.#ids.add(id)
      const isNew = this.#passes.get(number) === 0
      const [placeHash, versionHash] = [hashText(place), hashText(version)]
      const isAtItsPlace = !isNew && this.#places.get(number) === placeHash
      if (this.#passes.get(number) !== this.#pass) this.countInPass += 1
      this.#passes.set(number, this.#pass)
      if (!isAtItsPlace) this.#placedInPass.set(number, this.#pass)
      const isUnchanged = isAtItsPlace && this.#versions.get(number) === versionHash
      this.#places.set(number, placeHash)
      this.#versions.set(number, versionHash)
      if (!isUnchanged) yield row
    }
  }

  /** True if the row was at its place before this pass began: an earlier pass read it there, or it is older. */
  wasAlreadyListed(row: Row, since: Date): boolean {
    const { id, place, createdAt } = this.#list.toVersion(row)
    const number = this.#ids.find(id)
    if (number === undefined || this.#passes.get(number) === 0) return false
    if (this.#places.get(number) !== hashText(place)) return false
    return this.#placedInPass.get(number) < this.#pass || !(createdAt !== undefined && createdAt >= since)
  }
}

/** FNV-1a over UTF-16 code units, 32 bits: enough to see that one row changed. */
function hashText(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}

function subtractClockMargin(at: Date | undefined): Date {
  return at === undefined ? new Date(Date.now() - ownClockMarginMs) : new Date(at.getTime() - clockMarginMs)
}
