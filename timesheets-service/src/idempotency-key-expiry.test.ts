import { expect, test } from '@jest/globals'
import { createLogger } from '@timesheets/runtime/logger'
import { IdempotencyKeyExpiry } from './idempotency-key-expiry.ts'

const logger = createLogger('test', 'silent')

/** Runs the job until it has called `deleteExpired` this often. */
async function runUntil(calls: number, deleteExpired: (call: number) => Promise<boolean>): Promise<void> {
  let count = 0
  let expiry: IdempotencyKeyExpiry | undefined
  await new Promise<void>((resolve) => {
    const store = {
      deleteExpired: () => {
        count++
        if (count >= calls) resolve()
        return deleteExpired(count)
      },
    }
    expiry = new IdempotencyKeyExpiry(store, 1, logger)
  })
  await expiry!.stop()
}

test('runs again after the database has failed', async () => {
  await runUntil(3, async (call) => {
    if (call < 3) throw new Error('the database is down')
    return false
  })
})

test('deletes batch after batch while there are more, and stops in between', async () => {
  await runUntil(150, async () => true)
})

test('stops without a run', async () => {
  let calls = 0
  const store = {
    deleteExpired: async () => {
      calls++
      return false
    },
  }
  await new IdempotencyKeyExpiry(store, 60_000, logger).stop()
  expect(calls).toBe(0)
})
