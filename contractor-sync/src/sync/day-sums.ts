import { Column } from '../compact/column.ts'
import type { Slot } from './day-slots.ts'

const emptySum: DaySum = { count: 0, seconds: 0, digest: '0'.repeat(32) }

/** The entries of a person on a day, summed up. */
export interface DaySum {
  readonly count: number
  readonly seconds: number
  /** 32 hex digits: bytes 0 to 7 and bytes 8 to 15 of each digest, each summed modulo 2^64. Order does not matter. */
  readonly digest: string
}

/** Sums of entries by slot. 500,000 slots take some 14 MB. */
export class DaySums {
  readonly #count = new Column(Uint32Array)
  readonly #seconds = new Column(Float64Array)
  readonly #high = new Column(BigUint64Array)
  readonly #low = new Column(BigUint64Array)

  /** @param digest 32 hex digits */
  add(slot: Slot, seconds: number, digest: string): void {
    this.#change(slot, 1, seconds, digest)
  }

  subtract(slot: Slot, seconds: number, digest: string): void {
    this.#change(slot, -1, seconds, digest)
  }

  get(slot: Slot): DaySum {
    const count = this.#count.get(slot)
    if (count === 0) return emptySum
    const digest = formatLane(this.#high.get(slot)) + formatLane(this.#low.get(slot))
    return { count, seconds: this.#seconds.get(slot), digest }
  }

  /** The first 16 hex digits of the digest, as a number. */
  firstHalf(slot: Slot): bigint {
    return this.#high.get(slot)
  }

  set(slot: Slot, { count, seconds, digest }: DaySum): void {
    this.#count.set(slot, count)
    this.#seconds.set(slot, seconds)
    this.#high.set(slot, BigInt(`0x${digest.slice(0, 16)}`))
    this.#low.set(slot, BigInt(`0x${digest.slice(16)}`))
  }

  clear(slot: Slot): void {
    if (this.#count.get(slot) !== 0) this.set(slot, emptySum)
  }

  isEmpty(slot: Slot): boolean {
    return this.#count.get(slot) === 0
  }

  hasSum(slot: Slot, sum: DaySum): boolean {
    const own = this.get(slot)
    return own.count === sum.count && own.seconds === sum.seconds && own.digest === sum.digest
  }

  isEqual(slot: Slot, other: DaySums): boolean {
    return (
      this.#count.get(slot) === other.#count.get(slot) &&
      this.#seconds.get(slot) === other.#seconds.get(slot) &&
      this.#high.get(slot) === other.#high.get(slot) &&
      this.#low.get(slot) === other.#low.get(slot)
    )
  }

  /** Adds all sums up. */
  total(slots: Iterable<Slot>): DaySum {
    let [count, seconds, high, low] = [0, 0, 0n, 0n]
    for (const slot of slots) {
      count += this.#count.get(slot)
      seconds += this.#seconds.get(slot)
      high += this.#high.get(slot)
      low += this.#low.get(slot)
    }
    const digest = formatLane(BigInt.asUintN(64, high)) + formatLane(BigInt.asUintN(64, low))
    return { count, seconds, digest }
  }

  #change(slot: Slot, sign: 1 | -1, seconds: number, digest: string): void {
    const bytes = Buffer.from(digest, 'hex')
    const [high, low] = [bytes.readBigUInt64BE(0), bytes.readBigUInt64BE(8)]
    this.#count.set(slot, this.#count.get(slot) + sign)
    this.#seconds.set(slot, this.#seconds.get(slot) + sign * seconds)
    // The columns keep the lowest 64 bits.
    this.#high.set(slot, this.#high.get(slot) + (sign === 1 ? high : -high))
    this.#low.set(slot, this.#low.get(slot) + (sign === 1 ? low : -low))
  }
}

const formatLane = (lane: bigint) => lane.toString(16).padStart(16, '0')
