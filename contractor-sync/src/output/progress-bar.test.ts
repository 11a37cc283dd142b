import { expect, test } from '@jest/globals'
import { formatProgress } from './progress-bar.ts'

test('shows progress, rate and remaining time', () => {
  expect(formatProgress(1200, 2400, 4000, 79)).toBe(
    '████████████░░░░░░░░░░░░  1,200 of 2,400 · 300/s · 4 s left',
  )
  expect(formatProgress(100, 10_000, 10_000, 79)).toMatch(/^░+ {2}100 of 10,000 · 10\/s · 16 min 30 s left$/)
})

test('shows what is known if the total is missing or too low', () => {
  expect(formatProgress(1200, undefined, 4000, 79)).toBe('1,200 entries · 300/s')
  expect(formatProgress(0, 100, 0, 79)).toBe(`${'░'.repeat(24)}  0 of 100`)
  expect(formatProgress(120, 100, 1000, 79)).toMatch(/^█{24} {2}120 of 100 · 120\/s · 0 s left$/)
})

test('says nothing about the rate in the first second, nor about the end before a hundredth is done', () => {
  expect(formatProgress(4, 2873, 222, 79)).toBe(`${'░'.repeat(24)}  4 of 2,873`)
  expect(formatProgress(4, undefined, 222, 79)).toBe('4 entries')
  expect(formatProgress(4, 2873, 1000, 79)).toBe(`${'░'.repeat(24)}  4 of 2,873 · 4/s`)
  expect(formatProgress(0, 100, 1000, 79)).toBe(`${'░'.repeat(24)}  0 of 100 · 0/s`)
})

test.each([
  [79, '████████████░░░░░░░░░░░░  1,200 of 2,400 · 300/s · 4 s left'],
  [45, '█████░░░░░  1,200 of 2,400 · 300/s · 4 s left'],
  [39, '1,200 of 2,400 · 300/s · 4 s left'],
  [28, '1,200 of 2,400 · 300/s'],
  [20, '1,200 of 2,400'],
])('in %i columns the bar shrinks first, then the last parts go', (columns, line) => {
  expect(formatProgress(1200, 2400, 4000, columns)).toBe(line)
})
