import { setTimeout as sleep } from 'node:timers/promises'
import type { RequestHandler } from 'express'
import { requireJsonObject } from './json-object.ts'

/** A fault that an endpoint injects into its next requests. */
export interface Fault {
  /** The number of requests that it applies to; 1 by default. */
  readonly times: number
  /** Responds with this status (400 to 599) and Auth0's body for it. */
  readonly status?: number
  /** With `status`: the value of the header `Retry-After`. */
  readonly retryAfterSeconds?: number
  /** Waits first. Without `status` and `reset`, the normal response follows. */
  readonly delayMs?: number
  /** Resets the TCP connection without a response. */
  readonly reset?: boolean
}

const endpoints = ['token', 'jwks'] as const
export type FaultyEndpoint = (typeof endpoints)[number]

/** The pending faults of each endpoint, for tests of the issuer's clients. */
export class Faults {
  readonly #pending: Partial<Record<FaultyEndpoint, Fault>> = {}

  /** The faults that have requests left. */
  get pending(): Readonly<Partial<Record<FaultyEndpoint, Fault>>> {
    return { ...this.#pending }
  }

  /**
   * Sets the faults of the named endpoints; null clears one; the others stay. Example:
   * `{"token": {"status": 429, "retryAfterSeconds": 2, "times": 3}, "jwks": null}`
   * @throws {TypeError} that names the invalid field; then no fault is changed
   */
  inject(body: unknown): void {
    const parsed = Object.entries(requireJsonObject('the body', body)).map(([name, fault]) => {
      if (!endpoints.includes(name as FaultyEndpoint))
        throw new TypeError(`"${name}" is not one of ${endpoints.join(', ')}`)
      return [name as FaultyEndpoint, fault === null ? undefined : parseFault(name, fault)] as const
    })
    for (const [name, fault] of parsed) {
      if (fault === undefined) delete this.#pending[name]
      else this.#pending[name] = fault
    }
  }

  /** Middleware that applies the pending fault of an endpoint. */
  middleware(endpoint: FaultyEndpoint): RequestHandler {
    return async (req, res, next) => {
      const fault = this.#take(endpoint)
      if (fault === undefined) {
        next()
        return
      }
      if (fault.delayMs !== undefined) await sleep(fault.delayMs, undefined, { ref: false })
      if (fault.reset) {
        req.socket.resetAndDestroy()
      } else if (fault.status !== undefined) {
        res.status(fault.status).set('cache-control', 'no-store')
        if (fault.retryAfterSeconds !== undefined) res.set(rateLimitHeaders(fault.retryAfterSeconds))
        res.json(buildErrorBody(fault.status))
      } else {
        next()
      }
    }
  }

  #take(endpoint: FaultyEndpoint): Fault | undefined {
    const fault = this.#pending[endpoint]
    if (fault === undefined) return undefined
    if (fault.times > 1) this.#pending[endpoint] = { ...fault, times: fault.times - 1 }
    else delete this.#pending[endpoint]
    return fault
  }
}

/** https://auth0.com/docs/troubleshoot/customer-support/operational-policies/rate-limit-policy */
function rateLimitHeaders(retryAfterSeconds: number): Record<string, string> {
  return {
    'retry-after': String(retryAfterSeconds),
    'x-ratelimit-limit': '10',
    'x-ratelimit-remaining': '0',
    'x-ratelimit-reset': String(Math.ceil(Date.now() / 1000) + retryAfterSeconds),
  }
}

function buildErrorBody(status: number): object {
  return status === 429
    ? { error: 'too_many_requests', error_description: 'Global limit has been reached' }
    : { error: 'server_error', error_description: 'An injected fault' }
}

function parseFault(at: string, value: unknown): Fault {
  const { times = 1, status, retryAfterSeconds, delayMs, reset, ...unknown } = requireJsonObject(at, value)
  for (const name of Object.keys(unknown)) throw new TypeError(`${at}.${name} is not a known field`)
  if (reset !== undefined && typeof reset !== 'boolean') throw new TypeError(`${at}.reset is not a boolean`)
  return {
    times: wholeNumber(`${at}.times`, times, 1, 1_000_000),
    ...(status === undefined ? {} : { status: wholeNumber(`${at}.status`, status, 400, 599) }),
    ...(retryAfterSeconds === undefined
      ? {}
      : { retryAfterSeconds: wholeNumber(`${at}.retryAfterSeconds`, retryAfterSeconds, 0, 86_400) }),
    ...(delayMs === undefined ? {} : { delayMs: wholeNumber(`${at}.delayMs`, delayMs, 0, 600_000) }),
    ...(reset === undefined ? {} : { reset }),
  }
}

function wholeNumber(at: string, value: unknown, min: number, max: number): number {
  if (!Number.isInteger(value) || (value as number) < min || (value as number) > max)
    throw new TypeError(`${at} is not an integer from ${min} to ${max}`)
  return value as number
}
