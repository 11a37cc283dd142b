import { z } from 'zod'
import { parameter, parseParameters } from './query.ts'
import type { TimeEntry } from './time-entry.ts'

/**
 * The filters of the list of time entries.
 * https://help.getharvest.com/api-v2/timesheets-api/timesheets/time-entries/#list-all-time-entries
 */
const filters = z.object({
  user_id: parameter.id.optional(),
  client_id: parameter.id.optional(),
  project_id: parameter.id.optional(),
  task_id: parameter.id.optional(),
  external_reference_id: z.string().optional(),
  is_billed: parameter.flag.optional(),
  is_running: parameter.flag.optional(),
  /** Inclusive. */
  updated_since: parameter.instant.optional(),
  from: parameter.day.optional(),
  to: parameter.day.optional(),
})

/** The entries that a query selects. */
export interface Selection {
  /** Equal selections have equal keys. */
  readonly key: string
  /** First and last day, both inclusive. */
  readonly from: string | undefined
  readonly to: string | undefined
  /** Applies all filters except the days. */
  matches(entry: TimeEntry): boolean
}

/**
 * Parses a selection from a query.
 * @throws {ApiError} 422
 */
export function parseSelection(query: URLSearchParams): Selection {
  const wanted = parseParameters(query, filters)
  return {
    key: JSON.stringify(wanted),
    from: wanted.from,
    to: wanted.to,
    matches: (entry) =>
      is(wanted.user_id, entry.user.id) &&
      is(wanted.client_id, entry.client.id) &&
      is(wanted.project_id, entry.project.id) &&
      is(wanted.task_id, entry.task.id) &&
      is(wanted.external_reference_id, entry.external_reference?.id) &&
      is(wanted.is_billed, entry.is_billed) &&
      is(wanted.is_running, entry.is_running) &&
      (wanted.updated_since === undefined || entry.updated_at >= wanted.updated_since),
  }
}

function is<T>(wanted: T | undefined, value: T): boolean {
  return wanted === undefined || value === wanted
}
