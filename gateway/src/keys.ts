import { setTimeout as sleep } from 'node:timers/promises'
import { ProblemError } from '@timesheets/contracts/problem'
import type { Logger } from '@timesheets/runtime/logger'
import type { JSONWebKeySet } from 'jose'
import { fetchKeySet } from './key-set.ts'

export interface KeysOptions {
  readonly jwksUri: string
  /** After this the issuer is asked again. */
  readonly maxAgeMs: number
  /** Keys older than `maxAgeMs` by this much are no longer used, even if the issuer stays silent. Default: 1 h. */
  readonly maxStaleMs?: number
  /** The issuer is asked no more often than this, whatever strangers send. Default: 2 s. */
  readonly minIntervalMs?: number
  /** Default: 5 s. */
  readonly timeoutMs?: number
}

/**
 * The issuer's public keys. A good token is never refused because they cannot be had: a key that is known
 * goes on being used for a while when the issuer is silent; where it is not known, the answer is "later".
 */
export class Keys {
  readonly #options: Required<KeysOptions>
  readonly #logger: Logger
  #keySet: JSONWebKeySet = { keys: [] }
  #fetchedAt = Number.NEGATIVE_INFINITY
  #askedAt = Number.NEGATIVE_INFINITY
  /** Whether the issuer's last answer was none. */
  #failing = false
  /** A question that was sent. */
  #underWay: Promise<void> | undefined
  /** A question that waits until it may be sent. */
  #waiting: Promise<void> | undefined

  constructor(options: KeysOptions, logger: Logger) {
    this.#options = { maxStaleMs: 3_600_000, minIntervalMs: 2000, timeoutMs: 5000, ...options }
    this.#logger = logger
  }

  /**
   * The keys to verify a token with that names key `kid`: the same object for as long as nothing new was
   * learnt. An unknown one makes the issuer be asked, since keys are rotated without notice.
   * @throws {ProblemError} `keys-unavailable`: neither known nor to be had
   */
  async forKid(kid: string | undefined): Promise<JSONWebKeySet> {
    const { maxAgeMs, maxStaleMs } = this.#options
    const ageMs = performance.now() - this.#fetchedAt
    const isUsable = this.#knows(kid) && ageMs < maxAgeMs + maxStaleMs
    if (isUsable && ageMs < maxAgeMs) return this.#keySet
    if (isUsable && this.#failing) {
      // Nobody with a known key waits for an issuer that is away, or hears of it: the log does.
      this.#ask().catch(() => undefined)
      return this.#keySet
    }
    try {
      await this.#underWay
      // What was under way may be older than a key made just now.
      if (!this.#knows(kid) || !this.#isFresh()) await this.#ask()
    } catch (cause) {
      if (isUsable) return this.#keySet
      throw unavailable(cause)
    }
    return this.#keySet
  }

  #knows(kid: string | undefined): boolean {
    return this.#keySet.keys.some((key) => kid === undefined || key.kid === kid)
  }

  #isFresh(): boolean {
    return performance.now() - this.#fetchedAt < this.#options.maxAgeMs
  }

  /** A question that is sent from now on, shared by all who wait for it. */
  #ask(): Promise<void> {
    this.#waiting ??= this.#askWhenDue()
    return this.#waiting
  }

  async #askWhenDue(): Promise<void> {
    // Told to those who wait for that one; this one is asked in its own right.
    await this.#underWay?.catch(() => undefined)
    const waitMs = this.#askedAt + this.#options.minIntervalMs - performance.now()
    if (waitMs > 0) await sleep(waitMs, undefined, { ref: false })
    this.#waiting = undefined
    this.#underWay = this.#fetch().finally(() => {
      this.#underWay = undefined
    })
    return this.#underWay
  }

  async #fetch(): Promise<void> {
    const { jwksUri, timeoutMs } = this.#options
    this.#askedAt = performance.now()
    try {
      this.#keySet = await fetchKeySet(jwksUri, timeoutMs)
      this.#fetchedAt = performance.now()
      this.#failing = false
    } catch (error) {
      this.#failing = true
      this.#logger.warn({ err: error, jwksUri }, "the issuer's keys cannot be had")
      throw error
    }
  }
}

function unavailable(cause: unknown): ProblemError {
  return new ProblemError(
    'keys-unavailable',
    'The keys of the token issuer cannot be had at this moment; try again',
    { headers: { 'retry-after': '5' }, cause },
  )
}
