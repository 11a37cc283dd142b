import type { DerivedIdentity } from './identity.ts'

/**
 * Numbers the rows of one file that have the same identifying content, in the order of their hours, so that the numbers do
 * not depend on the order of the rows. It takes two passes over the file: `add` all rows, `endFirstPass`, then `number`
 * each. The first pass keeps 16 bytes a row.
 */
export class Occurrences {
  #keys = new Float64Array(1024)
  #seconds = new Float64Array(1024)
  #size = 0
  /** Seconds of the rows whose content occurs more than once, which few do. */
  readonly #repeated = new Map<number, number[]>()
  /** The next number of a content and its seconds. */
  readonly #next = new Map<string, number>()

  /** Adds a row of the first pass. */
  add(identity: DerivedIdentity, hours: number): void {
    if (this.#size === this.#keys.length) {
      this.#keys = double(this.#keys)
      this.#seconds = double(this.#seconds)
    }
    this.#keys[this.#size] = toKey(identity)
    this.#seconds[this.#size] = toSeconds(hours)
    this.#size += 1
  }

  /** Ends the first pass: contents that occur once are forgotten. */
  endFirstPass(): void {
    const keys = this.#keys.subarray(0, this.#size)
    const sorted = keys.slice().sort()
    for (let i = 1; i < sorted.length; i += 1)
      if (sorted[i] === sorted[i - 1]) this.#repeated.set(sorted[i]!, [])
    for (const [i, key] of keys.entries()) this.#repeated.get(key)?.push(this.#seconds[i]!)
    this.#keys = new Float64Array()
    this.#seconds = new Float64Array()
  }

  /** Returns the identity of a row of the second pass, with its number. */
  number(identity: DerivedIdentity, hours: number): DerivedIdentity {
    const all = this.#repeated.get(toKey(identity))
    if (all === undefined) return identity
    const seconds = toSeconds(hours)
    const key = `${identity.content} ${seconds}`
    const occurrence = this.#next.get(key) ?? all.filter((other) => other < seconds).length + 1
    this.#next.set(key, occurrence + 1)
    return { ...identity, occurrence }
  }
}

function double(values: Float64Array) {
  const larger = new Float64Array(2 * values.length)
  larger.set(values)
  return larger
}

/** 52 bits: if two contents had the same, one of them would only begin at 2. */
const toKey = ({ content }: DerivedIdentity) => Number.parseInt(content.slice(0, 13), 16)
const toSeconds = (hours: number) => Math.round(hours * 3600)
