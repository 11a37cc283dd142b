import { hash } from 'node:crypto'

const firstCapacity = 1024
const maxLoad = 0.75
const growth = 1.5

/**
 * Numbers ids in the order in which they are added: 0, 1, 2, … It keeps 64 bits of a hash of each id instead of its text,
 * so a million ids take some 20 MB. (Two of a million ids have the same hash once in 40 million runs.)
 */
export class IdTable {
  /** Number of different ids. */
  size = 0
  #high = new Uint32Array(firstCapacity)
  #low = new Uint32Array(firstCapacity)
  /** The number of the id plus 1; 0 is a free place. */
  #numbers = new Uint32Array(firstCapacity)

  /** Returns the number of an id, which is added if it is new. */
  add(id: string): number {
    const { high, low } = hashId(id)
    const place = this.#findPlace(high, low)
    const known = this.#numbers[place]!
    if (known !== 0) return known - 1
    this.#put(place, high, low, this.size + 1)
    this.size += 1
    if (this.size > this.#numbers.length * maxLoad) this.#grow()
    return this.size - 1
  }

  /** Returns the number of an id; undefined if it was not added. */
  find(id: string): number | undefined {
    const { high, low } = hashId(id)
    const known = this.#numbers[this.#findPlace(high, low)]!
    return known === 0 ? undefined : known - 1
  }

  /** Linear probing: the place of the hash, or the free place where it belongs. */
  #findPlace(high: number, low: number): number {
    const capacity = this.#numbers.length
    let place = low % capacity
    while (this.#numbers[place] !== 0 && (this.#low[place] !== low || this.#high[place] !== high)) {
      place = place + 1 === capacity ? 0 : place + 1
    }
    return place
  }

  #put(place: number, high: number, low: number, number: number): void {
    this.#high[place] = high
    this.#low[place] = low
    this.#numbers[place] = number
  }

  #grow(): void {
    const [high, low, numbers] = [this.#high, this.#low, this.#numbers]
    const capacity = Math.ceil(numbers.length * growth)
    this.#high = new Uint32Array(capacity)
    this.#low = new Uint32Array(capacity)
    this.#numbers = new Uint32Array(capacity)
    for (let old = 0; old < numbers.length; old++) {
      if (numbers[old] === 0) continue
      this.#put(this.#findPlace(high[old]!, low[old]!), high[old]!, low[old]!, numbers[old]!)
    }
  }
}

function hashId(id: string): { high: number; low: number } {
  const bytes = hash('sha256', id, 'buffer')
  return { high: bytes.readUInt32BE(0), low: bytes.readUInt32BE(4) }
}
