import { Column } from '../compact/column.ts'

const blockBytes = 256 * 1024

/** A place in a buffer, from which more can be read as it grows. */
export interface ReadPosition {
  block: number
  offset: number
}

/** Lines of text, kept as bytes: a few large blocks instead of thousands of strings. */
export class LineBuffer {
  /** Undefined after `release`. */
  readonly #blocks: (Buffer | undefined)[] = []
  /** Bytes used of each block. */
  readonly #used: number[] = []
  /** Where each line starts: the number of its block and its offset in it. */
  readonly #starts = new Column(Uint32Array)
  count = 0
  bytes = 0

  /** @param line without its end; at most 256 kB */
  add(line: string): void {
    const length = Buffer.byteLength(line) + 1
    if (length > blockBytes) throw new RangeError(`A line of ${length} bytes is too long`)
    if (this.#blocks.length === 0 || this.#used.at(-1)! + length > blockBytes) {
      this.#blocks.push(Buffer.allocUnsafeSlow(blockBytes))
      this.#used.push(0)
    }
    const block = this.#blocks.length - 1
    const offset = this.#used[block]!
    this.#blocks[block]!.write(line, offset)
    this.#blocks[block]![offset + length - 1] = 0x0a
    this.#used[block] = offset + length
    this.#starts.set(this.count, block * blockBytes + offset)
    this.count += 1
    this.bytes += length
  }

  /** Returns the line with this number, which starts at 0. */
  line(index: number): string {
    const { block, offset } = this.position(index)
    const bytes = this.#blocks[block]!
    return bytes.toString('utf8', offset, bytes.indexOf(0x0a, offset))
  }

  /** Frees the memory of the lines before this one, as far as whole blocks go. */
  release(index: number): void {
    const { block } = this.position(index)
    for (let before = block - 1; before >= 0 && this.#blocks[before] !== undefined; before--)
      this.#blocks[before] = undefined
  }

  /** The place where a line starts, or where the next one will. */
  position(index: number): ReadPosition {
    if (index === this.count) {
      const block = Math.max(0, this.#blocks.length - 1)
      return { block, offset: this.#used[block] ?? 0 }
    }
    const start = this.#starts.get(index)
    return { block: Math.floor(start / blockBytes), offset: start % blockBytes }
  }

  /** The bytes before a position. */
  bytesBefore({ block, offset }: ReadPosition): number {
    return this.#used.slice(0, block).reduce((sum, used) => sum + used, offset)
  }

  /** Returns the bytes from a position on, as far as they are in one block, and moves it. Undefined: none yet. */
  read(position: ReadPosition): Uint8Array | undefined {
    while (position.block < this.#blocks.length) {
      const used = this.#used[position.block]!
      if (position.offset < used) {
        const bytes = this.#blocks[position.block]!.subarray(position.offset, used)
        position.offset = used
        return bytes
      }
      if (position.block === this.#blocks.length - 1) return undefined
      position.block += 1
      position.offset = 0
    }
    return undefined
  }
}
