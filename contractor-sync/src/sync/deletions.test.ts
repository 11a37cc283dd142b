import { describe, expect, test } from '@jest/globals'
import {
  type Absence,
  concludeLookups,
  type DeletionEvidence,
  type DeletionPlan,
  planDeletions,
} from './deletions.ts'

const readAt = new Date('2026-05-10T02:00:00Z')
/** A read some hours ago that missed an entry. */
const missed = (hoursAgo: number, fingerprints?: readonly string[]) => ({
  at: new Date(readAt.getTime() - hoursAgo * 3_600_000),
  fingerprints,
})

/** Everything holds: a complete read by a token that sees everybody, 3 people with 100 entries each. */
const sound: DeletionEvidence = {
  incompleteRead: undefined,
  accessRestriction: undefined,
  people: new Set(['ann', 'bob', 'kim']),
  storedByPerson: new Map([
    ['ann', 100],
    ['bob', 100],
    ['kim', 100],
  ]),
  deleted: [],
  allowed: new Set(),
  confirmation: { by: 'lookup', maxLookups: 1000, isOwnId: () => true },
}
const byReads = (members: object = {}): Pick<DeletionEvidence, 'confirmation'> => ({
  confirmation: {
    by: 'reads',
    isFullRead: true,
    readAt,
    listFingerprints: () => undefined,
    missedBefore: new Map(),
    ...members,
  },
})

/** `count` absences of a person, with ids `ann-1`, `ann-2`, … */
const absences = (userId: string, count: number): Absence[] =>
  Array.from({ length: count }, (_, i) => ({ externalId: `${userId}-${i + 1}`, userId, day: '2026-05-04' }))
const ids = (list: readonly Absence[]) => list.map(({ externalId }) => externalId)
const reasons = ({ withheld }: Pick<DeletionPlan, 'withheld'>) => [
  ...new Set(withheld.map(({ reason }) => reason)),
]
const plan = (list: readonly Absence[], members: Partial<DeletionEvidence> = {}) =>
  planDeletions(list, { ...sound, ...members })

test('an absent entry is looked up, and is deleted only if the lookup says that it is gone', () => {
  const list = absences('ann', 3)
  const { confirmed, toLookUp, withheld } = plan(list)
  expect({ confirmed, toLookUp, withheld }).toEqual({ confirmed: [], toLookUp: list, withheld: [] })
  const lookups = { gone: new Set(['ann-2']), findsListedEntries: true, accessRestriction: undefined }
  expect(concludeLookups(toLookUp, lookups)).toEqual({ confirmed: [list[1]], withheld: [] })
})

test('without absences there is nothing to look up', () => {
  expect(plan([])).toEqual({ confirmed: [], toLookUp: [], withheld: [] })
})

describe('all deletions are withheld, and none is looked up, if', () => {
  test.each<[string, Partial<DeletionEvidence>, string]>([
    ['the read was not complete', { incompleteRead: 'a page is missing' }, 'incomplete-read'],
    ['the token may not see everybody', { accessRestriction: 'not an administrator' }, 'restricted-access'],
    ['the people were removed from the tracker', { people: new Set(['kim']) }, 'removed-person'],
    ['the tracker lists no people', { people: new Set() }, 'removed-person'],
  ])('%s', (_what, members, reason) => {
    const result = plan([...absences('ann', 2), ...absences('bob', 1)], members)
    expect(result).toMatchObject({ confirmed: [], toLookUp: [] })
    expect(result.withheld).toHaveLength(3)
    expect(reasons(result)).toEqual([reason])
  })
})

test('what this run has deleted already counts towards the caps, and is not withheld', () => {
  const [first, more] = [absences('ann', 15), absences('ann', 20).slice(15)]
  expect(ids(plan(first, { deleted: more }).toLookUp)).toEqual(ids(first))
  const above = plan(absences('ann', 21).slice(15), { deleted: first })
  expect({ looksUp: ids(above.toLookUp), reasons: reasons(above) }).toEqual({
    looksUp: [],
    reasons: ['person-cap'],
  })
  expect(ids(above.withheld)).toEqual(['ann-16', 'ann-17', 'ann-18', 'ann-19', 'ann-20', 'ann-21'])
  const people = ['ann', 'bob', 'kim'].flatMap((userId) => absences(userId, 20))
  expect(reasons(plan(absences('bob', 1), { deleted: people }))).toEqual(['person-cap'])
  expect(plan(absences('bob', 1), { deleted: people.slice(0, 20) }).withheld).toEqual([])
})

