import { describe, expect, test } from '@jest/globals'
import { parseUploadItem, toContent, toHours } from './entry.ts'
import { ProblemError, type ValidationError } from './problem.ts'

const now = new Date('2026-11-22T10:00:00Z')

/** An entry with the required fields, and other or more fields. */
const entry = (fields: object = {}) => ({
  user_id: '007',
  date: '2017-05-10T17:40:20.095Z',
  project: 'StoreZero',
  hours: 5,
  ...fields,
})

const parse = (value: unknown) => parseUploadItem(value, now)

/** The messages of the validation errors, by pointer. */
function collectErrors(value: unknown): Record<string, string> {
  try {
    parse(value)
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
const surrogateHalves = ['\ud83e', '\udd8a', 'a\ud83e', '\udd8a\ud83e']

test('parses an entry with the required fields', () => {
  expect(parse(entry())).toEqual({
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

test('parses an entry with all fields', () => {
  const all = entry({ notes: '', source: 'harvest', external_id: '636709355', deleted: false })
  expect(parse(all)).toMatchObject({
    source: 'harvest',
    externalId: '636709355',
    content: { notes: '' },
  })
})

describe.each<[field: string, max: number, min: number]>([
  ['user_id', 128, 1],
  ['project', 200, 1],
  ['notes', 2000, 0],
  ['external_id', 256, 1],
])('%s', (field, max, min) => {
  const pointer = `#/${field}`
  const check = (value: unknown) => collectErrors(entry({ [field]: value }))

  test('has a length limit, counted in code points', () => {
    for (const good of ['a', 'a'.repeat(max), fox.repeat(max), 'e\u0301'.repeat(max / 2)]) {
      expect(check(good)).toEqual({})
    }
    expect(check('')).toEqual(min === 0 ? {} : { [pointer]: 'must not be empty' })
    for (const long of ['a'.repeat(max + 1), fox.repeat(max + 1), `${fox.repeat(max)}a`, 'a'.repeat(1e6)]) {
      expect(check(long)).toEqual({ [pointer]: `must have at most ${max} characters` })
    }
  })

  test('must be text that Postgres can store', () => {
    for (const half of surrogateHalves) {
      expect(check(half)).toEqual({
        [pointer]: 'must be well-formed Unicode (it contains half of a surrogate pair)',
      })
    }
    expect(check('a\u0000')).toHaveProperty([pointer])
  })

  test('must be a string', () => {
    for (const wrong of [7, 0, true, null, [], ['007'], {}]) {
      expect(check(wrong)).toEqual({ [pointer]: 'must be a string' })
    }
  })
})

test('keeps user_id as sent, and rejects control characters in it', () => {
  for (const userId of ['007', ' 007 ', '7e2', 'Zoë', 'e\u0301', 'a b', '\u2028', '-']) {
    expect(parse(entry({ user_id: userId })).userId).toBe(userId)
  }
  for (const control of controls) {
    expect(collectErrors(entry({ user_id: `a${control}` }))).toEqual({
      '#/user_id': 'must not contain control characters',
    })
  }
})

test('accepts control characters in project, notes and external_id, except U+0000', () => {
  for (const control of controls.slice(1)) {
    expect(collectErrors(entry({ project: control, notes: control, external_id: control }))).toEqual({})
  }
  expect(collectErrors(entry({ project: '\0', notes: '\0', external_id: '\0' }))).toEqual({
    '#/project': 'must not contain the character U+0000',
    '#/notes': 'must not contain the character U+0000',
    '#/external_id': 'must not contain the character U+0000',
  })
})

describe('date', () => {
  const check = (date: unknown) => collectErrors(entry({ date }))

  test('is kept as it was written, and its day is the one in its own offset', () => {
    for (const [date, day] of [
      ['2026-03-01T00:30:00.1234567+02:00', '2026-03-01'],
      ['2026-02-28t23:30:00z', '2026-02-28'],
      ['2024-02-29', '2024-02-29'],
    ]) {
      expect(parse(entry({ date })).content).toMatchObject({ dateWritten: date, day })
    }
  })

  test('must be a date', () => {
    for (const wrong of ['', 'soon', '2017-02-29', '2017-05-10T24:00:00Z', '2017-05-10T10:00:00']) {
      expect(check(wrong)).toEqual({ '#/date': 'must be an RFC 3339 date-time with offset, or YYYY-MM-DD' })
    }
    for (const wrong of [1494437760, null, {}]) expect(check(wrong)).toEqual({ '#/date': 'must be a string' })
  })

  test('must be between the year 2000 and one year in the future', () => {
    for (const good of [
      '2000-01-01',
      '2000-01-01T00:00:00Z',
      '2000-01-01T00:00:00+14:00',
      '2027-11-22',
      '2027-11-22T10:00:00Z',
      '2027-11-22T12:00:00+02:00',
    ]) {
      expect(check(good)).toEqual({})
    }
    for (const early of ['1999-12-31', '1999-12-31T23:59:59-12:00', '0001-01-01', '0000-01-01']) {
      expect(check(early)).toEqual({ '#/date': 'must be in the year 2000 or later' })
    }
    for (const late of ['2027-11-23', '2027-11-22T10:00:00.001Z', '9999-12-31T23:59:59-23:59']) {
      expect(check(late)).toEqual({ '#/date': 'must be at most one year in the future' })
    }
  })

  test('may be one year after a leap day', () => {
    const leapDay = new Date('2028-02-29T00:00:00Z')
    expect(parseUploadItem(entry({ date: '2029-02-28' }), leapDay).content).not.toBeNull()
    expect(() => parseUploadItem(entry({ date: '2029-03-02' }), leapDay)).toThrow(ProblemError)
  })
})

describe('hours', () => {
  const check = (hours: unknown) => collectErrors(entry({ hours }))

  test('must be more than 0 and at most 24', () => {
    for (const good of [5, 24, 0.25, 1 / 3, 1 / 3600, 0.5 / 3600, 23.999999999])
      expect(check(good)).toEqual({})
    for (const tooFew of [0, -0, -1, -1e308, 5e-324, 0.49 / 3600]) {
      expect(check(tooFew)).toEqual({ '#/hours': 'must be at least half a second' })
    }
    for (const tooMany of [24.0000001, 25, 1e308])
      expect(check(tooMany)).toEqual({ '#/hours': 'must be at most 24' })
  })

  test('must be a number', () => {
    for (const wrong of ['5', '', true, null, [], {}, Number.NaN, Infinity, -Infinity]) {
      expect(check(wrong)).toEqual({ '#/hours': 'must be a number' })
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
      expect(parse(entry({ hours })).content!.seconds).toBe(seconds)
    }
  })

  test('return each of the 86,400 seconds of a day exactly, if a client sends back the hours that it received', () => {
    for (let seconds = 1; seconds <= 86_400; seconds++) {
      const hours = toHours(seconds)
      const again = toContent({ ...entry(), hours }).seconds
      const isShort = /^\d{1,2}(\.\d{1,4})?$/.test(String(hours))
      if (again !== seconds || !isShort) throw new Error(`${seconds} s, ${hours} h, ${again} s`)
    }
    expect([toHours(18_000), toHours(1200), toHours(1), toHours(86_400)]).toEqual([5, 0.3333, 0.0003, 24])
  })
})

test('rejects a source that is not a name, such as the default source of a client', () => {
  for (const good of ['harvest', 'a', '-', '0', 'a'.repeat(64)]) {
    expect(parse(entry({ source: good })).source).toBe(good)
  }
  for (const wrong of ['', 'a'.repeat(65), 'Harvest', 'a b', 'client:a', 'ä', 'a\n', '\na', 'a.b', 'a_b']) {
    expect(collectErrors(entry({ source: wrong }))).toEqual({
      '#/source': 'must be 1 to 64 characters of a-z, 0-9 and -',
    })
  }
  expect(collectErrors(entry({ source: null }))).toEqual({ '#/source': 'must be a string' })
})

describe('a tombstone', () => {
  const tombstone = (fields: object = {}) => ({
    user_id: '007',
    external_id: '1',
    deleted: true,
    ...fields,
  })

  test('has no content', () => {
    const parsed = { userId: '007', source: 'harvest', externalId: '1', content: null }
    expect(parse(tombstone({ source: 'harvest' }))).toEqual(parsed)
    expect(parse({ ...entry(tombstone()), source: 'harvest', notes: 'gone' })).toEqual(parsed)
  })

  test('must have user_id and external_id', () => {
    expect(collectErrors({ deleted: true })).toEqual({
      '#/user_id': 'is missing',
      '#/external_id': 'is missing',
    })
    expect(collectErrors(entry({ deleted: true }))).toEqual({ '#/external_id': 'is missing' })
  })

  test('must be valid in its optional fields too', () => {
    expect(collectErrors(tombstone({ date: 'soon', hours: 25, project: '', notes: 5, x: 1 }))).toEqual({
      '#/date': 'must be an RFC 3339 date-time with offset, or YYYY-MM-DD',
      '#/hours': 'must be at most 24',
      '#/project': 'must not be empty',
      '#/notes': 'must be a string',
      '#/x': 'is not a known field',
    })
    expect(collectErrors(tombstone({ date: '1999-01-01' }))).toEqual({
      '#/date': 'must be in the year 2000 or later',
    })
  })

  test('is marked by deleted, which must be a boolean', () => {
    for (const wrong of [null, 0, 1, 'true', '', []]) {
      expect(collectErrors(tombstone(entry({ deleted: wrong })))).toEqual({
        '#/deleted': 'must be true or false',
      })
    }
  })
})

describe('a validation error', () => {
  test('is reported for every field at once, including a date outside its range', () => {
    expect(collectErrors({ user_id: 7, date: '1999-12-31', hours: 0, colour: 'red' })).toEqual({
      '#/user_id': 'must be a string',
      '#/date': 'must be in the year 2000 or later',
      '#/project': 'is missing',
      '#/hours': 'must be at least half a second',
      '#/colour': 'is not a known field',
    })
  })

  test('is part of the detail of the problem', () => {
    expect(() => parse(entry({ user_id: '', hours: 25 }))).toThrow(
      'user_id must not be empty; hours must be at most 24',
    )
    expect(() => parse(5)).toThrow('the entry must be an object')
  })

  test('points to the entry itself if it is not an object', () => {
    for (const wrong of [null, 5, 'text', true, [], [entry()], undefined]) {
      expect(collectErrors(wrong)).toEqual({ '#': 'must be an object' })
    }
  })

  test('points to an unknown field, also if it has the name of a property of every object', () => {
    for (const name of ['id', 'x', 'constructor', 'toString', '__proto__', 'User_id', ' hours', '']) {
      const value = JSON.parse(
        `{"user_id":"007","date":"2017-05-10","project":"p","hours":5,${JSON.stringify(name)}:1}`,
      )
      expect(collectErrors(value)).toEqual({ [`#/${encodeURIComponent(name)}`]: 'is not a known field' })
    }
  })

  test('does not take fields from a prototype', () => {
    const value = JSON.parse('{"__proto__":{"user_id":"007","date":"2017-05-10","project":"p","hours":5}}')
    expect(collectErrors(value)).toMatchObject({
      '#/user_id': 'is missing',
      '#/__proto__': 'is not a known field',
    })
    expect(({} as { user_id?: string }).user_id).toBeUndefined()
  })

  test('has a JSON Pointer in URI fragment form (RFC 6901, section 6)', () => {
    expect(collectErrors(entry({ 'a/b~c d%é': 1 }))).toEqual({
      '#/a~1b~0c%20d%25%C3%A9': 'is not a known field',
    })
  })

  test('has a bounded size, however large the entry is', () => {
    const many = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`${i}${'x'.repeat(1000)}`, 1]))
    expect(Object.keys(collectErrors({ ...entry(), ...many }))).toHaveLength(20)
    try {
      parse({ ...entry(), ...many, ['\ud83e'.repeat(1000)]: 1 })
    } catch (error) {
      expect(JSON.stringify((error as ProblemError).toProblem()).length).toBeLessThan(10_000)
    }
    expect(Object.keys(collectErrors(entry({ [`${'x'.repeat(99)}${fox}`]: 1 })))).toEqual([
      `#/${'x'.repeat(99)}%EF%BF%BD`,
    ])
  })
})
