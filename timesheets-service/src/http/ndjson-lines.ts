const [lineFeed, carriageReturn] = [0x0a, 0x0d]
const byteOrderMark = Buffer.from('\ufeff')

/** One line without its end; `too long` for one of which nothing was kept. */
export type Line = Buffer | 'too long'

/**
 * Splits bytes into lines, and returns those of each chunk together. Lines end with LF or CRLF; empty ones are left out,
 * and so is a byte order mark at the start. A line beyond the limit takes no memory.
 */
export async function* readLines(
  chunks: AsyncIterable<Buffer>,
  maxLineBytes: number,
): AsyncGenerator<readonly Line[]> {
  const splitter = new LineSplitter(maxLineBytes)
  for await (const chunk of chunks) yield splitter.split(chunk)
  yield splitter.end()
}

class LineSplitter {
  readonly #maxBytes: number
  /** Parts of the line whose end has not been received. */
  #parts: Buffer[] = []
  #bytes = 0
  #isFirst = true

  constructor(maxLineBytes: number) {
    this.#maxBytes = maxLineBytes
  }

  split(chunk: Buffer): Line[] {
    const lines: Line[] = []
    let start = 0
    for (let end = chunk.indexOf(lineFeed); end !== -1; end = chunk.indexOf(lineFeed, start)) {
      this.#append(chunk.subarray(start, end))
      this.#finish(lines)
      start = end + 1
    }
    if (start < chunk.length) this.#append(chunk.subarray(start))
    return lines
  }

  /** The last line may have no end. */
  end(): Line[] {
    const lines: Line[] = []
    this.#finish(lines)
    return lines
  }

  #append(part: Buffer): void {
    this.#bytes += part.length
    // One byte more for the CR of a line end.
    if (this.#bytes <= this.#maxBytes + 1) this.#parts.push(part)
    else this.#parts = []
  }

  #finish(lines: Line[]): void {
    let line = this.#parts.length === 1 ? this.#parts[0]! : Buffer.concat(this.#parts)
    const isCut = this.#bytes > line.length
    this.#parts = []
    this.#bytes = 0
    if (this.#isFirst && line.subarray(0, 3).equals(byteOrderMark)) line = line.subarray(3)
    this.#isFirst = false
    if (line.at(-1) === carriageReturn) line = line.subarray(0, -1)
    if (isCut || line.length > this.#maxBytes) lines.push('too long')
    else if (!isBlank(line)) lines.push(line)
  }
}

/** Whether a line has only spaces and tabs. */
const isBlank = (line: Buffer) => line.every((byte) => byte === 0x20 || byte === 0x09)
