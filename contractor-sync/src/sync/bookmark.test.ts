import { expect, test } from '@jest/globals'
import { findChangesStart, formatBookmark, isFullRunDue, parseBookmark } from './bookmark.ts'

const changedSince = '2026-05-04T07:55:00.000Z'
/** The tracker's clock said 08:00 when ours said 10:00. */
const bookmark = { changedSince, ownClock: '2026-05-04T10:00:00.000Z' }
const findStart = (trackerTime: string, ownTime: string) =>
  findChangesStart(bookmark, {
    trackerClock: new Date(`2026-05-05T${trackerTime}:00Z`),
    now: new Date(`2026-05-05T${ownTime}:00Z`),
  })

test('changes are read since the bookmark, although the clock of the tracker is two hours behind', () => {
  expect(findStart('08:00', '10:00')).toBe(changedSince)
})

test.each([
  ['the clock of the tracker was put forward', '10:00', '10:00'],
  ['the clock of the tracker was put back', '06:00', '10:00'],
  ['our clock was corrected', '08:00', '08:00'],
])('%s by two hours: two hours more are read', (_what, trackerTime, ownTime) => {
  expect(findStart(trackerTime, ownTime)).toBe('2026-05-04T05:55:00.000Z')
})

test('a bookmark of an earlier version, and a tracker that does not say its time, change nothing', () => {
  const now = new Date('2026-05-05T10:00:00Z')
  expect(findChangesStart({ changedSince }, { trackerClock: now, now })).toBe(changedSince)
  expect(findChangesStart(bookmark, { trackerClock: undefined, now })).toBe(changedSince)
  expect(findChangesStart({}, { trackerClock: now, now })).toBeUndefined()
})

test('a bookmark is read as it was written, and any other text starts over', () => {
  const written = {
    ...bookmark,
    fullAt: '2026-05-01T00:00:00.000Z',
    people: 'a-hash',
    names: 'abcdefghijklmnop',
  }
  expect(parseBookmark(formatBookmark(written))).toEqual(written)
  for (const text of [null, '', 'no JSON', '[]']) expect(parseBookmark(text)).toEqual({})
})

test('a daily run that starts some seconds early, or on a day of 23 hours, reads all days in time', () => {
  const fullAt = '2026-03-28T01:00:05.200Z'
  const isDue = (at: string, days: number) => isFullRunDue({ fullAt }, days, new Date(at))
  expect(isDue('2026-03-29T01:00:04.900Z', 1)).toBe(true)
  expect(isDue('2026-03-29T00:00:05.300Z', 1)).toBe(true)
  expect(isDue('2026-03-28T20:00:00.000Z', 1)).toBe(false)
  expect(isDue('2026-04-03T01:00:05.000Z', 7)).toBe(false)
  expect(isDue('2026-04-04T01:00:05.000Z', 7)).toBe(true)
})
