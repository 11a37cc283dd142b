import { z } from 'zod'
import { parseDate } from './date.ts'
import { date, externalId, hours, notes, project, secondsPerHour, source, userId } from './fields.ts'
import type { ValidationError } from './problem.ts'
import { parseOrThrow } from './validation.ts'

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
export function parseUploadItem(value: unknown, now: Date): UploadItem {
  const isTombstone =
    typeof value === 'object' && value !== null && 'deleted' in value && value.deleted === true
  const schema: typeof entrySchema | typeof tombstoneSchema = isTombstone ? tombstoneSchema : entrySchema
  const body: UploadItemBody = parseOrThrow(schema, value, 'invalid-entry', dateOutOfRange(value, now))
  return {
    userId: body.user_id,
    source: body.source ?? null,
    externalId: body.external_id ?? null,
    content: body.deleted ? null : toContent(body),
  }
}

/** Hours that a person enters; whose they are, the token says. */
export const ownEntrySchema = z
  .strictObject({ date, project, hours, notes: notes.optional() })
  .meta({ id: 'OwnEntry' })

/**
 * Understands the hours that a person enters.
 * @throws {ProblemError} `invalid-entry`
 */
export function parseOwnEntry(value: unknown, user: string, now: Date): Content {
  const body = parseOrThrow(ownEntrySchema, value, 'invalid-entry', dateOutOfRange(value, now))
  return toContent({ ...body, user_id: parseOrThrow(userId, user, 'invalid-entry') })
}

/** The content of an entry that is known to be valid. */
export function toContent(body: EntryBody): Content {
  const { day, instantMs } = parseDate(body.date)!
  return {
    userId: body.user_id,
    day,
    instantMs,
    dateWritten: body.date,
    project: body.project,
    seconds: Math.round(body.hours * secondsPerHour),
    notes: body.notes ?? null,
  }
}

/** Hours as they are read back: up to four decimals, enough to tell every second. */
export function toHours(seconds: number): number {
  return Math.round((seconds / secondsPerHour) * 10_000) / 10_000
}

/** The schema knows no clock; a date that is none is its to tell. */
function dateOutOfRange(value: unknown, now: Date): ValidationError[] {
  const text = typeof value === 'object' && value !== null && 'date' in value ? value.date : undefined
  const written = typeof text === 'string' ? parseDate(text) : undefined
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
