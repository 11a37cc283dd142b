import { setTimeout as sleep } from 'node:timers/promises'

/** At most `requests` requests in any period of `windowMs`. */
export interface RateBudget {
  readonly requests: number
  readonly windowMs: number
}

/** Delays requests so that they stay within a rate budget (sliding window), instead of meeting 429. */
export class RateLimiter {
  readonly #budget: RateBudget | null
  readonly #startedMs: number[] = []
  #queue: Promise<void> = Promise.resolve()

  /** @param budget null: no limit */
  constructor(budget: RateBudget | null) {
    this.#budget = budget
  }

  /** Resolves when the next request may start; first come, first served. */
  async acquire(signal?: AbortSignal): Promise<void> {
    if (this.#budget === null) return
    const turn = this.#queue.then(() => this.#wait(this.#budget!, signal))
    // An aborted wait rejects for its own caller only; those behind it in the queue go on.
    this.#queue = turn.catch(() => {})
    await turn
  }

  async #wait({ requests, windowMs }: RateBudget, signal: AbortSignal | undefined): Promise<void> {
    if (this.#startedMs.length >= requests) {
      const freeAtMs = this.#startedMs.shift()! + windowMs
      const waitMs = freeAtMs - performance.now()
      if (waitMs > 0) await sleep(waitMs, undefined, { signal }).catch(() => signal?.throwIfAborted())
    }
    this.#startedMs.push(performance.now())
  }
}
