import type { DerivedIdentity } from './identity.ts'

/**
 * Numbers the rows of one file that have the same identifying content, in the order of their hours, so that the numbers do
 * not depend on the order of the rows. It takes two passes over the file: `add` all rows,
 * `endFirstPass`, then `number` each.
 */
export class Occurrences {
  /** Seconds of each row by its content: a number, or a list where rows have the same content. */
  readonly #seconds = new Map<number, number | number[]>()
  /** How many rows of a content and number of seconds have their number already. */
  readonly #numbered = new Map<string, number>()

  /** Adds a row of the first pass. */
  add(identity: DerivedIdentity, hours: number): void {
    const key = toKey(identity)
    const seconds = toSeconds(hours)
    const known = this.#seconds.get(key)
    if (known === undefined) this.#seconds.set(key, seconds)
    else if (typeof known === 'number') this.#seconds.set(key, [known, seconds])
    else known.push(seconds)
  }

  /** Ends the first pass: contents that occur once, which most do, are forgotten. */
  endFirstPass(): void {
    for (const [key, seconds] of this.#seconds) if (typeof seconds === 'number') this.#seconds.delete(key)
  }

  /** Returns the identity of a row of the second pass, with its number. */
  number(identity: DerivedIdentity, hours: number): DerivedIdentity {
    const all = this.#seconds.get(toKey(identity))
    if (!Array.isArray(all)) return identity
    const seconds = toSeconds(hours)
    const key = `${identity.content} ${seconds}`
    const numbered = this.#numbered.get(key) ?? 0
    this.#numbered.set(key, numbered + 1)
    const shorter = all.filter((other) => other < seconds).length
    return { ...identity, occurrence: shorter + numbered + 1 }
  }
}

/** 52 bits: if two contents had the same, one of them would only begin at 2. */
const toKey = ({ content }: DerivedIdentity) => Number.parseInt(content.slice(0, 13), 16)
const toSeconds = (hours: number) => Math.round(hours * 3600)
