import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** A run of fewer entries does not need this, and it would cost it a seventh of its CPU (docs/performance.md). */
const manyEntries = 20_000
/** A page of Harvest. */
const entriesPerCollection = 2000

/**
 * Keeps the heap of a run of many entries small. A page of entries is garbage soon after it was read, but V8 lets the heap grow
 * before it collects, more than its limits say (docs/performance.md). (These flags take effect while a process runs; other
 * limits do not.)
 */
export class SmallHeap {
  #collectGarbage: (() => void) | undefined
  #entries = 0

  /** @param total the number of entries that the run will read; `Infinity` if it is unknown */
  expect(total: number): void {
    if (total < manyEntries || this.#collectGarbage !== undefined) return
    setFlagsFromString('--semi-space-growth-factor=1')
    setFlagsFromString('--heap-growing-percent=20')
    setFlagsFromString('--expose-gc')
    // A context has the function if the flag was set before the context was made.
    this.#collectGarbage = runInNewContext('gc') as () => void
  }

  /** Called for each entry that was read. */
  addEntry(): void {
    this.#entries += 1
    if (this.#entries % entriesPerCollection === 0) this.#collectGarbage?.()
  }
}
