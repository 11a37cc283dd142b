/**
 * Requests the next value while the current one is processed: a page is read while a batch is uploaded. It reads
 * exactly one value ahead, so memory stays bounded.
 */
export async function* readAhead<T>(values: AsyncIterable<T>): AsyncGenerator<T> {
  const iterator = values[Symbol.asyncIterator]()
  try {
    let pending = iterator.next()
    while (true) {
      const { value, done } = await pending
      if (done) return
      pending = iterator.next()
      // The error is thrown where the value is awaited; without this it would count as unhandled until then.
      pending.catch(() => {})
      yield value
    }
  } finally {
    // Not awaited, because a pending value would delay it. Its error no longer matters.
    void Promise.resolve(iterator.return?.()).catch(() => {})
  }
}
