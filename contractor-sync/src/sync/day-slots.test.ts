import { expect, test } from '@jest/globals'
import { DaySlots } from './day-slots.ts'

test('a slot is a person and a day, also in the first and the last year', () => {
  const slots = new DaySlots()
  const days = ['0001-01-01', '1970-01-01', '2026-02-28', '2026-03-01', '9999-12-31']
  const numbers = days.flatMap((day) => [slots.slot('ann', day), slots.slot('bob', day)])
  expect(numbers).toEqual(numbers.map((_, i) => i))
  expect(days.flatMap((day) => [slots.slot('ann', day), slots.slot('bob', day)])).toEqual(numbers)
  expect(numbers.map((slot) => [slots.userId(slot), slots.day(slot)])).toEqual(
    days.flatMap((day) => [
      ['ann', day],
      ['bob', day],
    ]),
  )
  expect([...slots.ofDay('2026-03-01')].sort()).toEqual([6, 7])
  expect([...slots.ofDay('2026-03-02')]).toEqual([])
  expect([...slots.between('1970-01-01', '2026-02-28')]).toEqual([2, 3, 4, 5])
})

test('many pairs keep their numbers while the table grows', () => {
  const slots = new DaySlots()
  const people = Array.from({ length: 40 }, (_, i) => `person-${i}`)
  const days = Array.from({ length: 365 }, (_, i) =>
    new Date(Date.UTC(2026, 0, 1 + i)).toISOString().slice(0, 10),
  )
  const number = () => people.flatMap((person) => days.map((day) => slots.slot(person, day)))
  const first = number()
  expect(first).toEqual(first.map((_, i) => i))
  expect(number()).toEqual(first)
  expect(slots.size).toBe(40 * 365)
  expect(slots.count(first)).toEqual({ people: 40, days: 365 })
  expect(new Set([...slots.ofDay('2026-05-01')].map((slot) => slots.userId(slot)))).toEqual(new Set(people))
})
