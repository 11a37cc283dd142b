import { setFlagsFromString } from 'node:v8'

/** A run of fewer entries does not need the flags, and they would cost it a seventh of its CPU (docs/performance.md). */
export const manyEntries = 20_000

/**
 * Keeps the heap of a run of many entries small. A page of entries is garbage soon after it was read, but V8 lets the heap grow
 * before it collects. (Both flags take effect while a process runs; other limits do not.)
 */
export function boundHeapGrowth(): void {
  setFlagsFromString('--semi-space-growth-factor=1')
  setFlagsFromString('--heap-growing-percent=20')
}
