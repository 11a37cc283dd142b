import { expect, test } from '@jest/globals'
import { DaySums } from './day-sums.ts'
import { StoredDays } from './stored-days.ts'

const digest = '0123456789abcdef'.repeat(2)
const other = `${'fedcba9876543210'}${digest.slice(16)}`

test('a day matches if the tracker has the same digest', () => {
  const stored = new StoredDays()
  stored.set(1, { digest })
  const sums = new DaySums()
  expect([stored.has(0), stored.has(1)]).toEqual([false, true])
  expect(stored.matches(1, sums)).toBe(false)
  sums.add(1, 3600, digest)
  expect(stored.matches(1, sums)).toBe(true)
  sums.add(1, 3600, other)
  expect(stored.matches(1, sums)).toBe(false)
})

test('a day with corrections does not match, so that its entries are sent', () => {
  const stored = new StoredDays()
  stored.set(1, { digest, corrections: 1 })
  const sums = new DaySums()
  sums.add(1, 3600, digest)
  expect(stored.matches(1, sums)).toBe(false)
})
