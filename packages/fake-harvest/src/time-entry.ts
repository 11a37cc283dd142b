import { z } from 'zod'

const named = z.strictObject({ id: z.int(), name: z.string() })
const instant = z.iso.datetime({ offset: true })

/**
 * A time entry as it stands in Harvest's answers, less the members that only matter to its own pages
 * (`user_assignment`, `task_assignment`).
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
  /** What was worked, in decimal hours. Of a running timer: what it shows at this moment. */
  hours: z.number(),
  /** `hours` before the timer was last started. */
  hours_without_timer: z.number(),
  /** What is billed. */
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

/** The entry as it is answered at `now`: a running timer goes on counting. */
export function asShownAt(entry: TimeEntry, now: Date): TimeEntry {
  if (!entry.is_running || entry.timer_started_at === null) return entry
  const elapsedMs = Math.max(0, now.getTime() - Date.parse(entry.timer_started_at))
  const hours = hundredths(entry.hours_without_timer + elapsedMs / 3_600_000)
  return { ...entry, hours, rounded_hours: roundedHours(hours) }
}

/** True where the hours are final and there are any: what another system can take over. */
export function isFinished(entry: TimeEntry): boolean {
  return !entry.is_running && seconds(entry) > 0
}

/** The hours in whole seconds. */
export function seconds(entry: TimeEntry): number {
  return Math.round(entry.hours * 3600)
}

/** Billed time: up to the next quarter of an hour, as the account of Harvest's documents has it (2.11 → 2.25). */
export function roundedHours(hours: number): number {
  return Math.ceil(hundredths(hours) * 4) / 4
}

/** Harvest keeps hours with two decimals. */
export function hundredths(hours: number): number {
  return Math.round(hours * 100) / 100
}

/** An instant as Harvest writes it: UTC, whole seconds. */
export function timestamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`
}
