import { expect, test } from '@jest/globals'
import { readAhead } from './read-ahead.ts'

test('returns every value, and reads exactly one ahead', async () => {
  let made = 0
  async function* numbers() {
    for (let i = 1; i <= 5; i++) {
      made = i
      yield i
    }
  }
  const seen: [value: number, made: number][] = []
  for await (const value of readAhead(numbers())) {
    await new Promise((resolve) => setTimeout(resolve, 5))
    seen.push([value, made])
  }
  expect(seen).toEqual([
    [1, 2],
    [2, 3],
    [3, 4],
    [4, 5],
    [5, 5],
  ])
})

test('throws an error of the value ahead after the values before it', async () => {
  async function* failing() {
    yield 1
    throw new Error('the next page is broken')
  }
  const seen: number[] = []
  const all = async () => {
    for await (const value of readAhead(failing())) {
      await new Promise((resolve) => setTimeout(resolve, 5))
      seen.push(value)
    }
  }
  await expect(all()).rejects.toThrow('the next page is broken')
  expect(seen).toEqual([1])
})
