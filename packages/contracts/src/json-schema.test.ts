import { describe, expect, test } from '@jest/globals'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { z } from 'zod'
import { uploadItemSchema } from './entry.ts'

const isValidByDocument = new Ajv2020({ strict: false }).compile(z.toJSONSchema(uploadItemSchema))

const entry = (fields: object = {}) => ({
  user_id: '007',
  date: '2017-05-10T17:40:20.095Z',
  project: 'StoreZero',
  hours: 5,
  ...fields,
})
const { project: _, ...withoutProject } = entry()

const examples: [name: string, value: unknown][] = [
  ['an entry with the required fields', entry()],
  ['an entry with all fields', entry({ notes: '', source: 'harvest', external_id: '1', deleted: false })],
  ['a tombstone', { user_id: '007', external_id: '1', deleted: true }],
  ['a tombstone with content', entry({ external_id: '1', deleted: true })],
  ['a tombstone without identity', entry({ deleted: true })],
  ['a missing field', withoutProject],
  ['an unknown field', entry({ colour: 'red' })],
  ['a string', 'text'],
  ['an array', [entry()]],
  ['null', null],
  ['a number as user_id', entry({ user_id: 7 })],
  ['the longest user_id', entry({ user_id: '🦊'.repeat(128) })],
  ['a user_id that is too long', entry({ user_id: '🦊'.repeat(129) })],
  ['an empty user_id', entry({ user_id: '' })],
  ['a tab in user_id', entry({ user_id: 'a\tb' })],
  ['a C1 control character in user_id', entry({ user_id: 'a\u0085b' })],
  ['a line break in notes', entry({ notes: 'a\nb' })],
  ['U+0000 in notes', entry({ notes: 'a\0b' })],
  ['U+0000 in external_id', entry({ external_id: '\0' })],
  ['the longest notes', entry({ notes: 'a'.repeat(2000) })],
  ['notes that are too long', entry({ notes: 'a'.repeat(2001) })],
  ['null for notes', entry({ notes: null })],
  ['a day without a time', entry({ date: '2017-05-10' })],
  ['lower case t and z', entry({ date: '2017-05-10t17:40:20z' })],
  ['a date-time without an offset', entry({ date: '2017-05-10T17:40:20' })],
  ['a text that is not a date', entry({ date: 'soon' })],
  ['a timestamp', entry({ date: 1494437760 })],
  ['zero hours', entry({ hours: 0 })],
  ['a third of a second', entry({ hours: 1 / 3 / 3600 })],
  ['half a second', entry({ hours: 0.5 / 3600 })],
  ['24 hours', entry({ hours: 24 })],
  ['more than 24 hours', entry({ hours: 24.001 })],
  ['hours as a string', entry({ hours: '5' })],
  ['a source with a capital letter', entry({ source: 'Harvest' })],
  ['the default source of a client', entry({ source: 'client:a' })],
  ['deleted as a string', entry({ deleted: 'true' })],
]

describe('the documented schema and the validator agree on', () => {
  test.each(examples)('%s', (_name, value) => {
    expect(isValidByDocument(value)).toBe(uploadItemSchema.safeParse(value).success)
  })
})

test('the documented schema accepts days that do not exist and halves of surrogate pairs, which the validator rejects', () => {
  for (const value of [entry({ date: '2017-02-29' }), entry({ notes: '\ud83e' })]) {
    expect([isValidByDocument(value), uploadItemSchema.safeParse(value).success]).toEqual([true, false])
  }
})
