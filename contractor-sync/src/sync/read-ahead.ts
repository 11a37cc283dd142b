/**
 * Asks for the next value while the one before it is worked on: a page is read while a batch is uploaded. It
 * is one value ahead, no more, so memory stays bounded.
 */
export async function* readAhead<T>(values: AsyncIterable<T>): AsyncGenerator<T> {
  const iterator = values[Symbol.asyncIterator]()
  try {
    let coming = iterator.next()
    while (true) {
      const { value, done } = await coming
      if (done) return
      coming = iterator.next()
      // It fails when it is awaited, not while nobody looks.
      coming.catch(() => {})
      yield value
    }
  } finally {
    // Not awaited: a value that is still on its way would be waited for. Nobody wants what it fails with any more.
    void Promise.resolve(iterator.return?.()).catch(() => {})
  }
}
