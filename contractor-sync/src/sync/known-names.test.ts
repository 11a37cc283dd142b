import { expect, test } from '@jest/globals'
import { KnownNames } from './known-names.ts'

const kim = { name: 'kim@example.com', id: '7' }
const repeat = (names: KnownNames) => new KnownNames(names.toText())

test('a name is that of a person who is present, also after it was stored', () => {
  const names = new KnownNames(undefined)
  names.add(kim)
  for (const known of [names, repeat(names)]) {
    expect(known.isPresent('kim@example.com', ['6', '7'])).toBe(true)
    expect(known.isPresent('kim@example.com', ['6'])).toBe(false)
    expect(known.isPresent('lee@example.com', ['6', '7'])).toBe(false)
  }
})

test('a name that two people had is present only while both are', () => {
  const names = new KnownNames(undefined)
  names.add(kim)
  names.add({ ...kim, id: '8' })
  expect(repeat(names).isPresent(kim.name, ['7'])).toBe(false)
  expect(repeat(names).isPresent(kim.name, ['7', '8'])).toBe(true)
})

test('a text that is none of these, and more names than a bookmark holds, say nothing', () => {
  expect(new KnownNames('of another version').isPresent(kim.name, ['7'])).toBe(false)
  const many = new KnownNames(undefined)
  for (let id = 0; id < 1000; id++) many.add({ name: `person ${id}`, id: String(id) })
  expect(many.toText()).toBeUndefined()
})
