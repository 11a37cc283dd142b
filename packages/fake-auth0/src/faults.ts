import { setTimeout as sleep } from 'node:timers/promises'
import type { RequestHandler } from 'express'
import { jsonObject } from './json-object.ts'

/** What an endpoint does to the next requests instead of answering them well. */
export interface Fault {
  /** How many requests it hits; 1 by default. */
  readonly times: number
  /** Answers with this status, 400 to 599, and Auth0's words for it. */
  readonly status?: number
  /** Goes with a status, as the header `Retry-After`. */
  readonly retryAfterSeconds?: number
  /** Waits first; without `status` or `reset` the true answer follows. */
  readonly delayMs?: number
  /** Breaks the connection (TCP reset) with no answer at all. */
  readonly reset?: boolean
}

const endpoints = ['token', 'jwks'] as const
export type FaultyEndpoint = (typeof endpoints)[number]

/** Faults to order, for tests of whoever calls the issuer. */
export class Faults {
  readonly #pending: Partial<Record<FaultyEndpoint, Fault>> = {}

  /** What is still to come. */
  get pending(): Readonly<Partial<Record<FaultyEndpoint, Fault>>> {
    return { ...this.#pending }
  }

  /**
   * Takes `{"token": {"status": 429, "retryAfterSeconds": 2, "times": 3}, "jwks": null}`: the endpoints named get a
   * new fault, or with null none; the others keep theirs.
   * @throws {TypeError} that says which member is not understood; then nothing has changed
   */
  order(body: unknown): void {
    const orders = Object.entries(jsonObject('the body', body)).map(([name, fault]) => {
      if (!endpoints.includes(name as FaultyEndpoint))
        throw new TypeError(`"${name}" is none of ${endpoints.join(', ')}`)
      return [name as FaultyEndpoint, fault === null ? undefined : parseFault(name, fault)] as const
    })
    for (const [name, fault] of orders) {
      if (fault === undefined) delete this.#pending[name]
      else this.#pending[name] = fault
    }
  }

  /** Stands before an endpoint and does to it what is ordered. */
  at(endpoint: FaultyEndpoint): RequestHandler {
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
        res.json(bodyOf(fault.status))
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

function bodyOf(status: number): object {
  return status === 429
    ? { error: 'too_many_requests', error_description: 'Global limit has been reached' }
    : { error: 'server_error', error_description: 'A fault that was ordered' }
}

function parseFault(at: string, value: unknown): Fault {
  const { times = 1, status, retryAfterSeconds, delayMs, reset, ...unknown } = jsonObject(at, value)
  for (const name of Object.keys(unknown)) throw new TypeError(`${at}.${name} is not known`)
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
    throw new TypeError(`${at} is not a whole number from ${min} to ${max}`)
  return value as number
}
