import { Refused, UnexpectedAnswer } from '../errors.ts'
import { request } from '../http/http-client.ts'
import type { Pace } from '../http/rate-limiter.ts'
import type { Patience } from '../http/retry.ts'
import type { Ask, TrackerKind } from './tracker.ts'

interface AskOptions {
  readonly pace: Pace
  readonly patience: Patience
  readonly requestTimeoutMs: number
  /** Reading changes nothing, so it may be given up at any moment. */
  readonly signal?: AbortSignal | undefined
}

/** How a tracker is asked: within its budget, with patience, each bad status with its advice. */
export function askOf({ name, locatedBy }: TrackerKind, options: AskOptions): Ask {
  const { pace, patience, requestTimeoutMs: timeoutMs, signal } = options
  const peer = { name, setting: locatedBy }
  return (url, { headers = {}, advice, missing = false }) =>
    patience.attempt(async () => {
      await pace.next(signal)
      const answer = await request(peer, url, {
        headers: { accept: 'application/json', ...headers },
        timeoutMs,
        signal,
      })
      const at = dateOf(answer.headers.date)
      if (answer.status === 200) return { body: answer.body, at }
      if (answer.status === 404 && missing) return { body: undefined, at }
      const known = advice[answer.status]
      if (known !== undefined) throw new Refused(`${name} answers ${answer.status}: ${known}`)
      throw new UnexpectedAnswer(`${name} answers ${answer.status}, which nobody expected (${locatedBy})`)
    })
}

function dateOf(text = ''): Date | undefined {
  const ms = Date.parse(text)
  return Number.isNaN(ms) ? undefined : new Date(ms)
}
