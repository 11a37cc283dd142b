import { describe, expect, test } from '@jest/globals'
import { parseUploadItem, toContent, toHours } from './entry.ts'
import { ProblemError, type ValidationError } from './problem.ts'

const now = new Date('2026-11-22T10:00:00Z')

/** The scenario's entry. */
const entry = (members: object = {}) => ({
  user_id: '007',
  date: '2017-05-10T17:40:20.095Z',
  project: 'StoreZero',
  hours: 5,
  ...members,
})

const read = (value: unknown) => parseUploadItem(value, now)

/** What is wrong with it, by pointer; empty: nothing. */
function errorsOf(value: unknown): Record<string, string> {
  try {
    read(value)
    return {}
  } catch (error) {
    expect(error).toBeInstanceOf(ProblemError)
    const { slug, status, members } = error as ProblemError
    expect([slug, status]).toEqual(['invalid-entry', 422])
    const errors = members.errors as ValidationError[]
    expect(errors.length).toBeGreaterThan(0)
    expect(new Set(errors.map(({ pointer }) => pointer)).size).toBe(errors.length)
    return Object.fromEntries(errors.map(({ pointer, message }) => [pointer, message]))
  }
}

const fox = '🦊'
const controls = ['\u0000', '\u0001', '\t', '\n', '\r', '\u001f', '\u007f', '\u0080', '\u009f']
const halves = ['\ud83e', '\udd8a', 'a\ud83e', '\udd8a\ud83e']

test('the entry of the scenario is understood', () => {
  expect(read(entry())).toEqual({
    userId: '007',
    source: null,
    externalId: null,
    content: {
      userId: '007',
      day: '2017-05-10',
      instantMs: Date.parse('2017-05-10T17:40:20.095Z'),
      dateWritten: '2017-05-10T17:40:20.095Z',
      project: 'StoreZero',
      seconds: 18_000,
      notes: null,
    },
  })
})

test('and one with every member', () => {
  const all = entry({ notes: '', source: 'harvest', external_id: '636709355', deleted: false })
  expect(read(all)).toMatchObject({
    source: 'harvest',
    externalId: '636709355',
    content: { notes: '' },
  })
})

describe.each<[member: string, most: number, least: number]>([
  ['user_id', 128, 1],
  ['project', 200, 1],
  ['notes', 2000, 0],
  ['external_id', 256, 1],
])('%s', (member, most, least) => {
  const pointer = `#/${member}`
  const of = (value: unknown) => errorsOf(entry({ [member]: value }))

  test('has so many characters, counted as code points', () => {
    for (const good of ['a', 'a'.repeat(most), fox.repeat(most), 'e\u0301'.repeat(most / 2)]) {
      expect(of(good)).toEqual({})
    }
    expect(of('')).toEqual(least === 0 ? {} : { [pointer]: 'must not be empty' })
    for (const long of [
      'a'.repeat(most + 1),
      fox.repeat(most + 1),
      `${fox.repeat(most)}a`,
      'a'.repeat(1e6),
    ]) {
      expect(of(long)).toEqual({ [pointer]: `must have at most ${most} characters` })
    }
  })

  test('is text that a database can hold', () => {
    for (const half of halves) {
      expect(of(half)).toEqual({
        [pointer]: 'must be well-formed Unicode (it holds half of a surrogate pair)',
      })
    }
    expect(of('a\u0000')).toHaveProperty([pointer])
  })

  test('is a string', () => {
    for (const wrong of [7, 0, true, null, [], ['007'], {}]) {
      expect(of(wrong)).toEqual({ [pointer]: 'must be a string' })
    }
  })
})

test('user_id is kept as sent, without control characters', () => {
  for (const userId of ['007', ' 007 ', '7e2', 'Zoë', 'e\u0301', 'a b', '\u2028', '-']) {
    expect(read(entry({ user_id: userId })).userId).toBe(userId)
  }
  for (const control of controls) {
    expect(errorsOf(entry({ user_id: `a${control}` }))).toEqual({
      '#/user_id': 'must not hold control characters',
    })
  }
})

test('project, notes and external_id may hold control characters, save U+0000', () => {
  for (const control of controls.slice(1)) {
    expect(errorsOf(entry({ project: control, notes: control, external_id: control }))).toEqual({})
  }
  expect(errorsOf(entry({ project: '\0', notes: '\0', external_id: '\0' }))).toEqual({
    '#/project': 'must not hold the character U+0000',
    '#/notes': 'must not hold the character U+0000',
    '#/external_id': 'must not hold the character U+0000',
  })
})

