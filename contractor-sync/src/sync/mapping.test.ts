import { describe, expect, test } from '@jest/globals'
import type { TrackerEntry } from '../trackers/tracker.ts'
import { mapRecord } from './mapping.ts'
import { People } from './people.ts'

const people = new People(new Map(), 'email', 'harvest')
const map = (members: Partial<TrackerEntry> = {}) => mapRecord({ ...entry, ...members }, 'harvest', people)

/** The example of Harvest's documents. */
const entry: TrackerEntry = {
  kind: 'entry',
  externalId: '636709355',
  person: { id: '1782959', email: 'kim@example.com' },
  date: '2017-03-02',
  project: 'Marketing Website',
  hours: 2.11,
  notes: null,
  isRunning: false,
}

test('maps an entry to the API, with its identity', () => {
  expect(map()).toEqual({
    kind: 'item',
    item: {
      user_id: 'kim@example.com',
      date: '2017-03-02',
      project: 'Marketing Website',
      hours: 2.11,
      source: 'harvest',
      external_id: '636709355',
    },
    details: { person: 'kim@example.com', day: '2017-03-02', project: 'Marketing Website', hours: 2.11 },
  })
})

test('passes notes on unchanged if they can be stored, and omits empty ones', () => {
  expect(map({ notes: ' two\nlines ' })).toMatchObject({ item: { notes: ' two\nlines ' } })
  expect(map({ notes: '' })).not.toMatchObject({ item: { notes: expect.anything() } })
  expect(map({ notes: 'x'.repeat(2000) })).toMatchObject({ item: { notes: 'x'.repeat(2000) } })
})

test('shortens notes that are too long, repairs broken ones, and says so: notes never cost hours', () => {
  expect(map({ notes: 'x'.repeat(5000) })).toMatchObject({
    item: { notes: `${'x'.repeat(1999)}…`, hours: expect.any(Number) },
    details: { notes: 'shortened' },
  })
  const [half, nul] = ['half \ud83d', 'a\0b']
  expect(map({ notes: half })).toMatchObject({
    item: { notes: 'half \ufffd' },
    details: { notes: 'repaired' },
  })
  expect(map({ notes: nul })).toMatchObject({ item: { notes: 'a\ufffdb' }, details: { notes: 'repaired' } })
})

test('skips a running timer, also one without hours yet', () => {
  expect(map({ isRunning: true })).toMatchObject({
    kind: 'skipped',
    why: 'running',
    externalId: '636709355',
    details: { day: '2017-03-02', project: 'Marketing Website' },
  })
  expect(map({ isRunning: true, hours: 0 })).toMatchObject({
    kind: 'skipped',
    why: 'running',
    externalId: '636709355',
  })
})

describe('maps an entry without a whole second to a tombstone', () => {
  const tombstone = {
    user_id: 'kim@example.com',
    source: 'harvest',
    external_id: '636709355',
    deleted: true,
  }
  test.each([
    ['zero hours', { hours: 0 }, tombstone],
    ['less than half a second', { hours: 0.0001 }, tombstone],
    ['less than half a second, negative', { hours: -0.0001 }, tombstone],
    ['a person who is not known', { hours: 0, person: { id: '7' } }, { ...tombstone, user_id: 'harvest' }],
  ] as const)('%s', (_what, members, item) => {
    expect(map(members)).toMatchObject({ kind: 'item', item })
  })
})

test('leaves the limits of hours to the API', () => {
  expect(map({ hours: 30 })).toMatchObject({ kind: 'item', item: { hours: 30 } })
  expect(map({ hours: -1 })).toMatchObject({ kind: 'item', item: { hours: -1 } })
})

test('rejects an unknown person, with what is known of the person', () => {
  expect(map({ person: { id: '7' } })).toEqual({
    kind: 'rejected',
    externalId: '636709355',
    problem: 'unknown-person',
    reason:
      'no user_id is known for person 7 of the tracker; add it to the directory of people, or to PEOPLE_MAP',
    details: {
      person: 'person 7 of the tracker',
      day: '2017-03-02',
      project: 'Marketing Website',
      hours: 2.11,
    },
  })
  expect(map({ person: {} })).toMatchObject({ reason: 'the row names no person' })
})

test('rejects an unreadable record, and does not drop it', () => {
  const unreadable = { kind: 'unreadable', externalId: '9', reason: 'hours: expected number' } as const
  expect(mapRecord(unreadable, 'harvest', people)).toMatchObject({
    kind: 'rejected',
    externalId: '9',
    problem: 'unreadable-entry',
  })
})

test('skips a record that was already read', () => {
  expect(mapRecord({ kind: 'repeated', externalId: '9' }, 'harvest', people)).toEqual({
    kind: 'skipped',
    why: 'repeated',
    externalId: '9',
  })
})
