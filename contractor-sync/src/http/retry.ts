import { setTimeout as sleep } from 'node:timers/promises'
import pRetry from 'p-retry'
import { InvalidResponseError, TransientError } from '../errors.ts'

/** Attempts in all for a response that is invalid, but may be valid the next time. */
const maxAttemptsForInvalidResponse = 4

const firstDelayMs = 500
const maxDelayMs = 30_000

interface RetryBudgetOptions {
  /** Time that all requests of a run together may lose to failures. */
  readonly budgetMs: number
  /** Ends all waiting. */
  readonly signal?: AbortSignal | undefined
  /** Called before each wait. */
  readonly onRetry?: (error: Error, waitMs: number) => void
}

/** Retries with one time budget for a whole run, so that a run ends in time however many requests fail a little. */
export class RetryBudget {
  readonly #options: RetryBudgetOptions
  #leftMs: number

  constructor(options: RetryBudgetOptions) {
    this.#options = options
    this.#leftMs = options.budgetMs
  }

  /**
   * Runs an action until it succeeds: exponential backoff with jitter, after waiting for `Retry-After`.
   * @param action must be safe to repeat
   * @param lostSinceMs returns since when (`performance.now()`) a failed attempt lost its time; by default since it began
   * @throws {TransientError} the budget is used up, or ends before `Retry-After` does
   * @throws any error that is not retryable, at once
   */
  async run<T>(action: () => Promise<T>, lostSinceMs?: () => number): Promise<T> {
    const { signal, onRetry } = this.#options
    let startedAtMs = 0
    let attempts = 0
    let done: { readonly result: T } | undefined
    const timed = async () => {
      attempts += 1
      startedAtMs = performance.now()
      done = { result: await action() }
      return done.result
    }
    try {
      return await pRetry(timed, {
        retries: Number.POSITIVE_INFINITY,
        minTimeout: firstDelayMs,
        maxTimeout: maxDelayMs,
        randomize: true,
        ...(signal === undefined ? {} : { signal }),
        shouldRetry: async ({ error, retryDelay }) => {
          if (!isRetryable(error, attempts)) return false
          const retryAfterMs = error instanceof TransientError ? (error.retryAfterMs ?? 0) : 0
          const waitMs = retryAfterMs + retryDelay
          this.#leftMs -= performance.now() - Math.max(startedAtMs, lostSinceMs?.() ?? 0)
          if (waitMs > this.#leftMs) return false
          this.#leftMs -= waitMs
          onRetry?.(error, waitMs)
          // p-retry adds its own delay, so clients with the same Retry-After do not return together. If the
          // signal interrupts this sleep, p-retry throws its reason.
          await sleep(retryAfterMs, undefined, { signal }).catch(() => {})
          return true
        },
      })
    } catch (error) {
      // The signal came after the action succeeded: its result counts, and must be reported.
      if (done !== undefined) return done.result
      throw error instanceof TransientError ? retriesExhausted(error, attempts) : error
    }
  }
}

function isRetryable(error: Error, attempts: number): boolean {
  if (error instanceof InvalidResponseError)
    return error.retryable && attempts < maxAttemptsForInvalidResponse
  return error instanceof TransientError
}

function retriesExhausted(error: TransientError, attempts: number): TransientError {
  const { message, status, retryAfterMs } = error
  const times = attempts === 1 ? '1 attempt' : `${attempts} attempts`
  const wait = retryAfterMs === undefined ? '' : `; Retry-After: ${Math.ceil(retryAfterMs / 1000)} s`
  return new TransientError(`${message}; gave up after ${times}${wait}`, {
    retryAfterMs,
    cause: error,
    ...(status === undefined ? {} : { status }),
  })
}
