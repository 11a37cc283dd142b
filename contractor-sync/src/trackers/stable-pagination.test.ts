import { describe, expect, test } from '@jest/globals'
import { type ChangingList, readSteadily } from './stable-pagination.ts'

interface Row {
  readonly id: string
  readonly place: string
  readonly version: string
  readonly createdAt: Date
}

const start = new Date('2026-05-10T12:00:00Z')
const longAgo = new Date('2026-01-01T00:00:00Z')
const later = new Date(start.getTime() + 1000)

const row = (id: string, members: Partial<Row> = {}): Row => ({
  id,
  place: id,
  version: '1',
  createdAt: longAgo,
  ...members,
})
const rows = (ids: string) => [...ids].map((id) => row(id))

/** A tracker's list in pages of two, on which something happens before its n-th page is read. */
class Tracked implements ChangingList<Row> {
  rows: Row[]
  changed: Row[] = []
  passes = 0
  readonly #happenings: Record<number, (list: Tracked) => void>
  #pagesRead = 0

  constructor(initial: Row[], happenings: Record<number, (list: Tracked) => void> = {}) {
    this.rows = initial
    this.#happenings = happenings
  }

  async *pages() {
    this.passes += 1
    for (let i = 0; i === 0 || i < this.rows.length; i += 2) {
      this.#pagesRead += 1
      this.#happenings[this.#pagesRead]?.(this)
      yield { rows: this.rows.slice(i, i + 2), total: this.rows.length, at: start }
    }
  }

  async *changedSince() {
    yield { rows: this.changed, total: this.changed.length, at: start }
  }

  mark(row: Row) {
    return row
  }
}

async function read(list: Tracked): Promise<string> {
  let ids = ''
  for await (const { id, version } of readSteadily(list)) ids += version === '1' ? id : `${id}${version}`
  return ids
}

test('a list that holds still is read once', async () => {
  const list = new Tracked(rows('abcde'))
  expect(await read(list)).toBe('abcde')
  expect(list.passes).toBe(1)
})

test('an entry that was made a moment ago costs one more pass, not the run', async () => {
  const fresh = row('d', { createdAt: start })
  const list = new Tracked([...rows('abc'), fresh])
  list.changed = [fresh]
  expect(await read(list)).toBe('abcd')
  expect(list.passes).toBe(2)
})

describe('nothing is lost, and nothing comes twice, when between two pages', () => {
  test('an entry that was read is deleted, so another one slips onto its page', async () => {
    const list = new Tracked(rows('abcde'), { 2: (self) => self.rows.splice(0, 1) })
    expect(await read(list)).toBe('abdec')
  })

  test('one is deleted and another one added, so the total stays', async () => {
    const list = new Tracked(rows('abcde'), {
      2: (self) => {
        self.rows = [...rows('bcde'), row('x', { createdAt: later })]
        self.changed = [row('x', { createdAt: later })]
      },
    })
    expect([...(await read(list))].sort().join('')).toBe('abcdex')
  })

  test('one is moved to a later page, so the total stays', async () => {
    const moved = row('a', { place: 'z', version: '2' })
    const list = new Tracked(rows('abcde'), {
      2: (self) => {
        self.rows = [...rows('bcde'), moved]
        self.changed = [moved]
      },
    })
    expect(await read(list)).toBe('abdea2c')
  })

  test('one is added before all others, so a row comes twice', async () => {
    const added = row('x', { createdAt: later })
    const list = new Tracked(rows('abcd'), {
      2: (self) => {
        self.rows.unshift(added)
        self.changed = [added]
      },
    })
    expect([...(await read(list))].sort().join('')).toBe('abcdx')
  })

  test('one that was read is edited where it stands: it comes again, and that is all', async () => {
    const edited = row('a', { version: '2' })
    const list = new Tracked(rows('abcd'), {
      2: (self) => {
        self.rows[0] = edited
        self.changed = [edited]
      },
    })
    expect(await read(list)).toBe('abcda2')
    expect(list.passes).toBe(1)
  })
})

test('an empty list is believed when it is empty twice', async () => {
  const list = new Tracked([], { 2: (self) => self.rows.push(...rows('ab')) })
  expect(await read(list)).toBe('ab')
  expect(await read(new Tracked([]))).toBe('')
})

test('a list that never holds still is given up, to be tried later', async () => {
  const drop = (self: Tracked) => void self.rows.shift()
  const list = new Tracked(rows('abcdefghijklmnop'), { 2: drop, 10: drop, 17: drop, 24: drop })
  await expect(read(list)).rejects.toThrow('The entries changed while they were read, 4 times over')
})

test('a list that is not as long as it says is not believed', async () => {
  const list = new Tracked(rows('abc'))
  list.pages = async function* () {
    yield { rows: rows('abc'), total: 4, at: start }
  }
  await expect(read(list)).rejects.toThrow('The list of entries is not as long as it says')
})
