import { createHash } from 'node:crypto'
import { expect, test } from '@jest/globals'
import { computeDigest, toCanonicalText } from './digest.ts'
import type { Content } from './entry.ts'

const content: Content = {
  userId: '007',
  day: '2017-05-10',
  instantMs: Date.UTC(2017, 4, 10, 17, 40, 20, 95),
  dateWritten: '2017-05-10T17:40:20.095Z',
  project: 'StoreZero',
  seconds: 18_000,
  notes: null,
}

const digest = (externalId: string, fields: Partial<Content> = {}) =>
  computeDigest(externalId, { ...content, ...fields })

/** The first 128 bits of SHA-256, over bytes that each test spells out. */
const hash = (text: string) =>
  createHash('sha256').update(Buffer.from(text, 'utf8')).digest('hex').slice(0, 32)

test('serializes a content as a JSON array in a fixed order', () => {
  expect(toCanonicalText(content)).toBe(
    '["007","2017-05-10","2017-05-10T17:40:20.095Z","StoreZero",18000,null]',
  )
  expect(toCanonicalText({ ...content, project: '"\\\u0007\u00e9', notes: 'a\nb/🦊' })).toBe(
    '["007","2017-05-10","2017-05-10T17:40:20.095Z","\\"\\\\\\u0007é",18000,"a\\nb/🦊"]',
  )
})

test('hashes the external id, a zero byte and the canonical content with SHA-256 to 128 bits', () => {
  expect(digest('636709355')).toBe(
    hash('636709355\u0000["007","2017-05-10","2017-05-10T17:40:20.095Z","StoreZero",18000,null]'),
  )
  expect(digest('é', { notes: 'Grüße 🦊' })).toBe(
    hash('é\u0000["007","2017-05-10","2017-05-10T17:40:20.095Z","StoreZero",18000,"Grüße 🦊"]'),
  )
  expect(computeDigest('', content)).toHaveLength(32)
})

test('stays the same in every release, because stored digests are compared with new ones', () => {
  expect(digest('636709355')).toBe('8fb6b87a51d93f655170fd5429bc947d')
  expect(digest('', { notes: '' })).toBe('eaa78c469fe5795b72c44adbb0cc69e9')
})

test('ignores the Unicode normalization form of the content, but not of the external id', () => {
  const composed = { userId: '\u00e9', project: '\u00e9', notes: '\u00e9' }
  const decomposed = { userId: 'e\u0301', project: 'e\u0301', notes: 'e\u0301' }
  expect(digest('1', decomposed)).toBe(digest('1', composed))
  expect(digest('e\u0301')).not.toBe(digest('\u00e9'))
})

test('ignores the notation of the date, but not its day and instant', () => {
  expect(digest('1', { dateWritten: '2017-05-10T19:40:20.095+02:00' })).toBe(digest('1'))
  expect(digest('1', { day: '2017-05-11' })).not.toBe(digest('1'))
  expect(digest('1', { instantMs: content.instantMs + 1 })).not.toBe(digest('1'))
})

test('differs if any other field differs', () => {
  const digests = [
    digest('1'),
    digest('2'),
    digest('1', { userId: '7' }),
    digest('1', { project: 'storezero' }),
    digest('1', { seconds: 18_001 }),
    digest('1', { notes: '' }),
    digest('1', { notes: 'null' }),
    digest('1', { userId: '007","2017-05-10' }),
  ]
  expect(new Set(digests).size).toBe(digests.length)
})
