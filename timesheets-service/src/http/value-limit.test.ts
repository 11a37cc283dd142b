import { expect, test } from '@jest/globals'
import { exceedsValueLimit } from './value-limit.ts'

test.each([
  ['5', 1],
  ['""', 1],
  ['[]', 2],
  ['[1]', 2],
  ['[1, 2, 3]', 4],
  ['{"a": 1, "b": [2, {}]}', 6],
  ['"[[[,,,{{{"', 1],
  ['["\\"[[[,,,", 1]', 3],
  ['["\\\\", [", ["]]', 4],
  ['["\\\\\\"[[", 1]', 3],
  ['{"[[": "{{"}', 2],
  ['["unended, [[[', 2],
  ['["\\', 2],
  ['', 1],
])('counts the values of %s', (json, values) => {
  const bytes = Buffer.from(json)
  expect(exceedsValueLimit(values, bytes)).toBe(false)
  expect(exceedsValueLimit(values - 1, bytes)).toBe(true)
})
