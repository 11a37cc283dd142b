import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { ProblemError } from '@timesheets/contracts/problem'
import type { Logger } from '@timesheets/runtime/logger'
import type { JSONWebKeySet } from 'jose'
import { requestKeySet } from './jwks-request.ts'

export interface JwksCacheOptions {
  readonly jwksUri: string
  /** Keys older than this are no longer fresh. They are reloaded before, in the background. */
  readonly maxAgeMs: number
  /** How much longer than `maxAgeMs` keys are used while the issuer does not respond. */
  readonly maxStaleMs: number
  /** Least time between two requests to the issuer. Default: 2 s. */
  readonly cooldownMs?: number
  /** Default: 5 s. */
  readonly timeoutMs?: number
  /** How many requests may wait for the issuer. Default: 256. */
  readonly maxWaiting?: number
}

/** Keys are reloaded after this part of their maximum age, so that they are replaced before it ends. */
const reloadAfter = 0.75

/**
 * The issuer's public keys. A request with a known key never waits for the issuer: keys are reloaded in the background, and
 * used for `maxStaleMs` more while the issuer does not respond. An unknown key is requested, since issuers rotate keys
 * without notice; if that fails, the response is 503 and never 401.
 */
export class JwksCache {
  readonly #options: Required<JwksCacheOptions>
  readonly #logger: Logger
  #keySet: JSONWebKeySet = { keys: [] }
  #loadedAt = Number.NEGATIVE_INFINITY
  #requestedAt = Number.NEGATIVE_INFINITY
  #waiting = 0
  /** The request that is being sent. */
  #reloading: Promise<void> | undefined
  /** The request that will be sent after it, and after the cooldown. */
  #queued: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(options: JwksCacheOptions, logger: Logger) {
    this.#options = { cooldownMs: 2000, timeoutMs: 5000, maxWaiting: 256, ...options }
    this.#logger = logger
  }

  /** The keys, if they are fresh or stale within the bound; the same object until the issuer's keys change. */
  get usableKeySet(): JSONWebKeySet | undefined {
    const ageMs = performance.now() - this.#loadedAt
    if (ageMs < this.#options.maxAgeMs) return this.#keySet
    if (ageMs >= this.#options.maxAgeMs + this.#options.maxStaleMs) return undefined
    this.#reloadInBackground()
    return this.#keySet
  }

  /**
   * Returns the keys to verify a token with that names the key `kid`. Waits for the issuer only if the key is unknown, or
   * all keys are too old.
   * @throws {ProblemError} `keys-unavailable`
   */
  async getKeySet(kid: string | undefined): Promise<JSONWebKeySet> {
    const keySet = this.usableKeySet
    if (keySet !== undefined && hasKey(keySet, kid)) return keySet
    if (this.#waiting >= this.#options.maxWaiting) throw createUnavailable('too many requests wait for keys')
    this.#waiting++
    try {
      await this.#reloading
      // The request in flight may have been sent before the key was created.
      if (this.usableKeySet === undefined || !hasKey(this.#keySet, kid)) await this.#reloadAfterCooldown()
    } catch (cause) {
      throw createUnavailable(cause)
    } finally {
      this.#waiting--
    }
    return this.#keySet
  }

  /** Stops reloading in the background. */
  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
  }

  #reloadInBackground(): void {
    // A failure is logged; the keys that are known stay in use.
    this.#reloadAfterCooldown().catch(() => undefined)
  }

  /** Starts a request that is sent from now on; all callers until then share it. */
  #reloadAfterCooldown(): Promise<void> {
    this.#queued ??= this.#sendQueued()
    return this.#queued
  }

  async #sendQueued(): Promise<void> {
    // Its failure is reported to its own callers.
    await this.#reloading?.catch(() => undefined)
    const coolingDownMs = this.#requestedAt + this.#options.cooldownMs - performance.now()
    if (coolingDownMs > 0) await sleep(coolingDownMs, undefined, { ref: false })
    this.#queued = undefined
    this.#reloading = this.#reload().finally(() => {
      this.#reloading = undefined
      this.#scheduleReload()
    })
    return this.#reloading
  }

  async #reload(): Promise<void> {
    const { jwksUri, timeoutMs } = this.#options
    this.#requestedAt = performance.now()
    try {
      const keySet = await requestKeySet(jwksUri, timeoutMs)
      if (!isDeepStrictEqual(keySet, this.#keySet)) this.#keySet = keySet
      this.#loadedAt = performance.now()
    } catch (error) {
      this.#logger.warn({ err: error, jwksUri }, "the issuer's keys cannot be loaded")
      throw error
    }
  }

  /** Reloads the keys before they are too old, whether or not requests arrive. */
  #scheduleReload(): void {
    if (this.#isClosed) return
    const { maxAgeMs, cooldownMs } = this.#options
    clearTimeout(this.#timer)
    const dueMs = this.#loadedAt + maxAgeMs * reloadAfter - performance.now()
    this.#timer = setTimeout(() => this.#reloadInBackground(), Math.max(dueMs, cooldownMs)).unref()
  }
}

function hasKey({ keys }: JSONWebKeySet, kid: string | undefined): boolean {
  return keys.some((key) => kid === undefined || key.kid === kid)
}

function createUnavailable(cause: unknown): ProblemError {
  return new ProblemError('keys-unavailable', 'The keys of the token issuer are unavailable; try again', {
    headers: { 'retry-after': '5' },
    cause,
  })
}
