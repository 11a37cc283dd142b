import { expect, test } from '@jest/globals'
import { formatProgress } from './progress-bar.ts'

test('shows progress, rate and remaining time', () => {
  expect(formatProgress(1200, 2400, 4000, 79)).toBe(
    '████████████░░░░░░░░░░░░  1,200 of 2,400 · 300/s · 4 s left',
  )
  expect(formatProgress(1, 1001, 1000, 79)).toMatch(/^░+ {2}1 of 1,001 · 1\/s · 16 min 40 s left$/)
})

test('shows what is known if the total is missing or too low', () => {
  expect(formatProgress(1200, undefined, 4000, 79)).toBe('1,200 entries · 300/s')
  expect(formatProgress(0, 100, 0, 79)).toBe(`${'░'.repeat(24)}  0 of 100 · 0/s`)
  expect(formatProgress(120, 100, 1000, 79)).toMatch(/^█{24} {2}120 of 100 · 120\/s · 0 s left$/)
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
