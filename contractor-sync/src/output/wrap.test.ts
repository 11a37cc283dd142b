import { expect, test } from '@jest/globals'
import { wrapLines } from './wrap.ts'

const text = `Created timesheet 1 for employee kim@example.com: 2026-11-25, StoreZero, 3 h

  42  invalid-entry: hours must be at most 24
  hours      10,684.65`

test('lines that are wider than the terminal break between words', () => {
  expect(wrapLines(text, { columns: 40 })).toBe(`Created timesheet 1 for employee
    kim@example.com: 2026-11-25,
    StoreZero, 3 h

  42  invalid-entry: hours must be
      at most 24
  hours      10,684.65`)
})

test('a word that is wider than the terminal stays whole', () => {
  const path = '/'.repeat(50)
  expect(wrapLines(`see ${path} here`, { columns: 20 })).toBe(`see\n    ${path}\n    here`)
})

test.each([undefined, 0])('without a terminal of known width, the lines stay as they are (%s)', (columns) => {
  expect(wrapLines(text, { columns })).toBe(text)
})
