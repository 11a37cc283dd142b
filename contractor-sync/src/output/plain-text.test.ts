import { expect, test } from '@jest/globals'
import { InvalidResponseError } from '../errors.ts'
import { formatError } from './error-message.ts'
import { toPlainText } from './plain-text.ts'

test.each([
  ['Zoë’s 27" screen', 'Zoë’s 27" screen'],
  ['\u001b[2Jgone\r\n', '\\u001b[2Jgone\\u000d\\u000a'],
  ['abc\u202edcba', 'abc\\u202edcba'],
  ['x'.repeat(40), `${'x'.repeat(30)}…`],
])('%j', (text, shown) => {
  expect(toPlainText(text, 30)).toBe(shown)
})

test('a surrogate pair is not cut in half', () => {
  expect(toPlainText('a🙂b', 2).isWellFormed()).toBe(true)
})

test('an error message is made safe, too, because it may quote text from outside', () => {
  expect(formatError(new InvalidResponseError('no column \u001b[2J'))).toBe('no column \\u001b[2J')
})
