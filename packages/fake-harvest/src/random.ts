/** Returns the next number of a fixed sequence, in [0, 1). */
export type Random = () => number

/**
 * Creates a sequence that depends on its seeds only (mulberry32), so that a contractor has the same hours on the same
 * day in every run.
 */
export function random(...seeds: readonly number[]): Random {
  // FNV-1a over the seeds: consecutive days must not get similar sequences.
  let state = 0x811c9dc5
  for (const seed of seeds) {
    for (let byte = 0; byte < 4; byte += 1) {
      state = Math.imul(state ^ ((seed >>> (byte * 8)) & 0xff), 0x01000193)
    }
  }
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Picks an item of the list. */
export function pick<T>(next: Random, list: readonly T[]): T {
  return list[Math.floor(next() * list.length)] as T
}

/** Returns an integer from `min` to `max`, both inclusive. */
export function between(next: Random, min: number, max: number): number {
  return min + Math.floor(next() * (max - min + 1))
}

/** Returns true with the probability `share`. */
export function chance(next: Random, share: number): boolean {
  return next() < share
}
