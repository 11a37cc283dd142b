import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { beforeEach, expect, test } from '@jest/globals'
import { testEnvironment } from './test-environment.ts'

const env = testEnvironment()
beforeEach(() => env.clearFaults())

const everySecond = { SYNC_SCHEDULE: '* * * * * *', SYNC_ON_START: 'false' }
const finished = '"msg":"sync finished"'

test('syncs by its schedule, one run after the other, and ends with 0 on SIGTERM', async () => {
  const daemon = env.spawn(['daemon', '--full'], everySecond)
  await daemon.waitForOutput(finished, 2)
  daemon.kill('SIGTERM')
  const { code, lines } = await daemon.ended
  expect(code).toBe(0)
  expect(lines[0]).toMatchObject({ msg: expect.stringMatching(/^next sync: \d{4}-/) })
  expect(await env.readStoredTotals()).toEqual(await env.readTrackerTotals())
}, 60_000)

test('a run that takes longer than its slot is followed by one run, not by one per missed slot', async () => {
  await env.injectFaults({ fault: 'slow', delayMs: 4500, path: '/v2/users' })
  const daemon = env.spawn(['daemon'], everySecond)
  await daemon.waitForOutput(finished, 2)
  daemon.kill('SIGTERM')
  const { lines } = await daemon.ended
  const at = (msg: string) => lines.filter((line) => line.msg === msg).map(({ time }) => String(time))
  const [starts, ends] = [at('sync started'), at('sync finished')]
  expect(Number(lines.find(({ msg }) => msg === 'sync finished')?.durationMs)).toBeGreaterThan(4000)
  // Two runs never overlap; one run makes up for all missed slots.
  expect(starts[1]! >= ends[0]!).toBe(true)
  expect(starts.length).toBeLessThanOrEqual(3)
}, 60_000)

test('a slot that passes while the machine sleeps is made up for when it wakes', async () => {
  const second = new Date(Date.now() + 4000).getUTCSeconds()
  const daemon = env.spawn(['daemon'], { SYNC_SCHEDULE: `${second} * * * * *`, SYNC_ON_START: 'false' })
  await daemon.waitForOutput('next sync')
  daemon.kill('SIGSTOP')
  await new Promise((resolve) => setTimeout(resolve, 7000))
  daemon.kill('SIGCONT')
  await daemon.waitForOutput(finished)
  daemon.kill('SIGTERM')
  const { lines } = await daemon.ended
  const due = lines.find(({ next }) => next !== undefined)?.next as string
  const started = lines.find(({ msg }) => msg === 'sync started')?.time as string
  // Otherwise the run would wait for the next slot, a minute later.
  expect(Date.parse(started) - Date.parse(due)).toBeLessThan(50_000)
}, 90_000)

test('continues after a failed run, and logs its exit code', async () => {
  await env.injectFaults({ fault: '401', path: '/v2/users' })
  const daemon = env.spawn(['daemon'], { ...everySecond, SYNC_ON_START: 'true' })
  await daemon.waitForOutput(finished)
  daemon.kill('SIGINT')
  const { code, lines } = await daemon.ended
  expect(code).toBe(0)
  expect(lines).toContainEqual(expect.objectContaining({ msg: 'sync did not finish', exitCode: 2 }))
}, 60_000)

test('goes on with its schedule after a run that reached its time limit', async () => {
  await env.injectFaults({ fault: 'slow', delayMs: 600_000, path: '/v2/users' })
  const daemon = env.spawn(['daemon'], { ...everySecond, SYNC_DEADLINE_SECONDS: '4' })
  await daemon.waitForOutput(finished)
  daemon.kill('SIGTERM')
  const { lines } = await daemon.ended
  const reason = expect.stringContaining('SYNC_DEADLINE_SECONDS')
  const results = lines.filter(({ msg }) => String(msg).startsWith('sync ') && msg !== 'sync started')
  expect(results[0]).toMatchObject({ msg: 'sync did not finish', exitCode: 75, reason })
}, 60_000)

test('SIGTERM during a run ends it after the current batch', async () => {
  await env.injectFaults({ fault: 'slow', delayMs: 20_000, path: '/v2/time_entries' })
  const daemon = env.spawn(['daemon'], { SYNC_SCHEDULE: '0 2 * * *' })
  await daemon.waitForOutput('sync started')
  daemon.kill('SIGTERM')
  const { code, report } = await daemon.ended
  expect(code).toBe(0)
  expect(report).toMatchObject({ exitCode: 75, reason: expect.stringContaining('Interrupted (SIGTERM)') })
}, 60_000)

test('creates the file READY_PATH before the first sync, and not if a setting is invalid', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'daemon-'))
  const READY_PATH = path.join(folder, 'ready')
  await env.spawn(['daemon'], { READY_PATH, SYNC_SCHEDULE: 'never' }).ended
  expect(existsSync(READY_PATH)).toBe(false)
  const daemon = env.spawn(['daemon'], { READY_PATH })
  await daemon.waitForOutput('sync started')
  expect(existsSync(READY_PATH)).toBe(true)
  daemon.kill('SIGTERM')
  await daemon.ended
  rmSync(folder, { recursive: true })
}, 60_000)

test('rejects an invalid schedule before the first sync', async () => {
  const { code, stderr } = await env.spawn(['daemon'], {
    SYNC_SCHEDULE: 'nightly',
    SYNC_TIME_ZONE: 'Mars',
  }).ended
  expect(code).toBe(2)
  expect(stderr).toMatch(
    /2 errors.*SYNC_SCHEDULE: "nightly" is not a cron expression.*SYNC_TIME_ZONE: "Mars"/s,
  )
})
