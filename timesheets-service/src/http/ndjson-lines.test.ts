import { expect, test } from '@jest/globals'
import { type Line, readLines } from './ndjson-lines.ts'
import { toChunks } from './upload-chunks.ts'

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size)
}

async function readAll(text: string | Buffer, size: number, maxLineBytes = 10): Promise<string[]> {
  const lines: Line[] = []
  for await (const batch of readLines(inPieces(Buffer.from(text), size), maxLineBytes)) lines.push(...batch)
  return lines.map(String)
}

const cases: [string, string, string[]][] = [
  ['lines with LF', 'a\nb\n', ['a', 'b']],
  ['lines with CRLF', 'a\r\nb\r\n', ['a', 'b']],
  ['a last line without an end', 'a\nb', ['a', 'b']],
  ['empty and blank lines', '\n\r\na\n \t \n\nb\n\n', ['a', 'b']],
  ['a byte order mark', '\ufeffa\nb', ['a', 'b']],
  ['a byte order mark in a later line', 'a\n\ufeffb', ['a', '\ufeffb']],
  ['a second byte order mark', '\ufeff\ufeffa\r\n', ['\ufeffa']],
  ['a CR inside a line', 'a\rb\n', ['a\rb']],
  ['a second CR at the end of a line', 'a\nb\r\r\nc\n', ['a', 'b\r', 'c']],
  ['lines of several bytes that are too long', '€€€\n€€€€\né€€€\nx\n', ['€€€', 'too long', 'too long', 'x']],
  ['a line of the greatest length', '0123456789\r\nx', ['0123456789', 'x']],
  ['lines that are too long', '01234567890\nx\n01234567890123\r\ny', ['too long', 'x', 'too long', 'y']],
  ['a last line that is too long', 'x\n01234567890123', ['x', 'too long']],
  ['nothing', '', []],
]

test.each(cases)('splits %s, wherever the bytes are cut', async (_name, text, expected) => {
  for (let size = 1; size <= 16; size++) expect([size, await readAll(text, size)]).toEqual([size, expected])
})

test('collects lines into chunks of at most so many lines and bytes', async () => {
  const text = Array.from({ length: 10 }, (_, i) => 'x'.repeat(i + 1)).join('\n')
  const chunks = async (maxItems: number, maxBytes: number) => {
    const found: [number, number[]][] = []
    const lines = readLines(inPieces(Buffer.from(text), 7), 100)
    for await (const { firstIndex, lines: taken } of toChunks(lines, { maxItems, maxBytes })) {
      found.push([firstIndex, taken.map((line) => line.length)])
    }
    return found
  }
  expect(await chunks(4, 1000)).toEqual([
    [0, [1, 2, 3, 4]],
    [4, [5, 6, 7, 8]],
    [8, [9, 10]],
  ])
  expect(await chunks(100, 12)).toEqual([
    [0, [1, 2, 3, 4]],
    [4, [5, 6]],
    [6, [7]],
    [7, [8]],
    [8, [9]],
    [9, [10]],
  ])
})
