import { z } from 'zod'
import { dateGrammar, readDate } from './date.ts'
import { type Fault, ProblemError } from './problem.ts'

const secondsAnHour = 3600

/** So many faults are told of one entry: an answer does not grow with what a stranger sends. */
const maxFaults = 20

/** A text of so many characters (code points, as JSON Schema counts them) that a database can hold. */
function text(max: number, options: { min?: number; controls?: boolean } = {}) {
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

const userId = text(128, { controls: false }).meta({
  description: 'Whose hours; kept as sent: "007" stays "007"',
  examples: ['007'],
})
const date = z
  .string()
  .refine((value) => readDate(value) !== undefined, {
    message: 'must be an RFC 3339 date-time with offset, or YYYY-MM-DD',
  })
  .meta({
    pattern: dateGrammar.source,
    description:
      'RFC 3339 date-time with offset, or YYYY-MM-DD; year 2000 to one year ahead; read back as written',
    examples: ['2017-05-10T17:40:20.095Z', '2017-05-10'],
  })
const project = text(200).meta({ examples: ['StoreZero'] })
const hours = z
  .number()
  .min(0.5 / secondsAnHour, 'must be at least half a second')
  .max(24, 'must be at most 24')
  .meta({ description: 'Hours worked, rounded to the nearest second', examples: [5] })
const notes = text(2000, { min: 0 })
const source = z
  .string()
  .regex(/^[a-z0-9-]{1,64}$/, 'must be 1 to 64 characters of a-z, 0-9 and -')
  .meta({ description: 'Where the entry comes from; by default the client itself', examples: ['harvest'] })
const externalId = text(256).meta({
  description: "The entry's identity in its source",
  examples: ['636709355'],
})

/** Hours worked, as a client sends them. An unknown member is an error. */
export const entrySchema = z
  .strictObject({
    user_id: userId,
    date,
    project,
    hours,
    notes: notes.optional(),
    source: source.optional(),
    external_id: externalId.optional(),
    deleted: z.literal(false, { error: 'must be true or false' }).optional(),
  })
  .meta({ id: 'Entry' })

/** The source's word that an entry is no more. */
export const tombstoneSchema = z
  .strictObject({
    user_id: userId,
    external_id: externalId,
    deleted: z.literal(true),
    source: source.optional(),
    date: date.optional(),
    project: project.optional(),
    hours: hours.optional(),
    notes: notes.optional(),
  })
  .meta({ id: 'Tombstone' })

/** What `POST /timesheets/upload` takes, one item of it. */
export const uploadItemSchema = z.union([entrySchema, tombstoneSchema])

export type EntryBody = z.infer<typeof entrySchema>
export type TombstoneBody = z.infer<typeof tombstoneSchema>
export type UploadItemBody = EntryBody | TombstoneBody

/** What was worked: what two sides must agree on. */
export interface Content {
  readonly userId: string
  /** The civil day as written, `YYYY-MM-DD`. */
  readonly day: string
  readonly instantMs: number
  /** The date, letter for letter as it was sent. */
  readonly dateWritten: string
  readonly project: string
  readonly seconds: number
  readonly notes: string | null
}

/** An item of an upload, found acceptable. */
export interface UploadItem {
  readonly userId: string
  /** Null: the client's own default source. */
  readonly source: string | null
  /** Null: an entry without identity, new each time. */
  readonly externalId: string | null
  /** Null: a tombstone. */
  readonly content: Content | null
}

/**
 * Understands one item of an upload.
 * @param now bounds how far ahead a date may lie: one year
 * @throws {ProblemError} `invalid-entry`, with every fault and its pointer
 */
export function readUploadItem(value: unknown, now: Date): UploadItem {
  const isTombstone =
    typeof value === 'object' && value !== null && 'deleted' in value && value.deleted === true
  const result = (isTombstone ? tombstoneSchema : entrySchema).safeParse(value, { reportInput: true })
  const faults = [...dateOutOfRange(value, now), ...(result.error?.issues.flatMap(faultsOf) ?? [])]
  if (!result.success || faults.length > 0) throw invalidEntry(faults.slice(0, maxFaults))
  const body: UploadItemBody = result.data
  return {
    userId: body.user_id,
    source: body.source ?? null,
    externalId: body.external_id ?? null,
    content: body.deleted ? null : contentOf(body),
  }
}

/** The content of an entry that is known to be valid. */
export function contentOf(body: EntryBody): Content {
  const { day, instantMs } = readDate(body.date)!
  return {
    userId: body.user_id,
    day,
    instantMs,
    dateWritten: body.date,
    project: body.project,
    seconds: Math.round(body.hours * secondsAnHour),
    notes: body.notes ?? null,
  }
}

/** Hours as they are read back: up to four decimals, enough to tell every second. */
export function hoursOf(seconds: number): number {
  return Math.round((seconds / secondsAnHour) * 10_000) / 10_000
}

/** The schema knows no clock; a date that is none is its to tell. */
function dateOutOfRange(value: unknown, now: Date): Fault[] {
  const text = typeof value === 'object' && value !== null && 'date' in value ? value.date : undefined
  const written = typeof text === 'string' ? readDate(text) : undefined
  if (written === undefined) return []
  const latest = new Date(now)
  latest.setUTCFullYear(latest.getUTCFullYear() + 1)
  const message =
    written.day < '2000-01-01'
      ? 'must not lie before the year 2000'
      : written.instantMs > latest.getTime()
        ? 'must not lie more than a year ahead'
        : undefined
  return message === undefined ? [] : [{ pointer: '#/date', message }]
}

function invalidEntry(errors: readonly Fault[]): ProblemError {
  const detail = errors.map(
    ({ pointer, message }) => `${pointer === '#' ? 'the entry' : pointer.slice(2)} ${message}`,
  )
  return new ProblemError('invalid-entry', detail.join('; '), { members: { errors } })
}

/** What is wrong, a pointer each; an unknown member is pointed at by its name. */
function faultsOf(issue: z.core.$ZodIssue): Fault[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.slice(0, maxFaults).map((key) => ({
      pointer: pointerTo([...issue.path, key]),
      message: 'is not a known member',
    }))
  }
  return [
    {
      pointer: pointerTo(issue.path),
      message: issue.code === 'invalid_type' ? typeFault(issue) : issue.message,
    },
  ]
}

function typeFault(issue: z.core.$ZodIssueInvalidType): string {
  if (issue.input === undefined && issue.path.length > 0) return 'is missing'
  const article = /^[aeiou]/.test(issue.expected) ? 'an' : 'a'
  return `must be ${article} ${issue.expected}`
}

/** Names are cut to 100 characters: an answer does not grow with what a stranger calls a member. */
function pointerTo(path: readonly PropertyKey[]): string {
  return [
    '#',
    ...path.map((key) => encodeURIComponent(cut(String(key)).replaceAll('~', '~0').replaceAll('/', '~1'))),
  ].join('/')
}

function cut(name: string): string {
  return name.slice(0, 100).toWellFormed()
}
