import { describe, expect, test } from '@jest/globals'
import { deriveIdentity, formatIdentity, type IdentifyingContent, parseIdentity } from './identity.ts'
import { pairIdentities } from './pairing.ts'

const content: IdentifyingContent = {
  person: 'kim@example.com',
  day: '2026-09-01',
  start: '09:00:00',
  project: 'Site',
  task: 'Design',
  notes: 'layout',
}
/** Returns the external id of a row that differs from the first one. */
const id = (changed: Partial<IdentifyingContent> = {}, occurrence = 1) =>
  formatIdentity({ ...deriveIdentity({ ...content, ...changed }), occurrence })
const pair = (stored: string[], current: string[], isStored?: (stored: string, current: string) => boolean) =>
  Object.fromEntries(pairIdentities(stored, current, isStored))

describe('a derived identity', () => {
  test.each(['person', 'day', 'start', 'project', 'task', 'notes'] as const)('depends on the %s', (field) => {
    expect(id({ [field]: '10:00:00' })).not.toBe(id())
  })

  test('does not depend on upper and lower case of the person, or on the form of Unicode', () => {
    expect(id({ person: 'KIM@example.com', notes: 'u\u0308' })).toBe(id({ notes: '\u00fc' }))
  })

  test('is a hash: it shows no text of the row', () => {
    expect(id({ project: 'Secret', notes: 'private' })).toMatch(/^row-[0-9a-f]{8}-32400-[0-9a-f]{32}-1$/)
  })

  test('can be parsed, and an id of a tracker cannot', () => {
    expect(formatIdentity(parseIdentity(id({}, 3))!)).toBe(id({}, 3))
    expect(parseIdentity(id({ start: undefined }))).toMatchObject({ startSeconds: undefined })
    for (const other of ['636709355', '', `${id()}x`, id().slice(1)])
      expect(parseIdentity(other)).toBeUndefined()
  })
})

describe('pairs of rows that went and rows that came', () => {
  const typo = id({ notes: 'laoyut' })
  test('a fixed typo keeps its identity', () => {
    expect(pair([typo], [id()])).toEqual({ [id()]: typo })
  })

  test('rows that stayed have no pair', () => {
    expect(pair([id(), typo], [id(), typo])).toEqual({})
    expect(pair([id()], [id(), typo])).toEqual({})
    expect(pair([id(), typo], [id()])).toEqual({})
  })

  test('of the same project come first, although another one started nearer', () => {
    const [went, other] = [id({ notes: 'a', start: '08:00:00' }), id({ notes: 'b', project: 'Shop' })]
    expect(pair([other, went], [id()])).toEqual({ [id()]: went })
  })

  test('with the nearest start come next', () => {
    const [early, late] = [id({ notes: 'a', start: '08:00:00' }), id({ notes: 'b', start: '14:00:00' })]
    const [newEarly, newLate] = [id({ start: '08:30:00' }), id({ start: '13:00:00' })]
    expect(pair([late, early], [newLate, newEarly])).toEqual({ [newEarly]: early, [newLate]: late })
  })

  test('do not depend on the order in which ids are given', () => {
    const stored = ['a', 'b', 'c'].map((notes) => id({ notes, start: undefined }))
    const current = ['d', 'e'].map((notes) => id({ notes, start: undefined }))
    expect(pair(stored, current)).toEqual(pair(stored.toReversed(), current.toReversed()))
    expect(Object.keys(pair(stored, current))).toHaveLength(2)
  })

  test('are stable: the next run pairs the same rows, although another row came', () => {
    const stored = ['a', 'b'].map((notes) => id({ notes, start: undefined }))
    const current = ['c', 'd', 'e', 'f'].map((notes) => id({ notes, start: undefined }))
    const before = pairIdentities(stored, current.slice(0, 2))
    const isStored = (old: string, now: string) => before.get(now) === old
    const after = pairIdentities(stored, current, isStored)
    expect(Object.fromEntries(after)).toEqual(Object.fromEntries(before))
  })

  test('ids that were not derived have none', () => {
    expect(pair(['636709355'], [id()])).toEqual({})
  })
})
