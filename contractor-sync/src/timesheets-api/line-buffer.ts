import { Column } from '../compact/column.ts'

const blockBytes = 256 * 1024

/** A place in a buffer, from which more can be read as it grows. */
export interface ReadPosition {
  block: number
  offset: number
}

/** Lines of text, kept as bytes: half a dozen large blocks instead of thousands of strings. */
export class LineBuffer {
  readonly #blocks: Buffer[] = []
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
    const start = this.#starts.get(index)
    const block = Math.floor(start / blockBytes)
    const offset = start % blockBytes
    const bytes = this.#blocks[block]!
    return bytes.toString('utf8', offset, bytes.indexOf(0x0a, offset))
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
