import { expect, test } from '@jest/globals'
import { createLogger } from '@timesheets/runtime/logger'
import { ExpiryJob } from './expiry-job.ts'

const logger = createLogger('test', 'silent')

/** Runs the job until it has called `deleteExpired` this often. */
async function runUntil(calls: number, deleteExpired: (call: number) => Promise<boolean>): Promise<void> {
  let count = 0
  const reached = Promise.withResolvers<void>()
  const job = new ExpiryJob(
    {
      name: 'rows',
      intervalMs: 1,
      deleteExpired: () => {
        count++
        if (count >= calls) reached.resolve()
        return deleteExpired(count)
      },
    },
    logger,
  )
  await reached.promise
  await job.stop()
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
  const deleteExpired = async () => {
    calls++
    return false
  }
  await new ExpiryJob({ name: 'rows', intervalMs: 60_000, deleteExpired }, logger).stop()
  expect(calls).toBe(0)
})
