import { describe, expect, test } from '@jest/globals'
import { People, parsePeopleMap } from './people.ts'

const kim = { id: '1782959', email: 'kim@example.com' }
const nameless = { id: '7' }

describe('who somebody is', () => {
  test.each([
    ['the map knows the tracker id', '{"1782959": "007"}', 'email', kim, '007'],
    ['the map knows the e-mail, in any case', '{"Kim@Example.com": "007"}', 'reject', kim, '007'],
    ['the id beats the e-mail', '{"kim@example.com": "1", "1782959": "2"}', 'email', kim, '2'],
    [
      'the e-mail stands, the same in any case',
      '{}',
      'email',
      { email: ' Kim@Example.com' },
      'kim@example.com',
    ],
    ['blanks are no e-mail', '{}', 'tracker-id', { id: '7', email: ' ' }, 'harvest:7'],
    ['without an e-mail nobody', '{}', 'email', nameless, undefined],
    ['without an e-mail the tracker id', '{}', 'tracker-id', nameless, 'harvest:7'],
    ['the e-mail goes before the tracker id', '{}', 'tracker-id', kim, 'kim@example.com'],
    ['only the map', '{}', 'reject', kim, undefined],
    ['the tracker has our own name for them', '{}', 'reject', { userId: '007' }, '007'],
    ['nothing is known', '{}', 'tracker-id', {}, undefined],
  ] as const)('%s', (_why, map, rule, person, userId) => {
    expect(new People(parsePeopleMap(map), rule, 'harvest').userIdOf(person)).toBe(userId)
  })
})

describe('a map that is none', () => {
  test.each([
    ['{', 'is not JSON'],
    ['["a"]', 'is not a JSON object'],
    ['{"a": 7}', 'names no user_id for "a"'],
    ['{"a": ""}', 'names no user_id for "a"'],
  ])('%s', (text, message) => {
    expect(() => parsePeopleMap(text)).toThrow(message)
  })
})
