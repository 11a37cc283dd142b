import { expect, test } from '@jest/globals'
import { People, parsePeopleMap } from '../sync/people.ts'
import { readDirectory } from './people-directory.ts'

const kim = { id: '1782959', email: 'Kim@Example.com' }
const retryBudget = { run: <T>(work: () => Promise<T>) => work() }

/** Reads a directory with one page per person. */
const createDirectory = (
  ...people: { user_id: string; emails?: string[]; tracker_ids?: Record<string, string[]> }[]
) =>
  readDirectory(
    {
      async listPeople(cursor = '0') {
        const page = people.slice(Number(cursor), Number(cursor) + 1)
        const next = `${Number(cursor) + 1}`
        return {
          people: page.map((person) => ({ emails: [], tracker_ids: {}, ...person })),
          next: Number(next) < people.length ? next : undefined,
        }
      },
    },
    'harvest',
    retryBudget,
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
  [
    'by PEOPLE_MAP before the directory',
    [{ user_id: '1', emails: ['kim@example.com'] }],
    '{"1782959": "2"}',
    '2',
  ],
  ['else by UNKNOWN_PERSON', [], '{}', 'kim@example.com'],
])('a person is found %s', async (_how, people, map, userId) => {
  const known = new People(parsePeopleMap(map), 'email', 'harvest', await createDirectory(...people))
  expect(known.resolveUserId(kim)).toBe(userId)
})

test('the directory comes before UNKNOWN_PERSON=reject, and the user_id of a record before both', async () => {
  const directory = await createDirectory({ user_id: '007', tracker_ids: { harvest: ['7'] } })
  const known = new People(new Map(), 'reject', 'harvest', directory)
  expect(known.resolveUserId({ id: '7' })).toBe('007')
  expect(known.resolveUserId({ id: '8' })).toBeUndefined()
  expect(known.resolveUserId({ id: '7', userId: '9' })).toBe('9')
})

test('pages that form a loop are an error', async () => {
  const next: Record<string, string> = { '': 'a', a: 'b', b: 'a' }
  const loop = readDirectory(
    { listPeople: async (cursor = '') => ({ people: [], next: next[cursor] }) },
    'harvest',
    retryBudget,
  )
  await expect(loop).rejects.toThrow('form a loop')
})
