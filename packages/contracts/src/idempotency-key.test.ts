import { expect, test } from '@jest/globals'
import { parseIdempotencyKey } from './idempotency-key.ts'
import { ProblemError } from './problem.ts'

test.each([
  ['"8e03978e-40d5-43e8-bc93-6894a57f9324"', '8e03978e-40d5-43e8-bc93-6894a57f9324'],
  ['8e03978e-40d5-43e8-bc93-6894a57f9324', '8e03978e-40d5-43e8-bc93-6894a57f9324'],
  ['01ARZ3NDEKTSV4RRFFQ69G5FAV', '01ARZ3NDEKTSV4RRFFQ69G5FAV'],
  ['KG5LxwFBepaKHyUD', 'KG5LxwFBepaKHyUD'],
  ['order:14/line=2', 'order:14/line=2'],
  ['c2FmZQ+/==', 'c2FmZQ+/=='],
  ['"a, b; c"', 'a, b; c'],
  [String.raw`"say \"hi\" \\"`, String.raw`say "hi" \ `.trim()],
  ['" "', ' '],
  [`"${'k'.repeat(255)}"`, 'k'.repeat(255)],
  ['k'.repeat(255), 'k'.repeat(255)],
])('reads the key of %.60s', (header, key) => {
  expect(parseIdempotencyKey(header)).toBe(key)
})

test.each([
  ['', 'must be one quoted string'],
  ['""', 'must not be empty'],
  ['"', 'must be one quoted string'],
  ['"a', 'must be one quoted string'],
  ['a"', 'must be one quoted string'],
  ['"a"b', 'must be one quoted string'],
  ['"a" "b"', 'must be one quoted string'],
  // Two headers, as Node joins them.
  ['a, b', 'must be one quoted string'],
  ['a, a', 'must be one quoted string'],
  ['"a", "a"', 'must be one quoted string'],
  ['a b', 'must be one quoted string'],
  ['a;b', 'must be one quoted string'],
  ['"a";b=1', 'must be one quoted string'],
  [String.raw`"a\b"`, 'must be one quoted string'],
  [String.raw`"a\"`, 'must be one quoted string'],
  [':YWJj:;x', 'must be one quoted string'],
  ['"a\tb"', 'must be one quoted string'],
  ['"é"', 'must be one quoted string'],
  ['é', 'must be one quoted string'],
  ['"\u007f"', 'must be one quoted string'],
  [`"${'k'.repeat(256)}"`, 'must have at most 255 characters'],
  ['k'.repeat(256), 'must have at most 255 characters'],
])('rejects %j', (header, reason) => {
  const parse = () => parseIdempotencyKey(header)
  expect(parse).toThrow(ProblemError)
  expect(parse).toThrow(`The header Idempotency-Key ${reason}`)
})
