import { hash } from 'node:crypto'
import { expect, test } from '@jest/globals'
import { DaySums } from './day-sums.ts'

const digest = (text: string) => hash('sha256', text, 'hex').slice(0, 32)

test('the digest is the sum of both lanes modulo 2^64, whatever the order', () => {
  const sums = new DaySums()
  const lanes = (...values: readonly bigint[]) =>
    values.map((value) => value.toString(16).padStart(16, '0')).join('')
  sums.add(0, 3600, lanes(2n ** 64n - 1n, 5n))
  sums.add(0, 1800, lanes(3n, 2n ** 64n - 6n))
  expect(sums.get(0)).toEqual({ count: 2, seconds: 5400, digest: '0000000000000002ffffffffffffffff' })

  const texts = Array.from({ length: 50 }, (_, i) => `entry ${i}`)
  for (const text of texts) sums.add(1, 60, digest(text))
  for (const text of texts.reverse()) sums.add(2, 60, digest(text))
  expect(sums.hasSum(1, sums.get(2))).toBe(true)
  sums.add(2, 60, digest('another'))
  expect(sums.hasSum(1, sums.get(2))).toBe(false)
  sums.subtract(2, 60, digest('another'))
  expect(sums.get(2)).toEqual(sums.get(1))
})

test('a digest of the API is read as it is written', () => {
  const sums = new DaySums()
  const sum = { count: 2, seconds: 27_000, digest: '8f14e45fceea167a5a36dedd4bea2543' }
  sums.set(7, sum)
  expect(sums.get(7)).toEqual(sum)
  sums.clear(7)
  expect(sums.get(7)).toEqual({ count: 0, seconds: 0, digest: '0'.repeat(32) })
})

test('the total of a window is the sum of its slots', () => {
  const sums = new DaySums()
  sums.add(0, 1, digest('a'))
  sums.add(1, 2, digest('b'))
  sums.add(2, 4, digest('c'))
  const all = new DaySums()
  for (const [text, seconds] of [
    ['a', 1],
    ['b', 2],
    ['c', 4],
  ] as const)
    all.add(0, seconds, digest(text))
  expect(sums.total([0, 1, 2])).toEqual(all.get(0))
})
