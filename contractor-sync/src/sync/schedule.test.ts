import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { runOnSchedule } from './schedule.ts'

beforeEach(() => void jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'performance'] }))
afterEach(() => void jest.useRealTimers())

const stepMs = 10 * 60_000

/** Runs a schedule from one instant to another; returns when its jobs ran, and the next run that it announced first. */
async function runJobs(expression: string, timeZone: string, from: string, to: string) {
  jest.setSystemTime(new Date(from))
  const runs: string[] = []
  const announced: (string | undefined)[] = []
  const stop = new AbortController()
  const ended = runOnSchedule(async () => void runs.push(formatTime(Date.now(), timeZone)), {
    expression,
    timeZone,
    onStart: false,
    signal: stop.signal,
    onWait: (next) => announced.push(next === null ? undefined : formatTime(next.getTime(), timeZone)),
  })
  while (Date.now() < Date.parse(to)) await jest.advanceTimersByTimeAsync(stepMs)
  stop.abort()
  await ended
  // Each run was announced as the next one.
  expect(announced.slice(0, runs.length)).toEqual(runs)
  return runs
}

/** "29 02:30 +2": day, time of the wall clock, and offset in hours. */
function formatTime(ms: number, timeZone: string): string {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'shortOffset',
  })
  const parts = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, value]))
  return `${parts.day} ${parts.hour}:${parts.minute} ${parts.timeZoneName!.replace(/^(GMT|UTC)/, '') || '+0'}`
}

const berlin = 'Europe/Berlin'
const spring = ['2026-03-28T12:00Z', '2026-03-30T12:00Z'] as const
const autumn = ['2026-10-24T12:00Z', '2026-10-26T12:00Z'] as const

test.each([
  ['30 2 * * *', ['29 03:30 +2', '30 02:30 +2']],
  ['0 2 * * *', ['29 03:00 +2', '30 02:00 +2']],
  ['30 2,3 * * *', ['29 03:30 +2', '30 02:30 +2', '30 03:30 +2']],
  ['30 2 29 3 *', ['29 03:30 +2']],
  ['0 4 * * *', ['29 04:00 +2', '30 04:00 +2']],
])('on the night without the hour from 2 to 3, %s runs at %j', async (expression, expected) => {
  expect(await runJobs(expression, berlin, ...spring)).toEqual(expected)
})

test.each([
  ['30 2 * * *', ['25 02:30 +2', '26 02:30 +1']],
  ['0 2 * * *', ['25 02:00 +2', '26 02:00 +1']],
  ['0 1,3 25 * *', ['25 01:00 +2', '25 03:00 +1']],
  ['0,30 2-3 25 10 *', ['25 02:00 +2', '25 02:30 +2', '25 03:00 +1', '25 03:30 +1']],
])('on the night with two hours from 2 to 3, %s runs at %j', async (expression, expected) => {
  expect(await runJobs(expression, berlin, ...autumn)).toEqual(expected)
})

test('a schedule of every hour runs at equal intervals, whatever the clocks do', async () => {
  expect(await runJobs('*/30 * * * *', berlin, '2026-10-24T23:10Z', '2026-10-25T02:10Z')).toEqual([
    '25 01:30 +2',
    '25 02:00 +2',
    '25 02:30 +2',
    '25 02:00 +1',
    '25 02:30 +1',
    '25 03:00 +1',
  ])
  expect(await runJobs('*/30 * * * *', berlin, '2026-03-29T00:10Z', '2026-03-29T02:10Z')).toEqual([
    '29 01:30 +1',
    '29 03:00 +2',
    '29 03:30 +2',
    '29 04:00 +2',
  ])
})

test('a daemon that starts between the two hours does not run the second one of a slot that passed', async () => {
  expect(await runJobs('15 2 * * *', berlin, '2026-10-25T00:40Z', '2026-10-26T12:00Z')).toEqual([
    '26 02:15 +1',
  ])
})

test.each([
  ['America/New_York', '2026-03-08T00:00Z', '2026-03-09T12:00Z', ['08 03:30 -4', '09 02:30 -4']],
  ['America/New_York', '2026-11-01T00:00Z', '2026-11-02T12:00Z', ['01 02:30 -5', '02 02:30 -5']],
  // Clocks change by half an hour.
  ['Australia/Lord_Howe', '2026-10-03T12:00Z', '2026-10-04T12:00Z', ['04 02:30 +11']],
  ['Asia/Kolkata', '2026-03-28T12:00Z', '2026-03-29T12:00Z', ['29 02:30 +5:30']],
  ['UTC', '2026-03-28T12:00Z', '2026-03-29T12:00Z', ['29 02:30 +0']],
])('%s from %s', async (timeZone, from, to, expected) => {
  expect(await runJobs('30 2 * * *', timeZone, from, to)).toEqual(expected)
})
