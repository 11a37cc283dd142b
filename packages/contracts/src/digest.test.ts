import { createHash } from 'node:crypto'
import { expect, test } from '@jest/globals'
import { canonicalText, computeDigest } from './digest.ts'
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

const hex = (externalId: string, members: Partial<Content> = {}) =>
  computeDigest(externalId, { ...content, ...members }).toString('hex')

/** The definition of `agreement.md`, spelt out by hand. */
const expected = (bytes: string) =>
  createHash('sha256').update(Buffer.from(bytes, 'utf8')).digest('hex').slice(0, 32)

test('the canonical bytes are these', () => {
  expect(canonicalText(content)).toBe(
    '["007","2017-05-10","2017-05-10T17:40:20.095Z","StoreZero",18000,null]',
  )
  expect(canonicalText({ ...content, project: '"\\\u0007\u00e9', notes: 'a\nb/🦊' })).toBe(
    '["007","2017-05-10","2017-05-10T17:40:20.095Z","\\"\\\\\\u0007é",18000,"a\\nb/🦊"]',
  )
})

test('the digest is 128 bits of SHA-256 over external id, a zero byte, and those bytes', () => {
  expect(hex('636709355')).toBe(
    expected('636709355\u0000["007","2017-05-10","2017-05-10T17:40:20.095Z","StoreZero",18000,null]'),
  )
  expect(hex('é', { notes: 'Grüße 🦊' })).toBe(
    expected('é\u0000["007","2017-05-10","2017-05-10T17:40:20.095Z","StoreZero",18000,"Grüße 🦊"]'),
  )
  expect(computeDigest('', content)).toHaveLength(16)
})

test('it never changes: what is stored must be found again', () => {
  expect(hex('636709355')).toBe('8fb6b87a51d93f655170fd5429bc947d')
  expect(hex('', { notes: '' })).toBe('eaa78c469fe5795b72c44adbb0cc69e9')
})

test('the Unicode form of a string does not count, except in the identity', () => {
  const composed = { userId: '\u00e9', project: '\u00e9', notes: '\u00e9' }
  const decomposed = { userId: 'e\u0301', project: 'e\u0301', notes: 'e\u0301' }
  expect(hex('1', decomposed)).toBe(hex('1', composed))
  expect(hex('e\u0301')).not.toBe(hex('\u00e9'))
})

test('how the date was written does not count, the day and the instant do', () => {
  expect(hex('1', { dateWritten: '2017-05-10T19:40:20.095+02:00' })).toBe(hex('1'))
  expect(hex('1', { day: '2017-05-11' })).not.toBe(hex('1'))
  expect(hex('1', { instantMs: content.instantMs + 1 })).not.toBe(hex('1'))
})

test('every other member counts', () => {
  const digests = [
    hex('1'),
    hex('2'),
    hex('1', { userId: '7' }),
    hex('1', { project: 'storezero' }),
    hex('1', { seconds: 18_001 }),
    hex('1', { notes: '' }),
    hex('1', { notes: 'null' }),
    hex('1', { userId: '007","2017-05-10' }),
  ]
  expect(new Set(digests).size).toBe(digests.length)
})
