import { sha256 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'

/** Where a row with an id was read first. */
export interface SeenRow {
  readonly hasSameContent: boolean
  readonly fileIndex: number
  /** Number of the row in its file. */
  readonly number: number
}

const fieldsPerRow = 4

/** The ids of all rows of all files, with hashes of their contents: 16 bytes a row besides the id. */
export class SeenRows {
  readonly #indexes = new Map<string, number>()
  #rows = new Uint32Array(1024 * fieldsPerRow)

  get size(): number {
    return this.#indexes.size
  }

  /** Adds a row; returns the earlier row with the same id, if there is one, and then adds nothing. */
  add(id: string, content: string, fileIndex: number, number: number): SeenRow | undefined {
    const hash = new DataView(sha256(utf8ToBytes(content)).buffer)
    const [high, low] = [hash.getUint32(0), hash.getUint32(4)]
    const known = this.#indexes.get(id)
    if (known !== undefined) {
      const [knownHigh, knownLow, knownFile, knownNumber] = this.#rows.subarray(known, known + fieldsPerRow)
      return {
        hasSameContent: knownHigh === high && knownLow === low,
        fileIndex: knownFile!,
        number: knownNumber!,
      }
    }
    const at = this.#indexes.size * fieldsPerRow
    if (at === this.#rows.length) {
      const larger = new Uint32Array(2 * at)
      larger.set(this.#rows)
      this.#rows = larger
    }
    this.#rows.set([high, low, fileIndex, number], at)
    this.#indexes.set(id, at)
    return undefined
  }
}
