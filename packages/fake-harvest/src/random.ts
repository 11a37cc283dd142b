/** The next number of a fixed sequence, in [0, 1). */
export type Random = () => number

/**
 * A sequence that depends on its seeds alone (mulberry32), so that the same contractor has worked the
 * same hours on the same day wherever and whenever this runs.
 */
export function random(...seeds: readonly number[]): Random {
  // FNV-1a over the seeds: neighbouring days must not have neighbouring sequences.
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

/** One of the list. */
export function pick<T>(next: Random, list: readonly T[]): T {
  return list[Math.floor(next() * list.length)] as T
}

/** A whole number from `min` to `max`, both inclusive. */
export function between(next: Random, min: number, max: number): number {
  return min + Math.floor(next() * (max - min + 1))
}

/** True in this share of cases. */
export function chance(next: Random, share: number): boolean {
  return next() < share
}
