import { z } from 'zod'
import { apiErrors, invalidParameter } from './api-error.ts'
import type { User } from './contractors.ts'
import { projects } from './projects.ts'
import {
  formatTimestamp,
  roundToBilledHours,
  roundToHundredths,
  type TimeEntry,
  timeEntry,
  withTimerHours,
} from './time-entry.ts'

/**
 * A change to an entry: any of its fields except the id, and `user_id`, `project_id` and `task_id` as in Harvest's own
 * API. Values are not limited to sensible ones: a test needs an entry of 30 hours that the other system must reject.
 */
const edit = timeEntry
  .omit({ id: true })
  .partial()
  .extend({ user_id: z.int().optional(), project_id: z.int().optional(), task_id: z.int().optional() })

export type Edit = z.infer<typeof edit>

const newEntry = edit.required({ spent_date: true, hours: true })

/** @throws {ApiError} 422 */
export function parseEdit(body: unknown): Edit {
  const parsed = edit.safeParse(body)
  if (!parsed.success) throw invalidParameter(parsed.error)
  return parsed.data
}

/**
 * Like `parseEdit`, for a new entry, which needs a day and hours.
 * @throws {ApiError} 422
 */
export function parseNewEntry(body: unknown): Edit {
  const parsed = newEntry.safeParse(body)
  if (!parsed.success) throw invalidParameter(parsed.error)
  return parsed.data
}

/** Creates an entry without hours, to apply the edit of a new entry to. */
export function createBlankEntry(id: number, user: User, now: Date): TimeEntry {
  const [project] = projects
  const [task] = project!.tasks
  return {
    id,
    spent_date: formatTimestamp(now.getTime()).slice(0, 10),
    user: { id: user.id, name: `${user.first_name} ${user.last_name}` },
    client: project!.client,
    project: project!.reference,
    task: task!.reference,
    hours: 0,
    hours_without_timer: 0,
    rounded_hours: 0,
    notes: null,
    is_locked: false,
    locked_reason: null,
    approval_status: 'unsubmitted',
    is_closed: false,
    is_billed: false,
    timer_started_at: null,
    started_time: null,
    ended_time: null,
    is_running: false,
    invoice: null,
    external_reference: null,
    billable: task!.billable,
    budgeted: true,
    billable_rate: null,
    cost_rate: null,
    created_at: formatTimestamp(now.getTime()),
    updated_at: formatTimestamp(now.getTime()),
  }
}

/**
 * Applies an edit at `now`, and the changes that follow from it: rounded hours, the start or stop of the timer, and
 * `updated_at`. An edit that sets `updated_at` itself simulates a change that `updated_since` does not show.
 * @throws {ApiError} 422 for an unknown user, project or task
 */
export function applyEdit(entry: TimeEntry, change: Edit, users: readonly User[], now: Date): TimeEntry {
  const { user_id, project_id, task_id, ...fields } = change
  const current = withTimerHours(entry, now)
  const isRunning = fields.is_running ?? entry.is_running
  const hours = fields.hours ?? (isRunning === entry.is_running ? entry.hours : current.hours)
  const nowText = formatTimestamp(now.getTime())
  return {
    ...entry,
    hours,
    hours_without_timer: isRunning && entry.is_running ? entry.hours_without_timer : hours,
    rounded_hours: roundToBilledHours(roundToHundredths(hours)),
    timer_started_at: isRunning ? (entry.timer_started_at ?? nowText) : null,
    ...findUser(user_id, users),
    ...findProject(project_id),
    ...findTask(task_id),
    ...fields,
    updated_at: fields.updated_at === undefined ? nowText : formatTimestamp(Date.parse(fields.updated_at)),
  }
}

function findUser(id: number | undefined, users: readonly User[]): Pick<TimeEntry, 'user'> | undefined {
  if (id === undefined) return undefined
  const user = users.find((candidate) => candidate.id === id)
  if (user === undefined) throw apiErrors.invalid(`There is no user ${id}`)
  return { user: { id, name: `${user.first_name} ${user.last_name}` } }
}

function findProject(id: number | undefined): Pick<TimeEntry, 'project' | 'client'> | undefined {
  if (id === undefined) return undefined
  const project = projects.find(({ reference }) => reference.id === id)
  if (project === undefined) throw apiErrors.invalid(`There is no project ${id}`)
  return { project: project.reference, client: project.client }
}

function findTask(id: number | undefined): Pick<TimeEntry, 'task'> | undefined {
  if (id === undefined) return undefined
  const task = projects.flatMap(({ tasks }) => tasks).find(({ reference }) => reference.id === id)
  if (task === undefined) throw apiErrors.invalid(`There is no task ${id}`)
  return { task: task.reference }
}
