import { ProblemError } from '@timesheets/contracts/problem'
import type { Logger } from '@timesheets/runtime/logger'
import { createRemoteJWKSet, type JSONWebKeySet } from 'jose'

export interface KeysOptions {
  readonly jwksUri: string
  /** After this the issuer is asked again. */
  readonly maxAgeMs: number
  /** Keys older than `maxAgeMs` by this much are no longer used, even if the issuer stays silent. */
  readonly maxStaleMs?: number
  /** The issuer is asked no more often than this, whatever strangers send. */
  readonly minIntervalMs?: number
  readonly timeoutMs?: number
}

/**
 * The issuer's public keys. A good token is never refused because they cannot be had: a key that is known
 * goes on being used for a while when the issuer is silent; where it is not known, the answer is "later".
 */
export class Keys {
  readonly #remote: ReturnType<typeof createRemoteJWKSet>
  readonly #options: Required<KeysOptions>
  readonly #logger: Logger
  #fetchedAt = Number.NEGATIVE_INFINITY
  #failedAt = Number.NEGATIVE_INFINITY
  #askedAt = Number.NEGATIVE_INFINITY
  #refreshing: Promise<void> | undefined

  constructor(options: KeysOptions, logger: Logger) {
    this.#options = { maxStaleMs: 3_600_000, minIntervalMs: 2000, timeoutMs: 5000, ...options }
    this.#logger = logger
    this.#remote = createRemoteJWKSet(new URL(options.jwksUri), {
      timeoutDuration: this.#options.timeoutMs,
      cooldownDuration: 0,
      cacheMaxAge: Number.POSITIVE_INFINITY,
    })
  }

  /**
   * The keys to verify a token with that names key `kid`. An unknown one makes the issuer be asked: keys are
   * rotated without notice.
   * @throws {ProblemError} `keys-unavailable`: neither known nor to be had
   */
  async forKid(kid: string | undefined): Promise<JSONWebKeySet> {
    const known = this.#remote.jwks()
    const ageMs = performance.now() - this.#fetchedAt
    const isKnown = known?.keys.some((key) => kid === undefined || key.kid === kid) ?? false
    const isUsable = isKnown && ageMs < this.#options.maxAgeMs + this.#options.maxStaleMs
    const failedJustNow = performance.now() - this.#failedAt < 5 * this.#options.minIntervalMs
    if (isKnown && ageMs < this.#options.maxAgeMs) return known!
    if (isUsable && failedJustNow) return known!
    try {
      await this.#refresh()
    } catch (error) {
      if (isUsable) return known!
      throw new ProblemError(
        'keys-unavailable',
        'The keys of the token issuer cannot be had at this moment; try again',
        {
          headers: { 'retry-after': '5' },
          cause: error,
        },
      )
    }
    return this.#remote.jwks()!
  }

  /** One request to the issuer, shared by all who wait for it. */
  #refresh(): Promise<void> {
    this.#refreshing ??= this.#ask().finally(() => {
      this.#refreshing = undefined
    })
    return this.#refreshing
  }

  async #ask(): Promise<void> {
    const waitMs = this.#askedAt + this.#options.minIntervalMs - performance.now()
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs))
    this.#askedAt = performance.now()
    try {
      await this.#remote.reload()
      this.#fetchedAt = performance.now()
      this.#failedAt = Number.NEGATIVE_INFINITY
    } catch (error) {
      this.#failedAt = performance.now()
      this.#logger.warn({ err: error, jwksUri: this.#options.jwksUri }, "the issuer's keys cannot be had")
      throw error
    }
  }
}
