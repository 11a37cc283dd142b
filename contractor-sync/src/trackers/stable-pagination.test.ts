import { describe, expect, test } from '@jest/globals'
import { IdTable } from '../compact/id-table.ts'
import { type ChangingList, readConsistently } from './stable-pagination.ts'

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

/** A list in pages of two. `changes` maps the number of a page read to a change of the list just before it. */
class FakeList implements ChangingList<Row> {
  rows: Row[]
  changed: Row[] = []
  passes = 0
  readonly miscounts: { total: number; count: number }[] = []
  readonly #changes: Record<number, (list: FakeList) => void>
  #pagesRead = 0

  constructor(initial: Row[], changes: Record<number, (list: FakeList) => void> = {}) {
    this.rows = initial
    this.#changes = changes
  }

  async *pages() {
    this.passes += 1
    for (let i = 0; i === 0 || i < this.rows.length; i += 2) {
      this.#pagesRead += 1
      this.#changes[this.#pagesRead]?.(this)
      yield { rows: this.rows.slice(i, i + 2), total: this.rows.length, at: start }
    }
  }

  async *changedSince() {
    yield { rows: this.changed, total: this.changed.length, at: start }
  }

  toVersion(row: Row) {
    return row
  }

  onMiscount(total: number, count: number) {
    this.miscounts.push({ total, count })
  }
}

async function read(list: FakeList, idTable = new IdTable()): Promise<string> {
  let ids = ''
  for await (const { id, version } of readConsistently(list, idTable))
    ids += version === '1' ? id : `${id}${version}`
  return ids
}

test('a list that does not change is read in one pass', async () => {
  const list = new FakeList(rows('abcde'))
  expect(await read(list)).toBe('abcde')
  expect(list.passes).toBe(1)
})

test('a second read with the same numbers of ids returns all rows again', async () => {
  const idTable = new IdTable()
  expect(await read(new FakeList(rows('abc')), idTable)).toBe('abc')
  expect(await read(new FakeList(rows('dcba')), idTable)).toBe('dcba')
})

test('a row that only another read listed counts as added', async () => {
  const idTable = new IdTable()
  await read(new FakeList(rows('abx')), idTable)
  const list = new FakeList(rows('abcd'))
  list.changed = rows('x')
  expect(await read(list, idTable)).toBe('abcdx')
  expect(list.passes).toBe(2)
})

test('an entry created a moment before the run costs one more pass', async () => {
  const fresh = row('d', { createdAt: start })
  const list = new FakeList([...rows('abc'), fresh])
  list.changed = [fresh]
  expect(await read(list)).toBe('abcd')
  expect(list.passes).toBe(2)
})

describe('every row is returned exactly once if between two pages', () => {
  test('a row that was read is deleted, so another one moves to its page', async () => {
    const list = new FakeList(rows('abcde'), { 2: (self) => self.rows.splice(0, 1) })
    expect(await read(list)).toBe('abdec')
  })

  test('one row is deleted and another added, so the total stays', async () => {
    const list = new FakeList(rows('abcde'), {
      2: (self) => {
        self.rows = [...rows('bcde'), row('x', { createdAt: later })]
        self.changed = [row('x', { createdAt: later })]
      },
    })
    expect([...(await read(list))].sort().join('')).toBe('abcdex')
  })

  test('one row moves to a later page, so the total stays', async () => {
    const moved = row('a', { place: 'z', version: '2' })
    const list = new FakeList(rows('abcde'), {
      2: (self) => {
        self.rows = [...rows('bcde'), moved]
        self.changed = [moved]
      },
    })
    expect(await read(list)).toBe('abdea2c')
  })

  test('one row is added before all others, so the next page repeats a row', async () => {
    const added = row('x', { createdAt: later })
    const list = new FakeList(rows('abcd'), {
      2: (self) => {
        self.rows.unshift(added)
        self.changed = [added]
      },
    })
    expect([...(await read(list))].sort().join('')).toBe('abcdx')
  })

  test('a row that was read is edited in place: it is returned again, without another pass', async () => {
    const edited = row('a', { version: '2' })
    const list = new FakeList(rows('abcd'), {
      2: (self) => {
        self.rows[0] = edited
        self.changed = [edited]
      },
    })
    expect(await read(list)).toBe('abcda2')
    expect(list.passes).toBe(1)
  })
})

test('an empty list is accepted when it is empty twice', async () => {
  const list = new FakeList([], { 2: (self) => self.rows.push(...rows('ab')) })
  expect(await read(list)).toBe('ab')
  expect(await read(new FakeList([]))).toBe('')
})

test('a list that changes during every pass is a transient error', async () => {
  const drop = (self: FakeList) => void self.rows.shift()
  const list = new FakeList(rows('abcdefghijklmnop'), { 2: drop, 10: drop, 17: drop, 24: drop })
  await expect(read(list)).rejects.toThrow('The entries changed during each of 4 attempts')
})

describe('a total that differs from the number of rows', () => {
  test.each([4, 2])('does not cost the rows that were read: total %i of 3 rows', async (total) => {
    const list = new FakeList(rows('abc'))
    list.pages = async function* () {
      yield { rows: rows('abc'), total, at: start }
    }
    expect(await read(list)).toBe('abc')
    expect(list.miscounts).toEqual([{ total, count: 3 }])
  })

  test('is an error if there are no rows at all', async () => {
    const list = new FakeList([])
    list.pages = async function* () {
      yield { rows: [], total: 4, at: start }
    }
    await expect(read(list)).rejects.toThrow('The list should have 4 entries, and has none')
  })

  test('is a transient error if the list also changed meanwhile', async () => {
    const list = new FakeList(rows('abc'))
    let version = 0
    list.pages = async function* () {
      list.changed = [row('x', { createdAt: later, place: `${version++}` })]
      yield { rows: rows('ab'), total: 4, at: start }
      yield { rows: rows('c'), total: 4, at: start }
    }
    await expect(read(list)).rejects.toThrow('The entries changed during each of 4 attempts')
    expect(list.miscounts).toEqual([])
  })
})
