import { expect, test } from '@jest/globals'
import { People, parsePeopleMap } from '../sync/people.ts'
import { readDirectory } from './people-directory.ts'

const kim = { id: '1782959', email: 'Kim@Example.com' }
const patience = { attempt: <T>(work: () => Promise<T>) => work() }

/** The directory of these people, a page each. */
const directoryOf = (
  ...people: { user_id: string; emails?: string[]; tracker_ids?: Record<string, string[]> }[]
) =>
  readDirectory(
    {
      async people(cursor = '0') {
        const page = people.slice(Number(cursor), Number(cursor) + 1)
        const next = `${Number(cursor) + 1}`
        return {
          people: page.map((person) => ({ emails: [], tracker_ids: {}, ...person })),
          next: Number(next) < people.length ? next : undefined,
        }
      },
    },
    'harvest',
    patience,
  )

test.each([
  ['by tracker id', [{ user_id: '007', tracker_ids: { harvest: ['1', '1782959'] } }], '{}', '007'],
  ['by e-mail, in any case', [{ user_id: '007', emails: ['kim@example.com'] }], '{}', '007'],
  [
    'by tracker id before e-mail',
    [
      { user_id: '1', emails: ['kim@example.com'] },
      { user_id: '2', tracker_ids: { harvest: ['1782959'] } },
    ],
    '{}',
    '2',
  ],
  [
    'not by the id of another tracker',
    [{ user_id: '1', tracker_ids: { toggl: ['1782959'] } }],
    '{}',
    'kim@example.com',
  ],
  ['a map file first', [{ user_id: '1', emails: ['kim@example.com'] }], '{"1782959": "2"}', '2'],
  ['else as configured', [], '{}', 'kim@example.com'],
])('somebody is known %s', async (_how, people, map, userId) => {
  const known = new People(parsePeopleMap(map), 'email', 'harvest', await directoryOf(...people))
  expect(known.userIdOf(kim)).toBe(userId)
})

test('the directory makes known whom the rule would reject', async () => {
  const directory = await directoryOf({ user_id: '007', tracker_ids: { harvest: ['7'] } })
  const known = new People(new Map(), 'reject', 'harvest', directory)
  expect(known.userIdOf({ id: '7' })).toBe('007')
  expect(known.userIdOf({ id: '8' })).toBeUndefined()
  // What the tracker calls the person in Timesheets' own words needs no look.
  expect(known.userIdOf({ id: '7', userId: '9' })).toBe('9')
})

test('pages that lead in a circle are no directory', async () => {
  const next: Record<string, string> = { '': 'a', a: 'b', b: 'a' }
  const circle = readDirectory(
    { people: async (cursor = '') => ({ people: [], next: next[cursor] }) },
    'harvest',
    patience,
  )
  await expect(circle).rejects.toThrow('lead in a circle')
})
