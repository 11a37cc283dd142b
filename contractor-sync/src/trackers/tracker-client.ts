import { ConfigurationError, InvalidResponseError } from '../errors.ts'
import { requestJson } from '../http/http-client.ts'
import type { RateLimiter } from '../http/rate-limiter.ts'
import type { RetryBudget } from '../http/retry.ts'
import type { TrackerClient, TrackerDefinition } from './tracker.ts'

interface TrackerClientOptions {
  readonly rateLimiter: RateLimiter
  readonly retryBudget: RetryBudget
  readonly requestTimeoutMs: number
  /** Aborts requests; reading changes nothing, so it may stop at any moment. */
  readonly signal?: AbortSignal | undefined
}

/** Creates the HTTP client of one tracker, for one run. */
export function createTrackerClient(
  { name, urlSetting }: TrackerDefinition,
  { rateLimiter, retryBudget, requestTimeoutMs: timeoutMs, signal }: TrackerClientOptions,
): TrackerClient {
  const endpoint = { name, setting: urlSetting }
  return {
    get: (url, { headers = {}, errorHints, allowNotFound = false }) =>
      retryBudget.run(async () => {
        await rateLimiter.acquire(signal)
        const { status, ...response } = await requestJson(endpoint, url, {
          headers: { accept: 'application/json', ...headers },
          timeoutMs,
          signal,
        })
        const at = parseHttpDate(response.headers.get('date'))
        if (status === 200) return { body: response.body, at }
        if (status === 404 && allowNotFound) return { body: undefined, at }
        const hint = errorHints[status]
        if (hint !== undefined) throw new ConfigurationError(`${name} responds with ${status}: ${hint}`)
        throw new InvalidResponseError(
          `${name} responds with the unexpected status ${status} (${urlSetting})`,
        )
      }),
  }
}

function parseHttpDate(text: string | null): Date | undefined {
  const ms = Date.parse(text ?? '')
  return Number.isNaN(ms) ? undefined : new Date(ms)
}
