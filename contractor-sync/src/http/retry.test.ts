import { describe, expect, test } from '@jest/globals'
import { ConfigurationError, InterruptedError, InvalidResponseError, TransientError } from '../errors.ts'
import { RetryBudget } from './retry.ts'

/** An action that fails with these errors, one after the other, then returns `done`. */
function failWith(...errors: Error[]) {
  let calls = 0
  return {
    action: async () => {
      const error = errors[calls++]
      if (error !== undefined) throw error
      return 'done'
    },
    get calls() {
      return calls
    },
  }
}

describe('retries', () => {
  test('a transient error until the action succeeds', async () => {
    const reported: string[] = []
    const budget = new RetryBudget({ budgetMs: 60_000, onRetry: ({ message }) => reported.push(message) })
    expect(await budget.run(failWith(new TransientError('down')).action)).toBe('done')
    expect(reported).toEqual(['down'])
  })

  test('a retryable invalid response three times', async () => {
    const cut = () => new InvalidResponseError('cut', { retryable: true })
    const failing = failWith(...Array.from({ length: 9 }, cut))
    await expect(new RetryBudget({ budgetMs: 60_000 }).run(failing.action)).rejects.toThrow('cut')
    expect(failing.calls).toBe(4)
  })

  test.each([new ConfigurationError('wrong'), new InvalidResponseError('odd'), new TypeError('a bug')])(
    'never a $name that another try does not mend',
    async (error) => {
      const failing = failWith(error)
      await expect(new RetryBudget({ budgetMs: 60_000 }).run(failing.action)).rejects.toBe(error)
      expect(failing.calls).toBe(1)
    },
  )
})

describe('gives up', () => {
  test('at once if Retry-After is longer than the rest of the budget', async () => {
    const quota = failWith(new TransientError('too many', { status: 429, retryAfterMs: 3_600_000 }))
    const running = new RetryBudget({ budgetMs: 60_000 }).run(quota.action)
    await expect(running).rejects.toThrow('too many; gave up after 1 attempt; Retry-After: 3600 s')
    await expect(running).rejects.toMatchObject({ status: 429 })
    expect(quota.calls).toBe(1)
  })

  test('when all requests of the run have used up the budget together', async () => {
    const budget = new RetryBudget({ budgetMs: 1600 })
    await budget.run(failWith(new TransientError('down')).action)
    const failing = failWith(...Array.from({ length: 9 }, () => new TransientError('down')))
    await expect(budget.run(failing.action)).rejects.toThrow(/^down; gave up after (1 attempt|2 attempts)$/)
  })

  test('when the signal aborts', async () => {
    const controller = new AbortController()
    const budget = new RetryBudget({ budgetMs: 60_000, signal: controller.signal })
    const running = budget.run(failWith(new TransientError('down', { retryAfterMs: 30_000 })).action)
    setTimeout(() => controller.abort(new InterruptedError('stopped')), 20)
    await expect(running).rejects.toThrow('stopped')
  })
})

test('returns the result of an action that succeeded although the signal aborted meanwhile', async () => {
  const controller = new AbortController()
  const budget = new RetryBudget({ budgetMs: 60_000, signal: controller.signal })
  const uploaded = budget.run(async () => {
    controller.abort(new InterruptedError('stopped'))
    return 'uploaded'
  })
  expect(await uploaded).toBe('uploaded')
})
