import { createHash } from 'node:crypto'
import { maxBookmarkLength } from '@timesheets/contracts/sync-run'

/** A name of a tracker's person: the `user_id`, or the e-mail address under which entries may be stored. */
export interface PersonName {
  readonly name: string
  /** The tracker's id of the person. */
  readonly id: string
}

const hashLength = 8
const pairLength = 2 * hashLength
/** The other fields of the bookmark take less. */
const maxLength = maxBookmarkLength - 400

/**
 * Under which names earlier runs saw each person of the tracker. It ties an old name to a person who was renamed since,
 * so that entries stored under the old name can be deleted. People who were removed from the tracker stay in it: a name
 * that two people had is known to be present only if both are. Names and ids are kept as hashes of 48 bits, because the
 * bookmark is short, and no place for e-mail addresses.
 */
export class KnownNames {
  readonly #ids = new Map<string, Set<string>>()

  /** @param text what `toText` returned; undefined or anything else: no names are known */
  constructor(text: string | undefined) {
    if (text === undefined || !/^(?:[\w-]{16})*$/.test(text)) return
    for (let start = 0; start < text.length; start += pairLength)
      this.#add(text.slice(start, start + hashLength), text.slice(start + hashLength, start + pairLength))
  }

  add({ name, id }: PersonName): void {
    this.#add(hash(name), hash(id))
  }

  /** Whether a person had this name, in this run or an earlier one. */
  has(name: string): boolean {
    return this.#ids.has(hash(name))
  }

  /** Whether every person who had this name is among these ids of the tracker's people; false for an unknown name. */
  isPresent(name: string, ids: readonly string[]): boolean {
    const known = this.#ids.get(hash(name))
    if (known === undefined) return false
    const present = new Set(ids.map(hash))
    return [...known].every((id) => present.has(id))
  }

  /** Returns undefined for more names than a bookmark can hold. */
  toText(): string | undefined {
    const text = [...this.#ids].flatMap(([name, ids]) => [...ids].map((id) => `${name}${id}`)).join('')
    return text.length <= maxLength ? text : undefined
  }

  #add(name: string, id: string): void {
    const ids = this.#ids.get(name)
    if (ids === undefined) this.#ids.set(name, new Set([id]))
    else ids.add(id)
  }
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, hashLength)
}
