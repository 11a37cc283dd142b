/** A chunk that is being processed. */
interface Running<Result> {
  /** Known once the chunk has been prepared. */
  keys: ReadonlySet<string> | undefined
  readonly result: Promise<Result>
}

/** What is done with a chunk. */
export interface ChunkWork<Result> {
  /** Names what the chunk changes. Chunks that share a key run one after the other, in their order. */
  readonly keys: ReadonlySet<string>
  readonly run: () => Promise<Result>
}

export interface RunOptions {
  /** The most chunks of this stream that run at once. */
  readonly maxRunning: number
  /** Starts the work on a chunk when there is room for it, in the order of the calls. */
  readonly limit: <T>(work: () => Promise<T>) => Promise<T>
}

/**
 * Processes the chunks of a stream, several at once, and yields their results in order, each as soon as it is there. No
 * further chunk is read while the consumer is busy with a result or `maxRunning` chunks run. If one fails, the results
 * before it are yielded, and the error is thrown when all that runs has ended.
 * @param prepare parses a chunk; called when there is room for it
 */
export async function* runChunks<Chunk, Result>(
  chunks: AsyncIterable<Chunk>,
  prepare: (chunk: Chunk) => ChunkWork<Result>,
  { maxRunning, limit }: RunOptions,
): AsyncGenerator<Result> {
  const running: Running<Result>[] = []
  const start = (chunk: Chunk) => {
    const earlier = [...running]
    const started = Promise.withResolvers<Result>()
    const entry: Running<Result> = { keys: undefined, result: started.promise }
    entry.result.catch(() => undefined) // reported when its turn comes
    running.push(entry)
    limit(async () => {
      const { keys, run } = prepare(chunk)
      entry.keys = keys
      // They started before this chunk, so they do not wait for its place.
      for (const other of earlier) if (shareKey(other.keys, keys)) await other.result
      return run()
    }).then(started.resolve, started.reject)
  }
  const iterator = chunks[Symbol.asyncIterator]()
  let next: Promise<Input<Chunk>> | undefined
  let end: Input<Chunk> | undefined
  try {
    while (end === undefined || running.length > 0) {
      if (end === undefined && running.length < maxRunning) {
        next ??= toInput(iterator.next())
        const input = await Promise.race([next, ...running.slice(0, 1).map(({ result }) => settled(result))])
        if (input !== undefined) {
          next = undefined
          if (input.kind === 'chunk') start(input.chunk)
          else end = input
          continue
        }
      }
      yield await running.shift()!.result
    }
    if (end.kind === 'error') throw end.error
  } finally {
    await Promise.allSettled(running.map(({ result }) => result))
    // Not awaited: the iterator may wait for bytes that never arrive.
    if (end === undefined) Promise.resolve(iterator.return?.()).catch(() => undefined)
  }
}

/** What the stream of chunks delivers next. */
type Input<Chunk> =
  | { readonly kind: 'chunk'; readonly chunk: Chunk }
  | { readonly kind: 'end' }
  | { readonly kind: 'error'; readonly error: unknown }

const toInput = <Chunk>(next: Promise<IteratorResult<Chunk>>): Promise<Input<Chunk>> =>
  next.then(
    ({ done, value }) => (done === true ? { kind: 'end' } : { kind: 'chunk', chunk: value }),
    (error: unknown) => ({ kind: 'error', error }),
  )

const settled = (result: Promise<unknown>): Promise<undefined> =>
  result.then(
    () => undefined,
    () => undefined,
  )

function shareKey(a: ReadonlySet<string> | undefined, b: ReadonlySet<string>): boolean {
  if (a === undefined) return false
  for (const key of b) if (a.has(key)) return true
  return false
}
