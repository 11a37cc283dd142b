import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { beforeEach, expect, test } from '@jest/globals'
import { surroundings } from './test-environment.ts'

const around = surroundings()
beforeEach(() => around.disarm())

const everySecond = { SYNC_SCHEDULE: '* * * * * *', SYNC_ON_START: 'false' }
const finished = '"msg":"sync finished"'

test('syncs by its schedule, one run after the other, and ends with 0 when it is told to', async () => {
  const daemon = around.spawn(['daemon', '--full'], everySecond)
  await daemon.hasSaid(finished, 2)
  daemon.kill('SIGTERM')
  const { code, lines } = await daemon.ended
  expect(code).toBe(0)
  expect(lines[0]).toMatchObject({ msg: expect.stringMatching(/^next sync: \d{4}-/) })
  expect(await around.stored()).toEqual(await around.tracked())
}, 60_000)

test('a run that takes longer than its slot is followed by one, not by all that were missed', async () => {
  await around.arm({ fault: 'slow', delayMs: 4500, path: '/v2/users' })
  const daemon = around.spawn(['daemon'], everySecond)
  await daemon.hasSaid(finished, 2)
  daemon.kill('SIGTERM')
  const { lines } = await daemon.ended
  const at = (msg: string) => lines.filter((line) => line.msg === msg).map(({ time }) => String(time))
  const [starts, ends] = [at('sync started'), at('sync finished')]
  expect(Number(lines.find(({ msg }) => msg === 'sync finished')?.durationMs)).toBeGreaterThan(4000)
  // Never two at once; the slot that was missed is made up for at once, the others are not.
  expect(starts[1]! >= ends[0]!).toBe(true)
  expect(starts.length).toBeLessThanOrEqual(3)
}, 60_000)

test('a slot that passes while the machine sleeps is made up for when it wakes', async () => {
  const second = new Date(Date.now() + 4000).getUTCSeconds()
  const daemon = around.spawn(['daemon'], { SYNC_SCHEDULE: `${second} * * * * *`, SYNC_ON_START: 'false' })
  await daemon.hasSaid('next sync')
  daemon.kill('SIGSTOP')
  await new Promise((resolve) => setTimeout(resolve, 7000))
  daemon.kill('SIGCONT')
  await daemon.hasSaid(finished)
  daemon.kill('SIGTERM')
  const { lines } = await daemon.ended
  const due = lines.find(({ next }) => next !== undefined)?.next as string
  const started = lines.find(({ msg }) => msg === 'sync started')?.time as string
  // Without it, the next slot would be a minute later.
  expect(Date.parse(started) - Date.parse(due)).toBeLessThan(50_000)
}, 90_000)

test('goes on after a run that failed, and says with which code', async () => {
  await around.arm({ fault: '401', path: '/v2/users' })
  const daemon = around.spawn(['daemon'], { ...everySecond, SYNC_ON_START: 'true' })
  await daemon.hasSaid(finished)
  daemon.kill('SIGINT')
  const { code, lines } = await daemon.ended
  expect(code).toBe(0)
  expect(lines).toContainEqual(expect.objectContaining({ msg: 'sync did not finish', exitCode: 2 }))
}, 60_000)

test('ends within a run, at its next batch', async () => {
  await around.arm({ fault: 'slow', delayMs: 20_000, path: '/v2/time_entries' })
  const daemon = around.spawn(['daemon'], { SYNC_SCHEDULE: '0 2 * * *' })
  await daemon.hasSaid('sync started')
  daemon.kill('SIGTERM')
  const { code, report } = await daemon.ended
  expect(code).toBe(0)
  expect(report).toMatchObject({ exitCode: 75, reason: expect.stringContaining('Told to end (SIGTERM)') })
}, 60_000)

test('makes the file of READY_PATH before its first sync, and not where a setting is wrong', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'daemon-'))
  const READY_PATH = path.join(folder, 'ready')
  await around.spawn(['daemon'], { READY_PATH, SYNC_SCHEDULE: 'never' }).ended
  expect(existsSync(READY_PATH)).toBe(false)
  const daemon = around.spawn(['daemon'], { READY_PATH })
  await daemon.hasSaid('sync started')
  expect(existsSync(READY_PATH)).toBe(true)
  daemon.kill('SIGTERM')
  await daemon.ended
  rmSync(folder, { recursive: true })
}, 60_000)

test('a schedule that is none is told before anything runs', async () => {
  const { code, stderr } = await around.spawn(['daemon'], {
    SYNC_SCHEDULE: 'nightly',
    SYNC_TIME_ZONE: 'Mars',
  }).ended
  expect(code).toBe(2)
  expect(stderr).toMatch(
    /2 errors.*SYNC_SCHEDULE: "nightly" is not a cron expression.*SYNC_TIME_ZONE: "Mars"/s,
  )
})
