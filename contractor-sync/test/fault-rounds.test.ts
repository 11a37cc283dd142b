import { expect, test } from '@jest/globals'
import { createRandom } from './seeded-random.ts'
import { testEnvironment } from './test-environment.ts'

/** FAULT_ROUNDS sets more rounds; the same FAULT_SEED repeats the same rounds. */
const rounds = Number(process.env.FAULT_ROUNDS ?? 4)
const seed = Number(process.env.FAULT_SEED ?? 20261122)
/** Roughly the duration of a run, so that a kill falls anywhere in it. */
const runMs = 800

// Each round with a kill waits for the end of a lease.
const env = testEnvironment({ SYNC_RUN_LEASE_MS: '3000' })

const faults = [
  { fault: '401' },
  { fault: '429', retryAfterSeconds: 1 },
  { fault: '429', retryAfterSeconds: 600 },
  { fault: '500', times: 2 },
  { fault: '503', retryAfterSeconds: 0 },
  { fault: 'reset' },
  { fault: 'reset-midway' },
  { fault: 'truncated', times: 2 },
  { fault: 'not-json' },
  { fault: 'slow', delayMs: 1500 },
  { fault: 'empty' },
  { fault: 'no-rows' },
  { fault: 'page-repeated' },
  { fault: 'shifted', by: 'insert' },
  { fault: 'missing-field', field: 'hours', row: 2, times: 9 },
  { fault: 'changed-type', field: 'spent_date', value: 7, row: 1, times: 9 },
] as const
const paths = ['/v2/users', '/v2/time_entries', '*']

test(
  `after random faults, and kill -9 at a random moment, the next run stores every entry exactly once (${rounds} rounds, seed ${seed})`,
  async () => {
    const random = createRandom(seed)
    const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!
    const codes: Record<string, number> = {}
    for (let round = 0; round < rounds; round++) {
      if (random() < 0.3) await env.deleteEntries()
      await env.local('tracker', 'POST', 'time_entries', {
        spent_date: '2026-01-05',
        hours: 1 + round / 100,
      })
      const mix = Array.from({ length: 1 + Math.floor(random() * 4) }, () => ({
        path: pick(paths),
        after: Math.floor(random() * 3),
        ...pick(faults),
      }))
      await env.injectFaults(...mix)
      const sync = env.spawn(['run', '--full'], {
        RETRY_DEADLINE_SECONDS: '4',
        REQUEST_TIMEOUT_SECONDS: '1',
      })
      if (random() < 0.3) setTimeout(() => sync.kill('SIGKILL'), random() * runMs)
      const { code, stderr, report } = await sync.ended
      // A bug would show its stack on standard error.
      expect({ round, mix, stderr }).toEqual({ round, mix, stderr: '' })
      expect([0, 1, 2, 3, 75, null]).toContain(code)
      expect(String(report.reason)).not.toMatch(/\n +at /)
      codes[String(code)] = (codes[String(code)] ?? 0) + 1
      await env.expectRecovery()
    }
    if (rounds > 10) console.log(`exit codes: ${JSON.stringify(codes)}`)
  },
  60_000 + rounds * 30_000,
)
