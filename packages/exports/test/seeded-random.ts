/** Random choices that a seed repeats, so that a failure can be repeated. */
export interface Random {
  /** From 0 to 1. */
  next(): number
  /** From 0 to `below` - 1. */
  integer(below: number): number
  chance(probability: number): boolean
  pick<T>(values: readonly T[]): T
}

/** Creates a generator of pseudo-random numbers (mulberry32). */
export function createRandom(seed: number): Random {
  let state = seed
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
  return {
    next,
    integer: (below) => Math.floor(next() * below),
    chance: (probability) => next() < probability,
    pick: (values) => values[Math.floor(next() * values.length)]!,
  }
}
