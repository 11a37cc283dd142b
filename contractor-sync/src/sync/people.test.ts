import { describe, expect, test } from '@jest/globals'
import { People, parsePeopleMap } from './people.ts'

const kim = { id: '1782959', email: 'kim@example.com' }
const nameless = { id: '7' }

describe('resolves a person', () => {
  test.each([
    ['the map has the tracker id', '{"1782959": "007"}', 'email', kim, '007'],
    ['the map has the e-mail, in any case', '{"Kim@Example.com": "007"}', 'reject', kim, '007'],
    ['the id comes before the e-mail', '{"kim@example.com": "1", "1782959": "2"}', 'email', kim, '2'],
    [
      'the e-mail becomes the user_id, in lower case',
      '{}',
      'email',
      { email: ' Kim@Example.com' },
      'kim@example.com',
    ],
    ['a blank e-mail counts as none', '{}', 'tracker-id', { id: '7', email: ' ' }, 'harvest:7'],
    ['rule email, without an e-mail: unknown', '{}', 'email', nameless, undefined],
    ['rule tracker-id, without an e-mail: source and id', '{}', 'tracker-id', nameless, 'harvest:7'],
    ['rule tracker-id, with an e-mail: the e-mail', '{}', 'tracker-id', kim, 'kim@example.com'],
    ['rule reject: unknown', '{}', 'reject', kim, undefined],
    ['the tracker knows the user_id', '{}', 'reject', { userId: '007' }, '007'],
    ['no name at all: unknown', '{}', 'tracker-id', {}, undefined],
  ] as const)('%s', (_why, map, rule, person, userId) => {
    expect(new People(parsePeopleMap(map), rule, 'harvest').resolveUserId(person)).toBe(userId)
  })
})

describe('rejects an invalid map', () => {
  test.each([
    ['{', 'is not JSON'],
    ['["a"]', 'is not a JSON object'],
    ['{"a": 7}', 'has no user_id for "a"'],
    ['{"a": ""}', 'has no user_id for "a"'],
  ])('%s', (text, message) => {
    expect(() => parsePeopleMap(text)).toThrow(message)
  })
})
