import { Temporal } from 'temporal-polyfill'
import type { WrittenTime } from './written-time.ts'

/** Returns whether the IANA database has a time zone of this name. */
export function isTimeZone(name: string): boolean {
  try {
    Temporal.PlainDateTime.from('2026-01-01T00:00').toZonedDateTime(name)
    return true
  } catch {
    return false
  }
}

/**
 * Returns the offset of a local time in a zone. In the hour that a night repeats, it is the first one; in the hour that a
 * night leaves out, the one before.
 */
export function findOffset(day: string, time: string, zone: string): string {
  return Temporal.PlainDateTime.from(`${day}T${time}`).toZonedDateTime(zone).offset
}

/** The time between two times, or why it cannot be known. */
export type Elapsed =
  | { readonly kind: 'seconds'; readonly seconds: number }
  | { readonly kind: 'invalid'; readonly reason: string }
  /** The times are local, and the clocks may have changed between them. */
  | { readonly kind: 'no-zone' }

/** A day and a time. */
export type LocalTime = WrittenTime & { readonly day: string; readonly time: string }

/**
 * Between these times of a day, no time zone has changed its clocks since the year 2000, except Sudan on 15 January 2000
 * and Antarctica/Casey twice. A test compares this with the IANA database.
 */
export const steadyHours = { from: '05:00:00', before: '21:00:00' } as const

/**
 * Computes the time that passed between two times, in a zone where they have no offset. Without a zone, only where every
 * zone gives the same.
 */
export function measureElapsed(start: LocalTime, end: LocalTime, zone: string | undefined): Elapsed {
  const needsZone = start.offset === undefined || end.offset === undefined
  if (needsZone && zone === undefined) {
    const isSteady =
      start.offset === end.offset &&
      start.day === end.day &&
      [start.time, end.time].every((time) => time >= steadyHours.from && time < steadyHours.before)
    if (!isSteady) return { kind: 'no-zone' }
  }
  const [from, to] = [toInstant(start, zone ?? 'UTC'), toInstant(end, zone ?? 'UTC')]
  if (typeof from === 'string') return { kind: 'invalid', reason: `start: ${from}` }
  if (typeof to === 'string') return { kind: 'invalid', reason: `end: ${to}` }
  const seconds = (to.epochMilliseconds - from.epochMilliseconds) / 1000
  return seconds < 0
    ? {
        kind: 'invalid',
        reason: `end: ${end.day} ${end.time} is before the start, ${start.day} ${start.time}`,
      }
    : { kind: 'seconds', seconds }
}

/** Returns the instant, or why there is none, or more than one. */
function toInstant({ day, time, offset }: LocalTime, zone: string): Temporal.Instant | string {
  if (offset !== undefined) return Temporal.Instant.from(`${day}T${time}${offset}`)
  const local =
    time === '24:00:00'
      ? Temporal.PlainDate.from(day).add({ days: 1 }).toPlainDateTime()
      : Temporal.PlainDateTime.from(`${day}T${time}`)
  const earlier = local.toZonedDateTime(zone, { disambiguation: 'earlier' })
  const later = local.toZonedDateTime(zone, { disambiguation: 'later' })
  if (earlier.epochMilliseconds === later.epochMilliseconds) return earlier.toInstant()
  return earlier.toPlainDateTime().equals(local)
    ? `${day} ${time} happened twice in ${zone}; write it with its offset, or export the duration`
    : `${day} ${time} did not exist in ${zone}: the clocks were put forward`
}

/** Returns the day after a day. */
export function nextDay(day: string): string {
  return Temporal.PlainDate.from(day).add({ days: 1 }).toString()
}
