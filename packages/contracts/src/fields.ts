import { z } from 'zod'
import { datePattern, type ParsedDate, parseDate } from './date.ts'

/** The `user_id` that a query uses for everybody; no person has it. */
export const everybody = '*'

/** Seconds of an hour. `hours` are stored as whole seconds. */
export const secondsPerHour = 3600

/**
 * A string that Postgres can store: well-formed Unicode without U+0000.
 * @param max most characters, counted in code points as JSON Schema does
 * @param options.min fewest characters: 1 by default, or 0
 * @param options.controls whether control characters are allowed; true by default
 */
export function text(max: number, options: { min?: number; controls?: boolean } = {}) {
  const { min = 1, controls = true } = options
  return z
    .string()
    .check((context) => {
      const reject = (message: string) =>
        context.issues.push({ code: 'custom', message, input: context.value })
      if (context.value.length < min) reject('must not be empty')
      else if (isLongerThan(context.value, max)) reject(`must have at most ${max} characters`)
      else if (!controls && /\p{Cc}/u.test(context.value)) reject('must not contain control characters')
      else if (context.value.includes('\0')) reject('must not contain the character U+0000')
      else if (!context.value.isWellFormed())
        reject('must be well-formed Unicode (it contains half of a surrogate pair)')
    })
    .meta({
      ...(min > 0 ? { minLength: min } : {}),
      maxLength: max,
      pattern: controls ? '^[^\\u0000]*$' : '^[^\\u0000-\\u001f\\u007f-\\u009f]*$',
    })
}

function isLongerThan(value: string, max: number): boolean {
  if (value.length <= max) return false
  return value.length > 2 * max || [...value].length > max
}

const userIdText = text(128, { controls: false })

export const userId = userIdText
  .refine((value) => value !== everybody, 'must not be *, which means everybody in a query')
  .meta({
    ...userIdText.meta(),
    not: { const: everybody },
    description: 'The person who worked these hours. Stored as sent: "007" stays "007"',
    examples: ['007'],
  })

/** A `user_id` in a query, where `*` means everybody. */
export const userIdOrEverybody = userIdText
export const date = z
  .string()
  .refine((value) => parseDate(value) !== undefined, {
    message: 'must be an RFC 3339 date-time with offset, or YYYY-MM-DD',
  })
  .meta({
    pattern: datePattern.source,
    description:
      'RFC 3339 date-time with offset, or YYYY-MM-DD. From the year 2000 to one year in the future. Returned as it was written',
    examples: ['2017-05-10T17:40:20.095Z', '2017-05-10'],
  })
/** RFC 3339 has a year 0, but the calendar of Postgres does not. */
const [firstInstantMs, lastInstantMs] = ['0001-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z'].map(
  Date.parse,
) as [number, number]
const isInCalendar = (parsed: ParsedDate | undefined) =>
  parsed !== undefined && parsed.instantMs >= firstInstantMs && parsed.instantMs <= lastInstantMs

/** A calendar day. */
export const day = z
  .string()
  .refine((value) => value.length === 10 && isInCalendar(parseDate(value)), 'must be a day, YYYY-MM-DD')
  .meta({ format: 'date', examples: ['2026-05-10'] })

/** An instant. */
export const instant = z
  .string()
  .refine(
    (value) => value.length > 10 && isInCalendar(parseDate(value)),
    'must be an RFC 3339 date-time with offset',
  )
  .meta({ format: 'date-time', examples: ['2026-05-10T12:00:00Z'] })
export const project = text(200).meta({ examples: ['StoreZero'] })
export const hours = z
  .number()
  .min(0.5 / secondsPerHour, 'must be at least half a second')
  .max(24, 'must be at most 24')
  .meta({ description: 'Hours worked, rounded to the nearest second', examples: [5] })
/** The longest notes, in code points. */
export const maxNotesCharacters = 2000
export const notes = text(maxNotesCharacters, { min: 0 })
export const source = z
  .string()
  .regex(/^[a-z0-9-]{1,64}$/, 'must be 1 to 64 characters of a-z, 0-9 and -')
  .meta({
    description: 'Where the entry comes from. The default is a source of the client itself',
    examples: ['harvest'],
  })
export const externalId = text(256).meta({
  description: 'The id of the entry in its source; together they identify it',
  examples: ['636709355'],
})
