import { expect, test } from '@jest/globals'
import { LineBuffer } from './line-buffer.ts'

/** Lines of different lengths, in some ten blocks. */
const texts = Array.from({ length: 3000 }, (_, i) => `${i} ${'x'.repeat((i * 37) % 1700)}`)

function fill(): LineBuffer {
  const lines = new LineBuffer()
  for (const text of texts) lines.add(text)
  return lines
}

function readAll(lines: LineBuffer, start: { block: number; offset: number }): string {
  const position = { ...start }
  let text = ''
  for (let bytes = lines.read(position); bytes !== undefined; bytes = lines.read(position))
    text += Buffer.from(bytes).toString()
  return text
}

test.each([0, 1, 500, 2999, 3000])('reads from line %i to the end', (first) => {
  const lines = fill()
  const position = lines.position(first)
  const expected = texts.slice(first).map((text) => `${text}\n`)
  expect(readAll(lines, position)).toBe(expected.join(''))
  expect(lines.bytes - lines.bytesBefore(position)).toBe(expected.join('').length)
})

test('after a release, the lines before it are gone, and the others stay', () => {
  const lines = fill()
  for (let index = 100; index <= 2900; index += 100) {
    lines.release(index)
    expect(lines.line(index)).toBe(texts[index])
  }
  expect(() => lines.line(2000)).toThrow()
  expect(readAll(lines, lines.position(2950))).toBe(
    texts
      .slice(2950)
      .map((text) => `${text}\n`)
      .join(''),
  )
})