test('a person who was removed from the tracker costs no deletion of another person', () => {
  const result = plan([...absences('ann', 2), ...absences('bob', 1)], { people: new Set(['bob', 'kim']) })
  expect(ids(result.toLookUp)).toEqual(['bob-1'])
  expect(ids(result.withheld)).toEqual(['ann-1', 'ann-2'])
})

describe('the cap of a person', () => {
  test.each([
    [100, 20, 21],
    [104, 20, 21],
    [10, 2, 3],
    [3, 2, 3],
    [1, 1, undefined],
  ])('of %i entries at most %i are deleted', (stored, most, tooMany) => {
    const storedByPerson = new Map([
      ['ann', stored],
      ['bob', 1000],
    ])
    expect(plan(absences('ann', most), { storedByPerson }).withheld).toEqual([])
    if (tooMany === undefined) return
    const result = plan(absences('ann', tooMany), { storedByPerson })
    expect(result.toLookUp).toEqual([])
    expect(result.withheld).toHaveLength(tooMany)
    expect(reasons(result)).toEqual(['person-cap'])
  })

  test('withholds all entries of that person, and none of another', () => {
    const result = plan([...absences('ann', 21), ...absences('bob', 2)])
    expect(ids(result.toLookUp)).toEqual(['bob-1', 'bob-2'])
    expect(result.withheld).toHaveLength(21)
  })
})

describe('the cap of the window', () => {
  const people = Array.from({ length: 50 }, (_, i) => `person-${i}`)
  const storedByPerson = new Map(people.map((userId) => [userId, 4]))
  const members = { people: new Set(people), storedByPerson }

  test('a fifth of all entries is deleted, and not one more', () => {
    expect(
      plan(
        people.slice(0, 20).flatMap((userId) => absences(userId, 2)),
        members,
      ).toLookUp,
    ).toHaveLength(40)
    const result = plan(
      [...people.slice(0, 20).flatMap((userId) => absences(userId, 2)), ...absences('person-30', 1)],
      members,
    )
    expect(result.toLookUp).toEqual([])
    expect(result.withheld).toHaveLength(41)
    expect(reasons(result)).toEqual(['window-cap'])
  })

  test('an empty tracker deletes nothing', () => {
    const result = plan(
      people.flatMap((userId) => absences(userId, 4)),
      members,
    )
    expect(result).toMatchObject({ confirmed: [], toLookUp: [] })
    expect(result.withheld).toHaveLength(200)
  })

  test('a window of few entries keeps them', () => {
    const result = plan(absences('ann', 1), { storedByPerson: new Map([['ann', 4]]) })
    expect(reasons(result)).toEqual(['window-cap'])
  })
})

describe('lookups', () => {
  const list = absences('ann', 2)
  const gone = new Set(ids(list))

  test('are bounded: what is above the bound is withheld', () => {
    const result = plan(absences('ann', 5), {
      confirmation: { by: 'lookup', maxLookups: 3, isOwnId: () => true },
    })
    expect(ids(result.toLookUp)).toEqual(['ann-1', 'ann-2', 'ann-3'])
    expect(ids(result.withheld)).toEqual(['ann-4', 'ann-5'])
    expect(reasons(result)).toEqual(['lookup-limit'])
  })

  test('prove nothing if they do not find what the list shows', () => {
    const result = concludeLookups(list, { gone, findsListedEntries: false, accessRestriction: undefined })
    expect(result.confirmed).toEqual([])
    expect(reasons(result)).toEqual(['unproven-lookup'])
  })

  test('prove nothing if the token lost its rights meanwhile', () => {
    const result = concludeLookups(list, { gone, findsListedEntries: true, accessRestriction: 'a member' })
    expect(result.confirmed).toEqual([])
    expect(reasons(result)).toEqual(['restricted-access'])
  })
})

