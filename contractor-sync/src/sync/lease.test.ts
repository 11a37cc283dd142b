import { expect, test } from '@jest/globals'
import { ConfigurationError, SyncRunConflictError, TransientError } from '../errors.ts'
import { Lease } from './lease.ts'

const body = {
  source: 'harvest',
  account: '1',
  from: '2026-03-01',
  to: '2026-05-01',
  mode: 'incremental' as const,
}
const active = () => new SyncRunConflictError('Another sync run of "harvest" is in progress')
const lost = () => new TransientError('The connection was closed')

/** Takes a lease from an API that fails a few times, in this order. */
async function take(failures: readonly Error[]) {
  let attempts = 0
  const api = {
    startRun: async () => {
      const failure = failures[attempts++]
      if (failure !== undefined) throw failure
      return { id: 7, bookmark: null, lease_expires_at: '2026-05-01T00:01:00Z', leaseMs: 60_000 }
    },
    patchRun: async () => {},
  }
  const retryBudget = {
    async run<T>(action: () => Promise<T>): Promise<T> {
      try {
        return await action()
      } catch (error) {
        if (error instanceof TransientError) return await this.run(action)
        throw error
      }
    },
  }
  const lease = await Lease.take(api, retryBudget, body)
  await lease.end({ status: 'failed' })
  return { runId: lease.runId, attempts }
}

test('another run in progress is reported at once', async () => {
  await expect(take([active()])).rejects.toThrow(SyncRunConflictError)
})

test('a run that an attempt without a response may have started is waited for', async () => {
  expect(await take([lost(), active(), active()])).toEqual({ runId: 7, attempts: 4 })
})

test('a wrong setting is reported at once, also after an outage', async () => {
  await expect(take([lost(), new ConfigurationError('another account')])).rejects.toThrow(ConfigurationError)
})
