import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { checkBothSides, readLatestVersions } from './both-sides.ts'
import { type SyncProcess, testEnvironment } from './test-environment.ts'

// Longer than the gateway takes to read the issuer's keys again.
const leaseMs = 6000
const env = testEnvironment({ SYNC_RUN_LEASE_MS: String(leaseMs) })
const granted = ['batch:upload']
const pages = '/v2/time_entries'

const changeClient = (change: { grant?: readonly string[]; tokenSeconds?: number }) =>
  env.local('issuer', 'PATCH', 'clients/contractor-sync', change)

beforeEach(() => env.deleteEntries())
afterEach(async () => {
  await env.clearFaults()
  await changeClient({ grant: granted, tokenSeconds: 86_400 })
})

/** Revokes all tokens: the issuer gives up the key that signed them, and the gateway reads its keys again. */
async function revokeTokens(): Promise<void> {
  // The gateway knows the next key already: only one that it does not know makes it read the keys again.
  for (let i = 0; i < 2; i++) await env.local('issuer', 'POST', 'keys/rotate')
  await env.local('issuer', 'POST', 'keys/revoke')
  const { access_token: token } = await env.local<{ access_token: string }>('issuer', 'POST', 'tokens', {})
  await fetch(`${env.settings.API_URL}/timesheets`, { headers: { authorization: `Bearer ${token}` } })
}

/** Starts a full run that waits for its tracker, so that something can happen to its token meanwhile. */
async function startSlowRun(delayMs: number): Promise<SyncProcess> {
  await env.injectFaults({ fault: 'slow', delayMs, path: pages, after: 1, times: 2 })
  const sync = env.spawn(['run', '--full'])
  await sync.waitForOutput('sync started')
  return sync
}

async function countTombstones(): Promise<number> {
  return [...(await readLatestVersions(env)).values()].filter((version) => version === 'tombstone').length
}

/** Deletes an entry in the tracker: it is the only one that may be deleted here. */
async function deleteOne(): Promise<string> {
  const tracked = await env.readTracked()
  const { id } = tracked.find(({ hours, is_running: isRunning }) => hours > 0 && !isRunning)!
  await env.local('tracker', 'DELETE', `time_entries/${id}`)
  return String(id)
}

async function expectNextRunEqual(): Promise<void> {
  await env.clearFaults()
  const { code, report } = await env.run()
  expect({ code, reason: report.reason }).toEqual({ code: 0, reason: undefined })
  expect(report.proof).toMatchObject({ outcome: 'equal' })
  expect(await checkBothSides(env, { withheld: [], from: '0000', to: '9999' })).toEqual({
    differing: [],
    falseTombstones: [],
  })
}

test('tokens that expire while a run goes on are renewed, and the run ends as usual', async () => {
  // The gateway accepts a token for five seconds more, so the run takes longer than both.
  await changeClient({ tokenSeconds: 2 })
  const sync = await startSlowRun(4500)
  const { code, report } = await sync.ended
  expect(code).toBe(0)
  expect(report.proof).toMatchObject({ outcome: 'equal' })
  await expectNextRunEqual()
}, 60_000)

test('a token that is revoked while a run goes on is replaced, and the run ends as usual', async () => {
  await env.run()
  const gone = await deleteOne()
  await env.local('tracker', 'PATCH', 'time_entries/636709355', { hours: 3.75 })
  const sync = await startSlowRun(2500)
  await revokeTokens()
  const { code, report } = await sync.ended
  expect({ code, ...report, reason: report.reason }).toMatchObject({
    code: 0,
    reason: undefined,
    updated: 1,
    deleted: 1,
    withheld: 0,
  })
  expect((await readLatestVersions(env)).get(gone)).toBe('tombstone')
  await expectNextRunEqual()
}, 60_000)

test('a client that loses the scope while a run goes on ends it with 2, and nothing is deleted', async () => {
  await env.run()
  await deleteOne()
  const sync = await startSlowRun(2500)
  await changeClient({ grant: [] })
  await revokeTokens()
  const { code, report } = await sync.ended
  expect(code).toBe(2)
  expect(report).toMatchObject({
    msg: 'sync did not finish',
    exitCode: 2,
    reason: expect.stringMatching(/grant it the scope batch:upload/),
  })
  expect(report.proof).toMatchObject({ outcome: 'not-provable' })
  expect(await countTombstones()).toBe(0)
  await changeClient({ grant: granted })
  await revokeTokens()
  // The run could not give its lease back.
  await sleep(leaseMs)
  await expectNextRunEqual()
  expect(await countTombstones()).toBe(1)
}, 60_000)
