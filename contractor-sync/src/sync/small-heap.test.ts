import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from '@jest/globals'
import { SmallHeap } from './small-heap.ts'

/** Reads entries, each of which is garbage at once, and returns how many of them are still in memory. */
async function readPages(heap: SmallHeap, pages: number): Promise<number> {
  const entries: WeakRef<object>[] = []
  for (let page = 0; page < pages; page++) {
    // A weak reference holds its object until the turn ends.
    await nextTurn()
    for (let i = 0; i < 1000; i++) entries.push(new WeakRef({ page }))
    await nextTurn()
    for (let i = 0; i < 2000; i++) heap.addEntry()
  }
  return entries.filter((entry) => entry.deref() !== undefined).length
}

test('the garbage of a run of many entries is collected after each page', async () => {
  const heap = new SmallHeap()
  heap.expect(20_000)
  expect(await readPages(heap, 3)).toBe(0)
})
