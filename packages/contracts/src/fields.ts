import { z } from 'zod'
import { dateGrammar, parseDate, type WrittenDate } from './date.ts'

/** Seconds in an hour: `hours` are kept as whole seconds. */
export const secondsPerHour = 3600

/** A text of so many characters (code points, as JSON Schema counts them) that a database can hold. */
export function text(max: number, options: { min?: number; controls?: boolean } = {}) {
  const { min = 1, controls = true } = options
  return z
    .string()
    .check((context) => {
      const say = (message: string) => context.issues.push({ code: 'custom', message, input: context.value })
      if (context.value.length < min) say('must not be empty')
      else if (isLongerThan(context.value, max)) say(`must have at most ${max} characters`)
      else if (!controls && /\p{Cc}/u.test(context.value)) say('must not hold control characters')
      else if (context.value.includes('\0')) say('must not hold the character U+0000')
      else if (!context.value.isWellFormed())
        say('must be well-formed Unicode (it holds half of a surrogate pair)')
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

export const userId = text(128, { controls: false }).meta({
  description: 'Whose hours; kept as sent: "007" stays "007"',
  examples: ['007'],
})
export const date = z
  .string()
  .refine((value) => parseDate(value) !== undefined, {
    message: 'must be an RFC 3339 date-time with offset, or YYYY-MM-DD',
  })
  .meta({
    pattern: dateGrammar.source,
    description:
      'RFC 3339 date-time with offset, or YYYY-MM-DD; year 2000 to one year ahead; read back as written',
    examples: ['2017-05-10T17:40:20.095Z', '2017-05-10'],
  })
/** What a database's calendar and every client's have: the year 0 of RFC 3339 is in neither. */
const [firstInstantMs, lastInstantMs] = ['0001-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z'].map(
  Date.parse,
) as [number, number]
const isInCalendar = (written: WrittenDate | undefined) =>
  written !== undefined && written.instantMs >= firstInstantMs && written.instantMs <= lastInstantMs

/** A civil day. */
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
export const notes = text(2000, { min: 0 })
export const source = z
  .string()
  .regex(/^[a-z0-9-]{1,64}$/, 'must be 1 to 64 characters of a-z, 0-9 and -')
  .meta({ description: 'Where the entry comes from; by default the client itself', examples: ['harvest'] })
export const externalId = text(256).meta({
  description: "The entry's identity in its source",
  examples: ['636709355'],
})