describe('date', () => {
  const of = (date: unknown) => errorsOf(entry({ date }))

  test('is read back as it was written, and its day is the one in its own offset', () => {
    for (const [date, day] of [
      ['2026-03-01T00:30:00.1234567+02:00', '2026-03-01'],
      ['2026-02-28t23:30:00z', '2026-02-28'],
      ['2024-02-29', '2024-02-29'],
    ]) {
      expect(read(entry({ date })).content).toMatchObject({ dateWritten: date, day })
    }
  })

  test('is a date', () => {
    for (const wrong of ['', 'soon', '2017-02-29', '2017-05-10T24:00:00Z', '2017-05-10T10:00:00']) {
      expect(of(wrong)).toEqual({ '#/date': 'must be an RFC 3339 date-time with offset, or YYYY-MM-DD' })
    }
    for (const wrong of [1494437760, null, {}]) expect(of(wrong)).toEqual({ '#/date': 'must be a string' })
  })

  test('lies from 2000 to one year ahead', () => {
    for (const good of [
      '2000-01-01',
      '2000-01-01T00:00:00Z',
      '2000-01-01T00:00:00+14:00',
      '2027-11-22',
      '2027-11-22T10:00:00Z',
      '2027-11-22T12:00:00+02:00',
    ]) {
      expect(of(good)).toEqual({})
    }
    for (const early of ['1999-12-31', '1999-12-31T23:59:59-12:00', '0001-01-01', '0000-01-01']) {
      expect(of(early)).toEqual({ '#/date': 'must not lie before the year 2000' })
    }
    for (const late of ['2027-11-23', '2027-11-22T10:00:00.001Z', '9999-12-31T23:59:59-23:59']) {
      expect(of(late)).toEqual({ '#/date': 'must not lie more than a year ahead' })
    }
  })

  test('a year ahead of a leap day is still about a year ahead', () => {
    const leapDay = new Date('2028-02-29T00:00:00Z')
    expect(parseUploadItem(entry({ date: '2029-02-28' }), leapDay).content).not.toBeNull()
    expect(() => parseUploadItem(entry({ date: '2029-03-02' }), leapDay)).toThrow(ProblemError)
  })
})

describe('hours', () => {
  const of = (hours: unknown) => errorsOf(entry({ hours }))

  test('are more than none and at most a day', () => {
    for (const good of [5, 24, 0.25, 1 / 3, 1 / 3600, 0.5 / 3600, 23.999999999]) expect(of(good)).toEqual({})
    for (const none of [0, -0, -1, -1e308, 5e-324, 0.49 / 3600]) {
      expect(of(none)).toEqual({ '#/hours': 'must be at least half a second' })
    }
    for (const many of [24.0000001, 25, 1e308]) expect(of(many)).toEqual({ '#/hours': 'must be at most 24' })
  })

  test('are a number', () => {
    for (const wrong of ['5', '', true, null, [], {}, Number.NaN, Infinity, -Infinity]) {
      expect(of(wrong)).toEqual({ '#/hours': 'must be a number' })
    }
  })

  test('are rounded to the nearest second', () => {
    for (const [hours, seconds] of [
      [0.0001388889, 1],
      [1.4 / 3600, 1],
      [1.5 / 3600, 2],
      [0.1, 360],
      [1.1, 3960],
      [7.7, 27_720],
      [0.3333, 1200],
      [23.99999, 86_400],
    ]) {
      expect(read(entry({ hours })).content!.seconds).toBe(seconds)
    }
  })

  test('each of the 86,400 seconds of a day is read back, and taken again, as itself', () => {
    for (let seconds = 1; seconds <= 86_400; seconds++) {
      const hours = toHours(seconds)
      const again = toContent({ ...entry(), hours }).seconds
      const isShort = /^\d{1,2}(\.\d{1,4})?$/.test(String(hours))
      if (again !== seconds || !isShort) throw new Error(`${seconds} s, ${hours} h, ${again} s`)
    }
    expect([toHours(18_000), toHours(1200), toHours(1), toHours(86_400)]).toEqual([5, 0.3333, 0.0003, 24])
  })
})

test('source is a name that no client: source can have', () => {
  for (const good of ['harvest', 'a', '-', '0', 'a'.repeat(64)]) {
    expect(read(entry({ source: good })).source).toBe(good)
  }
  for (const wrong of ['', 'a'.repeat(65), 'Harvest', 'a b', 'client:a', 'ä', 'a\n', '\na', 'a.b', 'a_b']) {
    expect(errorsOf(entry({ source: wrong }))).toEqual({
      '#/source': 'must be 1 to 64 characters of a-z, 0-9 and -',
    })
  }
  expect(errorsOf(entry({ source: null }))).toEqual({ '#/source': 'must be a string' })
})

