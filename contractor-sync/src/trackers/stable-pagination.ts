import { Outage, UnexpectedAnswer } from '../errors.ts'

/** A part of a list, as it stood at one moment. */
export interface Page<Row> {
  readonly rows: readonly Row[]
  /** Rows in the whole list at that moment. */
  readonly total: number
  /** The tracker's clock then, as far as it says. */
  readonly at: Date | undefined
}

/** By what two readings of a row are compared. */
export interface Mark {
  readonly id: string
  /** What decides where in the list it stands. */
  readonly place: string
  readonly version: string
  readonly createdAt: Date | undefined
}

/** A list that others change while it is read. */
export interface ChangingList<Row> {
  pages(): AsyncIterable<Page<Row>>
  /** The part of it that changed since an instant of the tracker's clock. */
  changedSince(instant: Date): AsyncIterable<Page<Row>>
  mark(row: Row): Mark
}

const maxPasses = 4
/** A clock in whole seconds, told a little after the page was read. */
const clockMarginMs = 5000
const ownClockMarginMs = 60_000

/**
 * Reads a list of pages so that nothing is lost though it changes meanwhile. When an entry of a page that is
 * already read goes away, the first one of the next page moves up into it, where nobody looks any more. One
 * page is a moment's view; over several, the list must have kept its total, and nothing in it may have been
 * added or moved between the first page and the last: else it is read again. Each row comes once, and again
 * only where it changed. An empty list is believed when it is empty twice.
 * @throws {Outage} it never held still
 * @throws {UnexpectedAnswer} what it says of its length is never what it gives
 */
export async function* readSteadily<Row>(list: ChangingList<Row>): AsyncGenerator<Row> {
  const seen = new SeenRows(list)
  let isMiscounted = false
  for (let pass = 1; pass <= maxPasses; pass++) {
    seen.startPass()
    const pages: Pick<Page<Row>, 'total' | 'at'>[] = []
    for await (const { rows, total, at } of list.pages()) {
      pages.push({ total, at })
      yield* seen.newsOf(rows)
    }
    const [first] = pages
    const total = first?.total ?? 0
    let isSteady = pages.every((page) => page.total === total)
    isMiscounted = isSteady && seen.rowsOfPass !== total
    if (pages.length > 1) {
      const since = startOf(first?.at)
      for await (const { rows } of list.changedSince(since)) {
        isSteady &&= rows.every((row) => seen.isAtItsPlace(row, since))
        yield* seen.newsOf(rows)
      }
    }
    const isEmptyForOnce = total === 0 && pass === 1
    if (isSteady && !isMiscounted && !isEmptyForOnce) return
  }
  if (isMiscounted) throw new UnexpectedAnswer('The list of entries is not as long as it says')
  throw new Outage(
    `The entries changed while they were read, ${maxPasses} times over; try when fewer people book`,
  )
}

/** What was read of each row, to know it again. */
class SeenRows<Row> {
  readonly #list: ChangingList<Row>
  readonly #rows = new Map<string, { place: string; version: string; pass: number; placedInPass: number }>()
  #pass = 0
  /** Different rows that this pass has met. */
  rowsOfPass = 0

  constructor(list: ChangingList<Row>) {
    this.#list = list
  }

  startPass(): void {
    this.#pass += 1
    this.rowsOfPass = 0
  }

  /** Those that were not met before as they are now. */
  *newsOf(rows: readonly Row[]): Generator<Row> {
    for (const row of rows) {
      const { id, place, version } = this.#list.mark(row)
      const known = this.#rows.get(id)
      if (known?.pass !== this.#pass) this.rowsOfPass += 1
      const placedInPass = known?.place === place ? known.placedInPass : this.#pass
      this.#rows.set(id, { place, version, pass: this.#pass, placedInPass })
      if (known?.place !== place || known.version !== version) yield row
    }
  }

  /** True where the row was at its place before this pass began: an earlier pass met it there, or it is older. */
  isAtItsPlace(row: Row, since: Date): boolean {
    const { id, place, createdAt } = this.#list.mark(row)
    const known = this.#rows.get(id)
    if (known?.place !== place) return false
    return known.placedInPass < this.#pass || !(createdAt !== undefined && createdAt >= since)
  }
}

function startOf(at: Date | undefined): Date {
  return at === undefined ? new Date(Date.now() - ownClockMarginMs) : new Date(at.getTime() - clockMarginMs)
}
