import { setInterval, setTimeout } from 'node:timers/promises'
import type { Logger } from '@timesheets/runtime/logger'
import { isOutage, outageReason } from './postgres/errors.ts'

/** The first run comes after so long at most, so that a process that is restarted often deletes, too. */
const maxFirstDelayMs = 60_000
/** Most statements of one run. What is left waits for the next run. */
const maxBatches = 100

export interface ExpiryJobOptions {
  /** What expires, for the log. */
  readonly name: string
  readonly intervalMs: number
  /** Deletes some of what has expired, in one statement that does not wait for other replicas; returns whether there is more. */
  readonly deleteExpired: () => Promise<boolean>
}

/**
 * Deletes what has expired, at an interval. Each replica does so; they delete different rows. A late run only keeps rows
 * for longer.
 */
export class ExpiryJob {
  readonly #options: ExpiryJobOptions
  readonly #logger: Logger
  readonly #stopping = new AbortController()
  readonly #running: Promise<void>

  constructor(options: ExpiryJobOptions, logger: Logger) {
    this.#options = options
    this.#logger = logger
    this.#running = this.#run()
  }

  /** Resolves when the running statement, if there is one, has ended. */
  stop(): Promise<void> {
    this.#stopping.abort()
    return this.#running
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping
    const { intervalMs } = this.#options
    const options = { signal, ref: false }
    try {
      await setTimeout(Math.min(intervalMs, maxFirstDelayMs), undefined, options)
      await this.#deleteAll()
      for await (const _ of setInterval(intervalMs, undefined, options)) await this.#deleteAll()
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }

  async #deleteAll(): Promise<void> {
    try {
      for (let batch = 0; batch < maxBatches && !this.#stopping.signal.aborted; batch++) {
        if (!(await this.#options.deleteExpired())) return
      }
    } catch (error) {
      const err = isOutage(error) ? outageReason(error) : error
      const { name } = this.#options
      this.#logger.warn({ err }, `expired ${name} could not be deleted; the next run tries again`)
    }
  }
}
