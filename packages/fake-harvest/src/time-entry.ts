import { z } from 'zod'

const named = z.strictObject({ id: z.int(), name: z.string() })
const instant = z.iso.datetime({ offset: true })

/**
 * A time entry in Harvest's responses, without the fields that only its own pages use (`user_assignment`,
 * `task_assignment`).
 * https://help.getharvest.com/api-v2/timesheets-api/timesheets/time-entries/#the-time-entry-object
 */
export const timeEntry = z.strictObject({
  id: z.int(),
  /** The civil day, without a time zone. */
  spent_date: z.iso.date(),
  user: named,
  client: named,
  project: named,
  task: named,
  /** Decimal hours. For a running timer, the hours until now. */
  hours: z.number(),
  /** `hours` before the timer was last started. */
  hours_without_timer: z.number(),
  /** The billed hours. */
  rounded_hours: z.number(),
  notes: z.string().nullable(),
  is_locked: z.boolean(),
  locked_reason: z.string().nullable(),
  approval_status: z.enum(['unsubmitted', 'submitted', 'approved']),
  is_closed: z.boolean(),
  is_billed: z.boolean(),
  timer_started_at: instant.nullable(),
  /** Times of day ("3:00pm"), in accounts that track by start and end. */
  started_time: z.string().nullable(),
  ended_time: z.string().nullable(),
  is_running: z.boolean(),
  invoice: z.strictObject({ id: z.int(), number: z.string() }).nullable(),
  external_reference: z
    .strictObject({
      id: z.string(),
      group_id: z.string().nullable(),
      account_id: z.string().nullable(),
      permalink: z.string().nullable(),
      service: z.string().nullable(),
      service_icon_url: z.string().nullable(),
    })
    .nullable(),
  billable: z.boolean(),
  budgeted: z.boolean(),
  billable_rate: z.number().nullable(),
  cost_rate: z.number().nullable(),
  created_at: instant,
  updated_at: instant,
})

export type TimeEntry = z.infer<typeof timeEntry>

/** Adds the hours of a running timer until `now`. */
export function withTimerHours(entry: TimeEntry, now: Date): TimeEntry {
  if (!entry.is_running || entry.timer_started_at === null) return entry
  const elapsedMs = Math.max(0, now.getTime() - Date.parse(entry.timer_started_at))
  const hours = roundToHundredths(entry.hours_without_timer + elapsedMs / 3_600_000)
  return { ...entry, hours, rounded_hours: roundToBilledHours(hours) }
}

/** Returns true for an entry with final hours, which another system can import. */
export function isFinished(entry: TimeEntry): boolean {
  return !entry.is_running && toSeconds(entry) > 0
}

/** Converts the hours to whole seconds. */
export function toSeconds(entry: TimeEntry): number {
  return Math.round(entry.hours * 3600)
}

/** Rounds up to a quarter of an hour, as the account in Harvest's documentation does (2.11 → 2.25). */
export function roundToBilledHours(hours: number): number {
  return Math.ceil(roundToHundredths(hours) * 4) / 4
}

/** Rounds to two decimals, as Harvest stores hours. */
export function roundToHundredths(hours: number): number {
  return Math.round(hours * 100) / 100
}

/** Formats an instant as Harvest does: UTC, whole seconds. */
export function formatTimestamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`
}
