import { describe, expect, test } from '@jest/globals'
import { compileDatePattern } from './date-pattern.ts'

const time = (day: string, time?: string, offset?: string) => ({ day, time, offset })

test.each([
  ['dd.MM.yyyy', '01.09.2026', time('2026-09-01')],
  ['d.M.yyyy', '1.9.2026', time('2026-09-01')],
  ['MM/dd/yyyy', '09/01/2026', time('2026-09-01')],
  ['yyyyMMdd', '20260901', time('2026-09-01')],
  ['d MMM yy', '1 Sept 26', time('2026-09-01')],
  ['MMMM d, yyyy', 'sep 1, 2026', time('2026-09-01')],
  [
    "yyyy-MM-dd'T'HH:mm:ss.SSSxx",
    '2026-09-01T09:15:00.250+0200',
    time('2026-09-01', '09:15:00.250', '+02:00'),
  ],
  ['yyyy-MM-dd HH:mm XXX', '2026-09-01 09:15 Z', time('2026-09-01', '09:15:00', 'Z')],
  ["dd.MM.yyyy, HH:mm 'o''clock'", "01.09.2026, 9:15 o'clock", time('2026-09-01', '09:15:00')],
  ['M/d/yyyy h:mm:ss a', '9/1/2026 12:05:00 am', time('2026-09-01', '00:05:00')],
  ['M/d/yyyy h:mm a', '9/1/2026 12:05 PM', time('2026-09-01', '12:05:00')],
])('%s reads %s', (pattern, text, expected) => {
  expect(compileDatePattern(pattern).parse(text)).toEqual(expected)
})

test.each([
  ['dd.MM.yyyy', '01.13.2026'],
  ['dd.MM.yyyy', '31.02.2026'],
  ['dd.MM.yyyy', '01.09.26'],
  ['dd.MM.yyyy', '01.09.2026 10:00'],
  ['dd.MM.yyyy', '01-09-2026'],
  ['d MMM yyyy', '1 Foo 2026'],
  ['M/d/yyyy h:mm a', '9/1/2026 13:05 PM'],
  ['M/d/yyyy HH:mm', '9/1/2026 24:05'],
])('%s does not read %s', (pattern, text) => {
  expect(compileDatePattern(pattern).parse(text)).toBeUndefined()
})

describe('is no pattern', () => {
  test.each([
    ['DD.MM.yyyy', 'must be dd, the day of the month'],
    ['dd.MM.YYYY', 'must be yyyy, the year'],
    ['dd.MM', 'must have a year'],
    ['dd.mm.yyyy', 'must have a year (yyyy or yy), a month'],
    ['dd.MM.yyy', '"yyy" in "dd.MM.yyy" is not a part of a date'],
    ['dd.MM.yyyy dd', 'has "dd" twice'],
    ['dd.MM.yyyy h:mm', 'must have "a"'],
    ["dd.MM.yyyy 'at", 'apostrophe'],
    ['QQ yyyy', '"QQ"'],
  ])('%s', (pattern, message) => {
    expect(() => compileDatePattern(pattern)).toThrow(message)
  })
})
