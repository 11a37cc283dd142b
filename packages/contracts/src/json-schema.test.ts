import { describe, expect, test } from '@jest/globals'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { z } from 'zod'
import { uploadItemSchema } from './entry.ts'

const documented = new Ajv2020({ strict: false }).compile(z.toJSONSchema(uploadItemSchema))

const entry = (members: object = {}) => ({
  user_id: '007',
  date: '2017-05-10T17:40:20.095Z',
  project: 'StoreZero',
  hours: 5,
  ...members,
})
const { project: _, ...withoutProject } = entry()

const examples: [what: string, value: unknown][] = [
  ['the scenario', entry()],
  ['all members', entry({ notes: '', source: 'harvest', external_id: '1', deleted: false })],
  ['a tombstone', { user_id: '007', external_id: '1', deleted: true }],
  ['a tombstone with content', entry({ external_id: '1', deleted: true })],
  ['a tombstone without identity', entry({ deleted: true })],
  ['a member that is missing', withoutProject],
  ['an unknown member', entry({ colour: 'red' })],
  ['no object', 'text'],
  ['an array', [entry()]],
  ['null', null],
  ['a number as user_id', entry({ user_id: 7 })],
  ['the longest user_id', entry({ user_id: '🦊'.repeat(128) })],
  ['a user_id too long', entry({ user_id: '🦊'.repeat(129) })],
  ['an empty user_id', entry({ user_id: '' })],
  ['a tab in user_id', entry({ user_id: 'a\tb' })],
  ['a C1 control in user_id', entry({ user_id: 'a\u0085b' })],
  ['a line break in notes', entry({ notes: 'a\nb' })],
  ['U+0000 in notes', entry({ notes: 'a\0b' })],
  ['U+0000 in external_id', entry({ external_id: '\0' })],
  ['the longest notes', entry({ notes: 'a'.repeat(2000) })],
  ['notes too long', entry({ notes: 'a'.repeat(2001) })],
  ['null for notes', entry({ notes: null })],
  ['a plain day', entry({ date: '2017-05-10' })],
  ['lower case t and z', entry({ date: '2017-05-10t17:40:20z' })],
  ['no offset', entry({ date: '2017-05-10T17:40:20' })],
  ['no date', entry({ date: 'soon' })],
  ['a timestamp', entry({ date: 1494437760 })],
  ['no hours', entry({ hours: 0 })],
  ['a third of a second', entry({ hours: 1 / 3 / 3600 })],
  ['half a second', entry({ hours: 0.5 / 3600 })],
  ['a day', entry({ hours: 24 })],
  ['more than a day', entry({ hours: 24.001 })],
  ['hours in words', entry({ hours: '5' })],
  ['a source in capitals', entry({ source: 'Harvest' })],
  ['the source of a client', entry({ source: 'client:a' })],
  ['deleted in words', entry({ deleted: 'true' })],
]

describe('the documented schema says what the validator does of', () => {
  test.each(examples)('%s', (_what, value) => {
    expect(documented(value)).toBe(uploadItemSchema.safeParse(value).success)
  })
})

test('only which days there are, and whole characters, are beyond its words', () => {
  for (const value of [entry({ date: '2017-02-29' }), entry({ notes: '\ud83e' })]) {
    expect([documented(value), uploadItemSchema.safeParse(value).success]).toEqual([true, false])
  }
})
