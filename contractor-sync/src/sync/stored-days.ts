import { Column } from '../compact/column.ts'
import type { Slot } from './day-slots.ts'
import type { DaySum, DaySums } from './day-sums.ts'

/**
 * What was stored when the run began, by person and day. It decides which entries need not be sent, so half of each digest is
 * enough: if two contents of a day have the same half, the comparison at the end of the run finds what was not sent. 500,000
 * slots take 4 MB.
 */
export class StoredDays {
  /** Zero: nothing is stored. (Of 2^64 days, one has entries with that sum; its entries are sent.) */
  readonly #halves = new Column(BigUint64Array)
  /** Days of a person with entries of which people see another version. */
  readonly #withCorrections = new Set<Slot>()

  set(slot: Slot, { digest, corrections }: Pick<DaySum, 'digest'> & { readonly corrections?: number }): void {
    this.#halves.set(slot, BigInt(`0x${digest.slice(0, 16)}`))
    if (corrections !== undefined) this.#withCorrections.add(slot)
  }

  has(slot: Slot): boolean {
    return this.#halves.get(slot) !== 0n
  }

  /** Whether what is stored is what the tracker has, so that none of its entries has to be sent. */
  matches(slot: Slot, sums: DaySums): boolean {
    // The API says of each entry whether people see it, so a day with corrections is sent.
    return this.#halves.get(slot) === sums.firstHalf(slot) && !this.#withCorrections.has(slot)
  }
}
