import { expect, test } from '@jest/globals'
import { holdsMoreValuesThan } from './json-values.ts'

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
])('%s', (json, values) => {
  const bytes = Buffer.from(json)
  expect(holdsMoreValuesThan(values, bytes)).toBe(false)
  expect(holdsMoreValuesThan(values - 1, bytes)).toBe(true)
})
