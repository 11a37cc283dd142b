import { expect, test } from '@jest/globals'
import { SeenRows } from './seen-rows.ts'

test('finds each earlier row by its id, with its place, and whether its content is the same', () => {
  const seen = new SeenRows()
  const ids = Array.from({ length: 20_000 }, (_, i) => `id-${i}`)
  for (const [i, id] of ids.entries()) expect(seen.add(id, `content ${i}`, i % 3, i)).toBeUndefined()
  for (const [i, id] of ids.entries()) {
    const content = i % 2 === 0 ? `content ${i}` : 'other'
    expect(seen.add(id, content, 9, 9)).toEqual({ hasSameContent: i % 2 === 0, fileIndex: i % 3, number: i })
  }
})
