import { expect, test } from '@jest/globals'
import { Interrupted } from '../errors.ts'
import { Pace } from './rate-limiter.ts'

test('in no stretch of the window are more requests than the budget has', async () => {
  const windowMs = 200
  const pace = new Pace({ requests: 3, windowMs })
  const startedMs: number[] = []
  const ask = async () => {
    await pace.next()
    startedMs.push(performance.now())
  }
  await Promise.all(Array.from({ length: 8 }, ask))
  for (const [i, started] of startedMs.entries()) {
    if (i >= 3) expect(started - startedMs[i - 3]!).toBeGreaterThan(windowMs - 5)
  }
})

test('a request that is given up while it waits lets the next one go first', async () => {
  const pace = new Pace({ requests: 1, windowMs: 60 })
  await pace.next()
  const controller = new AbortController()
  const given = pace.next(controller.signal)
  const next = pace.next()
  controller.abort(new Interrupted('told to end'))
  await expect(given).rejects.toThrow('told to end')
  await next
})

test('without a budget nobody waits', async () => {
  const pace = new Pace(null)
  await Promise.all(Array.from({ length: 1000 }, () => pace.next()))
})
