import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import { entries, useAgreement } from './agreement-fixture.ts'

const leaseMs = 2000
const { env, expectEqualSides } = useAgreement({ SYNC_RUN_LEASE_MS: String(leaseMs) })

describe('two runs of one source', () => {
  test('the second one ends with 75, and says why', async () => {
    await env.injectFaults({ fault: 'slow', delayMs: 3000, path: entries })
    const first = env.spawn(['run', '--full'])
    await first.waitForOutput('sync started')
    await sleep(500)
    const second = await env.run()
    expect(second.code).toBe(75)
    expect(second.report.reason).toMatch(/run/)
    expect((await first.ended).code).toBe(0)
    await expectEqualSides()
  }, 60_000)

  test('one that is paused past its lease writes nothing more', async () => {
    await env.injectFaults({ fault: 'slow', delayMs: 2000, path: entries, after: 1 })
    const paused = env.spawn(['run', '--full'])
    await paused.waitForOutput('sync started')
    await sleep(1000)
    paused.kill('SIGSTOP')
    await sleep(2 * leaseMs)
    await env.clearFaults()
    const next = await env.run()
    expect(next.code).toBe(0)
    const before = await env.sql('select id, version from timesheets order by id')
    await env.local('tracker', 'PATCH', 'time_entries/636709355', { hours: 4 })
    paused.kill('SIGCONT')
    const ended = await paused.ended
    expect(ended.code).toBe(75)
    expect(await env.sql('select id, version from timesheets order by id')).toEqual(before)
    await env.run()
    await expectEqualSides()
  }, 60_000)
})
