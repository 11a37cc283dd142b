import { expect, test } from '@jest/globals'
import { Column } from './column.ts'
import { IdTable } from './id-table.ts'

test('numbers each id once, in the order in which they come', () => {
  const table = new IdTable()
  const ids = Array.from({ length: 20_000 }, (_, i) => `entry-${i}`)
  expect(ids.map((id) => table.add(id))).toEqual(ids.map((_, i) => i))
  expect(ids.map((id) => table.add(id))).toEqual(ids.map((_, i) => i))
  expect(table.size).toBe(ids.length)
  expect(table.find('entry-19999')).toBe(19_999)
  expect(table.find('entry-20000')).toBeUndefined()
})

test('a column returns what was set, and 0 elsewhere', () => {
  const column = new Column(Uint32Array)
  column.set(100_000, 7)
  expect([column.get(100_000), column.get(99_999), column.get(5_000_000)]).toEqual([7, 0, 0])
  const sums = new Column(BigUint64Array)
  sums.set(3, 2n ** 64n - 1n)
  sums.set(3, sums.get(3) + 2n)
  expect([sums.get(3), sums.get(20_000)]).toEqual([1n, 0n])
})
