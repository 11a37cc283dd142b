import { setInterval } from 'node:timers/promises'
import type { Logger } from '@timesheets/runtime/logger'
import { isOutage, outageReason } from './postgres/errors.ts'
import type { PostgresIdempotencyStore } from './postgres/idempotency-store.ts'

/** Most statements of one run. What is left waits for the next run. */
const maxBatches = 100

/**
 * Deletes expired idempotency keys at an interval. Each replica does so; they delete different keys. A key that has
 * expired is not used any more, so a late run only keeps its row for longer.
 */
export class IdempotencyKeyExpiry {
  readonly #store: Pick<PostgresIdempotencyStore, 'deleteExpired'>
  readonly #logger: Logger
  readonly #stopping = new AbortController()
  readonly #running: Promise<void>

  constructor(store: Pick<PostgresIdempotencyStore, 'deleteExpired'>, intervalMs: number, logger: Logger) {
    this.#store = store
    this.#logger = logger
    this.#running = this.#run(intervalMs)
  }

  /** Resolves when the running statement, if there is one, has ended. */
  stop(): Promise<void> {
    this.#stopping.abort()
    return this.#running
  }

  async #run(intervalMs: number): Promise<void> {
    const { signal } = this.#stopping
    try {
      for await (const _ of setInterval(intervalMs, undefined, { signal, ref: false }))
        await this.#deleteAll()
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }

  async #deleteAll(): Promise<void> {
    try {
      for (let batch = 0; batch < maxBatches && !this.#stopping.signal.aborted; batch++) {
        if (!(await this.#store.deleteExpired())) return
      }
    } catch (error) {
      const err = isOutage(error) ? outageReason(error) : error
      this.#logger.warn({ err }, 'expired idempotency keys could not be deleted; the next run tries again')
    }
  }
}
