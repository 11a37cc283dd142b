import { z } from 'zod'
import { parseDate } from './date.ts'
import { date, externalId, hours, notes, project, secondsPerHour, source, userId } from './fields.ts'
import type { ValidationError } from './problem.ts'
import { parseOrThrow } from './validation.ts'

/** An entry as a client uploads it. An unknown field is an error. */
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

/** The statement that the source no longer has an entry. */
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

/** One item of an upload. */
export const uploadItemSchema = z.union([entrySchema, tombstoneSchema])

export type EntryBody = z.infer<typeof entrySchema>
export type TombstoneBody = z.infer<typeof tombstoneSchema>
export type UploadItemBody = EntryBody | TombstoneBody

/** The data of an entry, without its identity. Its digest covers all fields except `dateWritten`. */
export interface Content {
  readonly userId: string
  /** The calendar day in the offset of the date, `YYYY-MM-DD`. */
  readonly day: string
  readonly instantMs: number
  /** The date exactly as it was sent. */
  readonly dateWritten: string
  readonly project: string
  readonly seconds: number
  readonly notes: string | null
}

/** A valid item of an upload. */
export interface UploadItem {
  readonly userId: string
  /** Null for the client's default source. */
  readonly source: string | null
  /** Null for an entry without identity, which every upload creates anew. */
  readonly externalId: string | null
  /** Whether `externalId` comes from an idempotency key, so that another content is another request. */
  readonly isKeyed?: boolean
  /** Null for a tombstone. */
  readonly content: Content | null
}

/**
 * Parses one item of an upload.
 * @param now a date may be at most one year after it
 * @throws {ProblemError} `invalid-entry`, with all validation errors
 */
export function parseUploadItem(value: unknown, now: Date): UploadItem {
  const isTombstone =
    typeof value === 'object' && value !== null && 'deleted' in value && value.deleted === true
  const schema: typeof entrySchema | typeof tombstoneSchema = isTombstone ? tombstoneSchema : entrySchema
  const body: UploadItemBody = parseOrThrow(schema, value, 'invalid-entry', checkDateRange(value, now))
  return {
    userId: body.user_id,
    source: body.source ?? null,
    externalId: body.external_id ?? null,
    content: body.deleted ? null : toContent(body),
  }
}

/** Hours that a person enters in an app. The person comes from the token. */
export const ownEntrySchema = z
  .strictObject({ date, project, hours, notes: notes.optional() })
  .meta({ id: 'OwnEntry' })

/**
 * Parses the hours that a person enters in an app.
 * @param user the `user_id` of that person
 * @param now a date may be at most one year after it
 * @throws {ProblemError} `invalid-entry`, with all validation errors
 */
export function parseOwnEntry(value: unknown, user: string, now: Date): Content {
  const body = parseOrThrow(ownEntrySchema, value, 'invalid-entry', checkDateRange(value, now))
  return toContent({ ...body, user_id: parseOrThrow(userId, user, 'invalid-entry') })
}

/** Converts a valid entry to its content. */
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

/** Converts seconds to hours with up to four decimals, which are enough to distinguish every second. */
export function toHours(seconds: number): number {
  return Math.round((seconds / secondsPerHour) * 10_000) / 10_000
}

/** Checks what the schema cannot check, because it has no clock. Texts that are not dates are left to the schema. */
function checkDateRange(value: unknown, now: Date): ValidationError[] {
  const text = typeof value === 'object' && value !== null && 'date' in value ? value.date : undefined
  const parsed = typeof text === 'string' ? parseDate(text) : undefined
  if (parsed === undefined) return []
  if (parsed.day >= '2000-01-01' && parsed.instantMs <= now.getTime()) return []
  const latest = new Date(now)
  latest.setUTCFullYear(latest.getUTCFullYear() + 1)
  const message =
    parsed.day < '2000-01-01'
      ? 'must be in the year 2000 or later'
      : parsed.instantMs > latest.getTime()
        ? 'must be at most one year in the future'
        : undefined
  return message === undefined ? [] : [{ pointer: '#/date', message }]
}
