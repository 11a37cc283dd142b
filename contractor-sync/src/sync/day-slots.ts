import { Column } from '../compact/column.ts'

const dayMs = 86_400_000
/** 1970-01-01, in days since 0001-01-01. */
const epochDay = 719_162

const firstCapacity = 1024
const maxLoad = 0.75
const growth = 1.5

/** A person and a day, as a number. Numbers start at 0 and have no gaps. */
export type Slot = number

/**
 * Numbers the pairs of a person and a day. A million pairs take some 25 MB: a company of 2,000 people has 500,000 in a year,
 * and as many maps and arrays would take three times as much, and time to collect them.
 */
export class DaySlots {
  size = 0
  readonly #people: string[] = []
  readonly #personNumbers = new Map<string, number>()
  /** By slot: the number of its person, its day, and the slot plus 1 that is the next one of that day. */
  readonly #person = new Column(Uint32Array)
  readonly #day = new Column(Uint32Array)
  readonly #next = new Column(Uint32Array)
  readonly #firstOfDay = new Map<number, Slot>()
  /** A hash table with linear probing: slots plus 1; 0 is a free place. */
  #table = new Uint32Array(firstCapacity)

  /** @param day `YYYY-MM-DD` */
  slot(userId: string, day: string): Slot {
    const person = this.#personNumbers.get(userId) ?? this.#addPerson(userId)
    const number = toDayNumber(day)
    const place = this.#findPlace(person, number)
    const known = this.#table[place]!
    if (known !== 0) return known - 1
    const slot = this.size
    this.size += 1
    this.#table[place] = slot + 1
    this.#person.set(slot, person)
    this.#day.set(slot, number)
    const first = this.#firstOfDay.get(number)
    if (first !== undefined) this.#next.set(slot, first + 1)
    this.#firstOfDay.set(number, slot)
    if (this.size > this.#table.length * maxLoad) this.#grow()
    return slot
  }

  /** In Unicode NFC. */
  userId(slot: Slot): string {
    return this.#people[this.#person.get(slot)]!
  }

  day(slot: Slot): string {
    return new Date((this.#day.get(slot) - epochDay) * dayMs).toISOString().slice(0, 10)
  }

  /** The slots of a day. */
  *ofDay(day: string): Generator<Slot> {
    for (let slot = this.#firstOfDay.get(toDayNumber(day)); slot !== undefined; ) {
      yield slot
      const next = this.#next.get(slot)
      slot = next === 0 ? undefined : next - 1
    }
  }

  /** The slots of the days from the first to the last, both inclusive. */
  *between(from: string, to: string): Generator<Slot> {
    const [first, last] = [toDayNumber(from), toDayNumber(to)]
    for (let slot = 0; slot < this.size; slot++) {
      const day = this.#day.get(slot)
      if (day >= first && day <= last) yield slot
    }
  }

  /** Counts the different people and days of slots. */
  count(slots: Iterable<Slot>): { readonly people: number; readonly days: number } {
    const [people, days] = [new Set<number>(), new Set<number>()]
    for (const slot of slots) {
      people.add(this.#person.get(slot))
      days.add(this.#day.get(slot))
    }
    return { people: people.size, days: days.size }
  }

  /** A name in several Unicode forms is one person, as in the digests. */
  #addPerson(name: string): number {
    const userId = name.normalize('NFC')
    const number = this.#personNumbers.get(userId) ?? this.#people.length
    if (number === this.#people.length) this.#people.push(userId)
    this.#personNumbers.set(userId, number).set(name, number)
    return number
  }

  /** The place of a pair, or the free place where it belongs. */
  #findPlace(person: number, day: number): number {
    const capacity = this.#table.length
    // Multiplied by odd constants, so that the days of a person are far from each other and from those of the next one.
    let place = ((Math.imul(person, 0x9e3779b1) ^ Math.imul(day, 0x85ebca6b)) >>> 0) % capacity
    for (let known = this.#table[place]!; known !== 0; known = this.#table[place]!) {
      if (this.#person.get(known - 1) === person && this.#day.get(known - 1) === day) return place
      place = place + 1 === capacity ? 0 : place + 1
    }
    return place
  }

  #grow(): void {
    this.#table = new Uint32Array(Math.ceil(this.#table.length * growth))
    for (let slot = 0; slot < this.size; slot++)
      this.#table[this.#findPlace(this.#person.get(slot), this.#day.get(slot))] = slot + 1
  }
}

function toDayNumber(day: string): number {
  return Date.parse(day) / dayMs + epochDay
}
