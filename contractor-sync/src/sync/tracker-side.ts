import { parseDate } from '@timesheets/contracts/date'
import { computeDigest } from '@timesheets/contracts/digest'
import { toContent } from '@timesheets/contracts/entry'
import { Column } from '../compact/column.ts'
import { IdTable } from '../compact/id-table.ts'
import type { UploadItem } from '../timesheets-api/client.ts'
import type { DaySlots, Slot } from './day-slots.ts'
import { DaySums } from './day-sums.ts'
import { ListedIds, type Listing } from './listed-ids.ts'

const maxRecentIds = 3

/** How an item counts on its day. */
export interface CountedEntry {
  readonly slot: Slot
  readonly seconds: number
  /** 32 hex digits. */
  readonly digest: string
}

/** What the tracker has, as this run read it: sums by person and day, and every id that it listed. */
export class TrackerSide {
  readonly sums = new DaySums()
  /** Numbers the ids of the tracker, for all that keep something of each of them. */
  readonly idTable = new IdTable()
  readonly ids = new ListedIds(this.idTable)
  /** Days on which an entry was read twice with different content, so that their sums are wrong until they are read again. */
  readonly movedDays = new Set<string>()
  /** Some ids that were listed last. */
  readonly recentIds: string[] = []
  /** By the number of an id: the first half of the digest that the API rejected. */
  readonly #rejected = new Column(BigUint64Array)
  readonly #slots: DaySlots

  constructor(slots: DaySlots) {
    this.#slots = slots
  }

  /** Adds an entry to the sums. Returns undefined for one that the API cannot place on a day, and will reject. */
  count(item: UploadItem): CountedEntry | undefined {
    const counted = this.digest(item)
    if (counted === undefined) {
      this.list(item.external_id, 'open')
      return undefined
    }
    this.list(item.external_id, 'counted', counted.slot)
    this.recentIds.push(item.external_id)
    if (this.recentIds.length > maxRecentIds) this.recentIds.shift()
    this.sums.add(counted.slot, counted.seconds, counted.digest)
    return counted
  }

  /** Computes how an entry counts, without counting it. */
  digest(item: UploadItem): CountedEntry | undefined {
    if (item.deleted || parseDate(item.date) === undefined) return undefined
    const content = toContent(item)
    const slot = this.#slots.slot(content.userId, content.day)
    return { slot, seconds: content.seconds, digest: computeDigest(item.external_id, content) }
  }

  /** Records that the tracker listed an id. */
  list(externalId: string, listing: Listing, slot?: Slot): void {
    const before = this.ids.set(externalId, listing, slot)
    if (before?.listing !== 'counted') return
    this.movedDays.add(this.#slots.day(before.slot!))
    if (slot !== undefined) this.movedDays.add(this.#slots.day(slot))
  }

  /** Records what a day that was read again lists; the sums of that day are computed anew. */
  replace(externalId: string, listing: Listing, slot?: Slot): void {
    const before = this.ids.set(externalId, listing, slot)
    // It was on another day when that one was read: that sum still has it.
    if (before?.listing === 'counted' && before.slot !== slot)
      this.movedDays.add(this.#slots.day(before.slot!))
  }

  /** Takes an entry out of the sums, because the API rejected it: it is on neither side. */
  reject(item: UploadItem): void {
    const before = this.ids.set(item.external_id, 'rejected', undefined)
    const counted = this.digest(item)
    if (counted === undefined) return
    this.#rejected.set(this.idTable.add(item.external_id), toPart(counted.digest))
    if (before?.listing === 'counted') this.sums.subtract(counted.slot, counted.seconds, counted.digest)
  }

  /** Whether the API rejected an entry with this content in this run. */
  isRejected(externalId: string, digest: string): boolean {
    const number = this.idTable.find(externalId)
    return number !== undefined && this.#rejected.get(number) === toPart(digest)
  }
}

/** A part of the digest, which tells contents of one entry apart. */
const toPart = (digest: string) => BigInt(`0x${digest.slice(0, 16)}`)