describe('without lookup', () => {
  const list = absences('ann', 2)
  const missedBefore = new Map(list.map(({ externalId }) => [externalId, missed(1)]))

  test('two complete reads of all days, an hour apart, confirm a deletion', () => {
    const expected = { confirmed: list, toLookUp: [], withheld: [] }
    expect(plan(list, byReads({ missedBefore }))).toEqual(expected)
    const otherFiles = new Map(list.map(({ externalId }) => [externalId, missed(1, ['a', 'b'])]))
    expect(plan(list, byReads({ missedBefore: otherFiles, listFingerprints: () => ['b', 'c'] }))).toEqual(
      expected,
    )
  })

  test.each<[string, object]>([
    ['it is the first read that misses it', {}],
    [
      'the earlier read was less than an hour ago',
      { missedBefore: new Map(list.map(({ externalId }) => [externalId, missed(0.99)])) },
    ],
    ['this read was not of all days', { missedBefore, isFullRead: false }],
    ['the earlier read missed another entry', { missedBefore: new Map([['ann-9', missed(5)]]) }],
    [
      'the earlier read was of files with the same content',
      {
        missedBefore: new Map(list.map(({ externalId }) => [externalId, missed(9, ['a', 'b'])])),
        listFingerprints: () => ['b'],
      },
    ],
  ])('a deletion is withheld if %s', (_what, members) => {
    const result = plan(list, byReads(members))
    expect(result.confirmed).toEqual([])
    expect(reasons(result)).toEqual(['awaiting-second-read'])
  })

  test('the last entry of a person stays', () => {
    const storedByPerson = new Map([
      ['ann', 2],
      ['bob', 100],
    ])
    const result = plan(list, { ...byReads({ missedBefore }), storedByPerson })
    expect(result.confirmed).toEqual([])
    expect(reasons(result)).toEqual(['last-entry'])
    const lookup = plan(list, { storedByPerson })
    expect(lookup.toLookUp).toEqual(list)
  })
})

describe('what an operator allowed', () => {
  const list = absences('ann', 90)
  const allowed = new Set(ids(list))

  test('passes the caps and a removed person, and still needs the lookup', () => {
    const result = plan(list, { allowed, people: new Set(['kim']) })
    expect(result).toEqual({ confirmed: [], toLookUp: list, withheld: [] })
  })

  test('is exactly the list: one more entry is withheld', () => {
    const result = plan([...list, ...absences('bob', 21)], { allowed })
    expect(result.toLookUp).toEqual(list)
    expect(result.withheld).toHaveLength(21)
  })

  test('does not count for the caps of the others', () => {
    const result = plan([...list, ...absences('bob', 20)], { allowed })
    expect(result.withheld).toEqual([])
  })

  test('passes an incomplete read only where a lookup decides', () => {
    const incompleteRead = 'the total does not match'
    expect(plan(list, { allowed, incompleteRead }).toLookUp).toEqual(list)
    const missedBefore = new Map(list.map(({ externalId }) => [externalId, missed(9)]))
    const result = plan(list, { ...byReads({ missedBefore }), allowed, incompleteRead })
    expect(reasons(result)).toEqual(['incomplete-read'])
  })

  test('is withheld from a token that may not see everybody', () => {
    expect(reasons(plan(list, { allowed, accessRestriction: 'a member' }))).toEqual(['restricted-access'])
  })
})

test('every absence is in exactly one list, whatever the evidence', () => {
  for (let seed = 0; seed < 500; seed++) {
    const bit = (n: number) => ((seed >> n) & 1) === 1
    const list = [...absences('ann', seed % 30), ...absences('bob', seed % 3), ...absences('gone', seed % 2)]
    const result = plan(list, {
      incompleteRead: bit(7) ? 'short' : undefined,
      accessRestriction: bit(8) ? 'member' : undefined,
      allowed: new Set(bit(5) ? ['ann-1', 'bob-1', 'gone-1'] : []),
      ...(bit(6) ? byReads({ missedBefore: new Map([['bob-1', missed(2)]]) }) : {}),
    })
    const all = [...ids(result.confirmed), ...ids(result.toLookUp), ...ids(result.withheld)]
    expect(all.sort()).toEqual(ids(list).sort())
  }
})
