import type { Line } from './ndjson-lines.ts'

/** Lines of a stream that are stored together. */
export interface LineChunk {
  /** The position of the first line among all lines of the stream. */
  readonly firstIndex: number
  readonly lines: readonly Line[]
}

export interface ChunkLimits {
  readonly maxItems: number
  readonly maxBytes: number
}

/** Lines are stored after this time, although the chunk is not full. */
const maxWaitMs = 200

/** Collects the lines of a stream into chunks. */
export async function* toChunks(
  batches: AsyncIterable<readonly Line[]>,
  { maxItems, maxBytes }: ChunkLimits,
): AsyncGenerator<LineChunk> {
  let firstIndex = 0
  let lines: Line[] = []
  let bytes = 0
  const take = (): LineChunk => {
    const chunk = { firstIndex, lines }
    firstIndex += lines.length
    lines = []
    bytes = 0
    return chunk
  }
  const iterator = batches[Symbol.asyncIterator]()
  try {
    let next = iterator.next()
    for (;;) {
      const batch = lines.length === 0 ? await next : await waitShortly(next)
      if (batch === undefined) {
        yield take()
        continue
      }
      if (batch.done === true) break
      for (const line of batch.value) {
        const lineBytes = line === 'too long' ? 0 : line.length
        if (lines.length > 0 && (lines.length >= maxItems || bytes + lineBytes > maxBytes)) yield take()
        lines.push(line)
        bytes += lineBytes
      }
      next = iterator.next()
      next.catch(() => undefined) // reported when it is awaited
    }
    if (lines.length > 0) yield take()
  } finally {
    // Not awaited: it may wait for bytes that never arrive.
    Promise.resolve(iterator.return?.()).catch(() => undefined)
  }
}

/** @returns undefined if the promise takes longer than `maxWaitMs` */
async function waitShortly<T>(promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), maxWaitMs)
  })
  try {
    return await Promise.race([promise, timeout])
  } finally {
    clearTimeout(timer)
  }
}
