import { expect, test } from '@jest/globals'
import { InterruptedError } from '../errors.ts'
import { RateLimiter } from './rate-limiter.ts'

test('no period of the window has more requests than the budget', async () => {
  const windowMs = 200
  const limiter = new RateLimiter({ requests: 3, windowMs })
  const startedMs: number[] = []
  const request = async () => {
    await limiter.acquire()
    startedMs.push(performance.now())
  }
  await Promise.all(Array.from({ length: 8 }, request))
  for (const [i, started] of startedMs.entries()) {
    if (i >= 3) expect(started - startedMs[i - 3]!).toBeGreaterThan(windowMs - 5)
  }
})

test('an aborted wait does not block the request behind it', async () => {
  const limiter = new RateLimiter({ requests: 1, windowMs: 60 })
  await limiter.acquire()
  const controller = new AbortController()
  const aborted = limiter.acquire(controller.signal)
  const next = limiter.acquire()
  controller.abort(new InterruptedError('stopped'))
  await expect(aborted).rejects.toThrow('stopped')
  await next
})

test('without a budget no request waits', async () => {
  const limiter = new RateLimiter(null)
  await Promise.all(Array.from({ length: 1000 }, () => limiter.acquire()))
})