describe('a tombstone', () => {
  const tombstone = (members: object = {}) => ({
    user_id: '007',
    external_id: '1',
    deleted: true,
    ...members,
  })

  test('has no content', () => {
    const understood = { userId: '007', source: 'harvest', externalId: '1', content: null }
    expect(read(tombstone({ source: 'harvest' }))).toEqual(understood)
    expect(read({ ...entry(tombstone()), source: 'harvest', notes: 'gone' })).toEqual(understood)
  })

  test('needs user_id and external_id', () => {
    expect(errorsOf({ deleted: true })).toEqual({ '#/user_id': 'is missing', '#/external_id': 'is missing' })
    expect(errorsOf(entry({ deleted: true }))).toEqual({ '#/external_id': 'is missing' })
  })

  test('what it has besides must be right too', () => {
    expect(errorsOf(tombstone({ date: 'soon', hours: 25, project: '', notes: 5, x: 1 }))).toEqual({
      '#/date': 'must be an RFC 3339 date-time with offset, or YYYY-MM-DD',
      '#/hours': 'must be at most 24',
      '#/project': 'must not be empty',
      '#/notes': 'must be a string',
      '#/x': 'is not a known member',
    })
    expect(errorsOf(tombstone({ date: '1999-01-01' }))).toEqual({
      '#/date': 'must not lie before the year 2000',
    })
  })

  test('deleted is true or false, and nothing else', () => {
    for (const wrong of [null, 0, 1, 'true', '', []]) {
      expect(errorsOf(tombstone(entry({ deleted: wrong })))).toEqual({ '#/deleted': 'must be true or false' })
    }
  })
})

describe('what is wrong', () => {
  test('is told of every member at once, the date that lies too far off included', () => {
    expect(errorsOf({ user_id: 7, date: '1999-12-31', hours: 0, colour: 'red' })).toEqual({
      '#/user_id': 'must be a string',
      '#/date': 'must not lie before the year 2000',
      '#/project': 'is missing',
      '#/hours': 'must be at least half a second',
      '#/colour': 'is not a known member',
    })
  })

  test('is told in words too', () => {
    expect(() => read(entry({ user_id: '', hours: 25 }))).toThrow(
      'user_id must not be empty; hours must be at most 24',
    )
    expect(() => read(5)).toThrow('the entry must be an object')
  })

  test('is the entry itself where it is none', () => {
    for (const wrong of [null, 5, 'text', true, [], [entry()], undefined]) {
      expect(errorsOf(wrong)).toEqual({ '#': 'must be an object' })
    }
  })

  test('is an unknown member, whatever its name', () => {
    for (const name of ['id', 'x', 'constructor', 'toString', '__proto__', 'User_id', ' hours', '']) {
      const value = JSON.parse(
        `{"user_id":"007","date":"2017-05-10","project":"p","hours":5,${JSON.stringify(name)}:1}`,
      )
      expect(errorsOf(value)).toEqual({ [`#/${encodeURIComponent(name)}`]: 'is not a known member' })
    }
  })

  test('does not come from a prototype', () => {
    const value = JSON.parse('{"__proto__":{"user_id":"007","date":"2017-05-10","project":"p","hours":5}}')
    expect(errorsOf(value)).toMatchObject({
      '#/user_id': 'is missing',
      '#/__proto__': 'is not a known member',
    })
    expect(({} as { user_id?: string }).user_id).toBeUndefined()
  })

  test('is pointed at as RFC 6901 has it in a URI, section 6', () => {
    expect(errorsOf(entry({ 'a/b~c d%é': 1 }))).toEqual({ '#/a~1b~0c%20d%25%C3%A9': 'is not a known member' })
  })

  test('does not grow with what a stranger sends', () => {
    const many = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`${i}${'x'.repeat(1000)}`, 1]))
    expect(Object.keys(errorsOf({ ...entry(), ...many }))).toHaveLength(20)
    try {
      read({ ...entry(), ...many, ['\ud83e'.repeat(1000)]: 1 })
    } catch (error) {
      expect(JSON.stringify((error as ProblemError).toProblem()).length).toBeLessThan(10_000)
    }
    expect(Object.keys(errorsOf(entry({ [`${'x'.repeat(99)}${fox}`]: 1 })))).toEqual([
      `#/${'x'.repeat(99)}%EF%BF%BD`,
    ])
  })
})
