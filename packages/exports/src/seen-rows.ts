import { sha256 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'

/** Where a row with an id was read first. */
export interface SeenRow {
  readonly hasSameContent: boolean
  readonly fileIndex: number
  /** Number of the row in its file. */
  readonly number: number
}

/** Of a row: 4 words of the hash of its id, 2 of its content, its file (beginning at 1) and its number. */
const wordsPerRow = 8
const firstCapacity = 1024

/**
 * The ids of all rows of all files, as a hash table of numbers: at most 128 bytes a row, whatever the ids
 * look like. (A Map of half a million texts takes a multiple, and costs the garbage collector more than all parsing.)
 */
export class SeenRows {
  #rows = new Uint32Array(firstCapacity * wordsPerRow)
  #size = 0

  /** Adds a row; returns the earlier row with the same id, if there is one, and then adds nothing. */
  add(id: string, content: string, fileIndex: number, number: number): SeenRow | undefined {
    const [idHash, contentHash] = [hash(id), hash(content)]
    const row = Uint32Array.from([
      ...idHash.subarray(0, 4),
      ...contentHash.subarray(0, 2),
      fileIndex + 1,
      number,
    ])
    const at = find(this.#rows, row)
    if (this.#rows[at + 6] === 0) {
      this.#rows.set(row, at)
      this.#size += 1
      if (2 * this.#size * wordsPerRow > this.#rows.length) this.#grow()
      return undefined
    }
    const known = this.#rows.subarray(at, at + wordsPerRow)
    return {
      hasSameContent: known[4] === row[4] && known[5] === row[5],
      fileIndex: known[6]! - 1,
      number: known[7]!,
    }
  }

  #grow(): void {
    const larger = new Uint32Array(2 * this.#rows.length)
    for (let at = 0; at < this.#rows.length; at += wordsPerRow) {
      const row = this.#rows.subarray(at, at + wordsPerRow)
      if (row[6] !== 0) larger.set(row, find(larger, row))
    }
    this.#rows = larger
  }
}

/** Finds the place of a row: where its id is, or the first free place after the one that its hash names. */
function find(rows: Uint32Array, row: Uint32Array): number {
  const capacity = rows.length / wordsPerRow
  let at = (row[0]! % capacity) * wordsPerRow
  while (rows[at + 6] !== 0 && !hasSameId(rows, at, row)) at = (at + wordsPerRow) % rows.length
  return at
}

const hasSameId = (rows: Uint32Array, at: number, row: Uint32Array) =>
  rows[at] === row[0] && rows[at + 1] === row[1] && rows[at + 2] === row[2] && rows[at + 3] === row[3]

function hash(text: string): Uint32Array {
  const bytes = sha256(utf8ToBytes(text))
  return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4)
}
