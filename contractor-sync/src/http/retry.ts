import { setTimeout as sleep } from 'node:timers/promises'
import pRetry from 'p-retry'
import { Outage, UnexpectedAnswer } from '../errors.ts'

/** So often is asked for an answer that makes no sense, but may make some the next time. */
const maxTriesOfUnexpected = 4

const firstDelayMs = 500
const longestDelayMs = 30_000

interface PatienceOptions {
  /** Time to lose on the outages of others, all requests of a run together. */
  readonly budgetMs: number
  /** Ends all waiting. */
  readonly signal?: AbortSignal | undefined
  /** Told before each wait. */
  readonly onWait?: (failure: Error, waitMs: number) => void
}

/** How long a run bears with others: one budget, so that a run ends in time however many things fail a little. */
export class Patience {
  readonly #options: PatienceOptions
  #leftMs: number

  constructor(options: PatienceOptions) {
    this.#options = options
    this.#leftMs = options.budgetMs
  }

  /**
   * Tries until it works: waits ever longer, with jitter, and as long as `Retry-After` says. What is tried
   * must be safe to repeat.
   * @throws {Outage} when patience is at its end, or would be before the other side wants to be asked again
   * @throws whatever else trying again does not mend, at once
   */
  async attempt<T>(act: () => Promise<T>): Promise<T> {
    const { signal, onWait } = this.#options
    let startedAtMs = 0
    let tries = 0
    let done: { readonly result: T } | undefined
    const timed = async () => {
      tries += 1
      startedAtMs = performance.now()
      done = { result: await act() }
      return done.result
    }
    try {
      return await pRetry(timed, {
        retries: Number.POSITIVE_INFINITY,
        minTimeout: firstDelayMs,
        maxTimeout: longestDelayMs,
        randomize: true,
        ...(signal === undefined ? {} : { signal }),
        shouldRetry: async ({ error, retryDelay }) => {
          if (!mayPass(error, tries)) return false
          const askedForMs = error instanceof Outage ? (error.retryAfterMs ?? 0) : 0
          const waitMs = askedForMs + retryDelay
          this.#leftMs -= performance.now() - startedAtMs
          if (waitMs > this.#leftMs) return false
          this.#leftMs -= waitMs
          onWait?.(error, waitMs)
          // p-retry adds its own delay, so those who were told the same second do not return together; and where the
          // sleep was interrupted, it says so itself.
          await sleep(askedForMs, undefined, { signal }).catch(() => {})
          return true
        },
      })
    } catch (error) {
      // Interrupted, but after the deed: it is done, and shall be told.
      if (done !== undefined) return done.result
      throw error instanceof Outage ? exhausted(error, tries) : error
    }
  }
}

function mayPass(error: Error, tries: number): boolean {
  if (error instanceof UnexpectedAnswer) return error.mayPass && tries < maxTriesOfUnexpected
  return error instanceof Outage
}

function exhausted(outage: Outage, tries: number): Outage {
  const { message, status, retryAfterMs } = outage
  const times = tries === 1 ? 'once' : `${tries} times`
  const wanted =
    retryAfterMs === undefined ? '' : `; it wants to be left alone for ${Math.ceil(retryAfterMs / 1000)} s`
  return new Outage(`${message}; asked ${times}${wanted}`, {
    retryAfterMs,
    cause: outage,
    ...(status === undefined ? {} : { status }),
  })
}
