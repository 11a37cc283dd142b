import { expect, test } from '@jest/globals'
import { stderrSummary } from '../src/stderr-summary.ts'

test.each([
  [['Port 1 is taken'], 'Port 1 is taken'],
  [
    ['The configuration has 2 errors:', '  A: "x" is not a port', '  B: is not set'],
    'The configuration has 2 errors: A: "x" is not a port; B: is not set',
  ],
  [
    ['{"level":"fatal","msg":"The configuration has 2 errors: A: x | B: y"}'],
    'The configuration has 2 errors: A: x | B: y',
  ],
  [
    ['{"level":"fatal","err":{"type":"Error","message":"no room"},"msg":"did not start"}'],
    'did not start: no room',
  ],
  [['{ not JSON'], '{ not JSON'],
  [[], ''],
])('summarizes %j', (lines, summary) => {
  expect(stderrSummary(lines)).toBe(summary)
})
