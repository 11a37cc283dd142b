import type { DerivedIdentity } from './identity.ts'

/**
 * Numbers the rows of one file that have the same identifying content, in the order of their hours, so that the numbers do
 * not depend on the order of the rows. It takes two passes over the file: `add` all rows, then `number` each.
 */
export class Occurrences {
  /** Seconds of each row by its content: a number, or a list where rows have the same content. */
  readonly #seconds = new Map<string, number | number[]>()
  /** How many rows of a content and number of seconds have their number already. */
  readonly #numbered = new Map<string, number>()

  /** Adds a row of the first pass. */
  add({ content }: DerivedIdentity, hours: number): void {
    const seconds = toSeconds(hours)
    const known = this.#seconds.get(content)
    if (known === undefined) this.#seconds.set(content, seconds)
    else if (typeof known === 'number') this.#seconds.set(content, [known, seconds])
    else known.push(seconds)
  }

  /** Returns the identity of a row of the second pass, with its number. */
  number(identity: DerivedIdentity, hours: number): DerivedIdentity {
    const all = this.#seconds.get(identity.content)
    if (!Array.isArray(all)) return identity
    const seconds = toSeconds(hours)
    const key = `${identity.content} ${seconds}`
    const numbered = this.#numbered.get(key) ?? 0
    this.#numbered.set(key, numbered + 1)
    const shorter = all.filter((other) => other < seconds).length
    return { ...identity, occurrence: shorter + numbered + 1 }
  }
}

const toSeconds = (hours: number) => Math.round(hours * 3600)
