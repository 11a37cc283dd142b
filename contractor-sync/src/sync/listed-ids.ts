import { Column } from '../compact/column.ts'
import type { IdTable } from '../compact/id-table.ts'
import type { Slot } from './day-slots.ts'

/**
 * How the tracker lists an id. `counted`: its entry is in the sums. `open`: its content is not final (it runs, or it
 * could not be read), so it is on neither side; so is one that the API `rejected`. `empty`: it has no hours, which means that
 * it is deleted here.
 */
export type Listing = 'counted' | 'open' | 'rejected' | 'empty'

const listings = ['counted', 'open', 'rejected', 'empty'] as const

/** How an id was listed. */
export interface ListedId {
  readonly listing: Listing
  /** Undefined if its day is unknown, or it is not counted. */
  readonly slot: Slot | undefined
}

/** Every id that the tracker listed in this run, and where. A million of them take 5 MB, beside their numbers. */
export class ListedIds {
  readonly #ids: IdTable
  /** The slot plus 1; 0 if the day is unknown. */
  readonly #slots = new Column(Uint32Array)
  /** The index in `listings` plus 1; 0 if it was not listed. */
  readonly #listings = new Column(Uint8Array)

  constructor(ids: IdTable) {
    this.#ids = ids
  }

  /** Records how an id was listed last. Returns how it was listed before; undefined if it was not. */
  set(externalId: string, listing: Listing, slot: Slot | undefined): ListedId | undefined {
    const number = this.#ids.add(externalId)
    const before = this.#get(number)
    this.#slots.set(number, slot === undefined ? 0 : slot + 1)
    this.#listings.set(number, listings.indexOf(listing) + 1)
    return before
  }

  find(externalId: string): ListedId | undefined {
    const number = this.#ids.find(externalId)
    return number === undefined ? undefined : this.#get(number)
  }

  #get(number: number): ListedId | undefined {
    const listing = listings[this.#listings.get(number) - 1]
    const slot = this.#slots.get(number)
    return listing === undefined ? undefined : { listing, slot: slot === 0 ? undefined : slot - 1 }
  }
}
