import { setTimeout as sleep } from 'node:timers/promises'

/** So many requests are allowed in any stretch of so long. */
export interface RateBudget {
  readonly requests: number
  readonly windowMs: number
}

/** Keeps requests below a budget by letting them wait, rather than be refused. */
export class Pace {
  readonly #budget: RateBudget | null
  readonly #startedMs: number[] = []
  #turn: Promise<void> = Promise.resolve()

  /** @param budget null: as fast as may be */
  constructor(budget: RateBudget | null) {
    this.#budget = budget
  }

  /** Resolves when the next request may start; who asks first goes first. */
  async next(signal?: AbortSignal): Promise<void> {
    if (this.#budget === null) return
    const turn = this.#turn.then(() => this.#wait(this.#budget!, signal))
    // Whoever gives up waiting is told so; those behind have their turn all the same.
    this.#turn = turn.catch(() => {})
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
