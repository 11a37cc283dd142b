import { hash } from 'node:crypto'
import { Column } from './column.ts'

const firstBucketCount = 1024
/** On average, when the table grows. */
const maxChainLength = 2

/**
 * Numbers ids in the order in which they are added: 0, 1, 2, … It keeps 64 bits of a hash of each id instead of its text,
 * so a million ids take 14 MB. (Two of a million ids have the same hash once in 40 million runs.) It is a hash table with
 * chains: growing copies the heads of the chains only, because V8 frees large arrays late.
 */
export class IdTable {
  /** Number of different ids. */
  size = 0
  /** By id: its hash, and the number plus 1 of the next id of its chain. */
  readonly #high = new Column(Uint32Array)
  readonly #low = new Column(Uint32Array)
  readonly #next = new Column(Uint32Array)
  /** By bucket: the number plus 1 of the first id of its chain. */
  #heads = new Uint32Array(firstBucketCount)

  /** Returns the number of an id, which is added if it is new. */
  add(id: string): number {
    const { high, low } = hashId(id)
    const known = this.#find(high, low)
    if (known !== undefined) return known
    if (this.size === maxChainLength * this.#heads.length) this.#grow()
    const number = this.size
    this.size += 1
    this.#high.set(number, high)
    this.#low.set(number, low)
    this.#link(number, low)
    return number
  }

  /** Returns the number of an id; undefined if it was not added. */
  find(id: string): number | undefined {
    const { high, low } = hashId(id)
    return this.#find(high, low)
  }

  #find(high: number, low: number): number | undefined {
    let next = this.#heads[low % this.#heads.length]!
    while (next !== 0) {
      const number = next - 1
      if (this.#low.get(number) === low && this.#high.get(number) === high) return number
      next = this.#next.get(number)
    }
    return undefined
  }

  /** Puts an id at the start of its chain. */
  #link(number: number, low: number): void {
    const bucket = low % this.#heads.length
    this.#next.set(number, this.#heads[bucket]!)
    this.#heads[bucket] = number + 1
  }

  #grow(): void {
    this.#heads = new Uint32Array(2 * this.#heads.length)
    for (let number = 0; number < this.size; number++) this.#link(number, this.#low.get(number))
  }
}

function hashId(id: string): { high: number; low: number } {
  // Node makes a text three times as fast as a buffer.
  const hex = hash('sha256', id, 'hex')
  return { high: Number.parseInt(hex.slice(0, 8), 16), low: Number.parseInt(hex.slice(8, 16), 16) }
}
