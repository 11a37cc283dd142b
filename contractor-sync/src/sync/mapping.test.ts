import { describe, expect, test } from '@jest/globals'
import type { TrackerEntry } from '../trackers/tracker.ts'
import { mapReading } from './mapping.ts'
import { People } from './people.ts'

const people = new People(new Map(), 'email', 'harvest')
const map = (members: Partial<TrackerEntry> = {}) => mapReading({ ...entry, ...members }, 'harvest', people)

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

test('an entry becomes what the API takes, with the identity that makes a repeat safe', () => {
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
  })
})

test('notes go along where there are any, to the letter', () => {
  expect(map({ notes: ' two\nlines ' })).toMatchObject({ item: { notes: ' two\nlines ' } })
  expect(map({ notes: '' })).not.toMatchObject({ item: { notes: expect.anything() } })
  const long = 'x'.repeat(5000)
  expect(map({ notes: long })).toMatchObject({ item: { notes: long } })
})

describe('what has no final hours is skipped', () => {
  test.each([
    ['a running timer', { isRunning: true }, 'running'],
    ['a timer stopped at once', { hours: 0 }, 'empty'],
    ['less than half a second', { hours: 0.0001 }, 'empty'],
    ['the same, negative', { hours: -0.0001 }, 'empty'],
  ] as const)('%s', (_what, members, why) => {
    expect(map(members)).toEqual({ kind: 'skipped', why })
  })
})

test('what only the API can judge goes there', () => {
  expect(map({ hours: 30 })).toMatchObject({ kind: 'item', item: { hours: 30 } })
  expect(map({ hours: -1 })).toMatchObject({ kind: 'item', item: { hours: -1 } })
})

test('somebody unknown is told with all that is known of them', () => {
  expect(map({ person: { id: '7' } })).toEqual({
    kind: 'rejected',
    externalId: '636709355',
    problem: 'unknown-person',
    reason: "nobody here is the tracker's person 7; name them in the directory of people, or in PEOPLE_MAP",
  })
})

test('a record that cannot be read is told, not dropped', () => {
  const unreadable = { kind: 'unreadable', externalId: '9', reason: 'hours: expected number' } as const
  expect(mapReading(unreadable, 'harvest', people)).toMatchObject({
    kind: 'rejected',
    externalId: '9',
    problem: 'unreadable-entry',
  })
})
