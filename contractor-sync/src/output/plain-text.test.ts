import { expect, test } from '@jest/globals'
import { UnexpectedAnswer } from '../errors.ts'
import { explain } from '../sync/observer.ts'
import { plainText } from './plain-text.ts'

test.each([
  ['Zoë’s 27" screen', 'Zoë’s 27" screen'],
  ['\u001b[2Jgone\r\n', '\\u001b[2Jgone\\u000d\\u000a'],
  ['abc\u202edcba', 'abc\\u202edcba'],
  ['x'.repeat(40), `${'x'.repeat(30)}…`],
])('%j', (text, shown) => {
  expect(plainText(text, 30)).toBe(shown)
})

test('a character of two halves is not shown by one', () => {
  expect(plainText('a🙂b', 2).isWellFormed()).toBe(true)
})

test('a failure is told so, too: its message may hold what others sent', () => {
  expect(explain(new UnexpectedAnswer('no column \u001b[2J'))).toBe('no column \\u001b[2J')
})
