import { z } from 'zod'
import type { User } from './contractors.ts'
import { projects } from './projects.ts'
import { refusals, refuseParameter } from './refusal.ts'
import { asShownAt, hundredths, roundedHours, type TimeEntry, timeEntry, timestamp } from './time-entry.ts'

/**
 * A change to an entry: any of its members but the id; `user_id`, `project_id` and `task_id` are taken
 * too, as by Harvest's own calls. Values need not be sensible: an entry of 30 hours is how a test
 * gets one that the other side must reject.
 */
const edit = timeEntry
  .omit({ id: true })
  .partial()
  .extend({ user_id: z.int().optional(), project_id: z.int().optional(), task_id: z.int().optional() })

export type Edit = z.infer<typeof edit>

const addition = edit.required({ spent_date: true, hours: true })

/**
 * @throws {Refusal} 422
 */
export function editOf(body: unknown): Edit {
  const parsed = edit.safeParse(body)
  if (!parsed.success) throw refuseParameter(parsed.error)
  return parsed.data
}

/**
 * Like `editOf`, for a new entry: a day and hours are the least.
 * @throws {Refusal} 422
 */
export function additionOf(body: unknown): Edit {
  const parsed = addition.safeParse(body)
  if (!parsed.success) throw refuseParameter(parsed.error)
  return parsed.data
}

/** An entry with nothing worked yet, to which an addition is an edit. */
export function blankEntry(id: number, user: User, now: Date): TimeEntry {
  const [project] = projects
  const [task] = project!.tasks
  return {
    id,
    spent_date: timestamp(now.getTime()).slice(0, 10),
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
    created_at: timestamp(now.getTime()),
    updated_at: timestamp(now.getTime()),
  }
}

/**
 * The entry after an edit at `now`, with what follows from it: rounded hours, a timer's start and stop,
 * and `updated_at`, unless the edit names it (a change that `updated_since` does not show).
 * @throws {Refusal} 422 where it names a user, project or task that there is not
 */
export function edited(entry: TimeEntry, change: Edit, users: readonly User[], now: Date): TimeEntry {
  const { user_id, project_id, task_id, ...members } = change
  const shown = asShownAt(entry, now)
  const isRunning = members.is_running ?? entry.is_running
  const hours = members.hours ?? (isRunning === entry.is_running ? entry.hours : shown.hours)
  const nowText = timestamp(now.getTime())
  return {
    ...entry,
    hours,
    hours_without_timer: isRunning && entry.is_running ? entry.hours_without_timer : hours,
    rounded_hours: roundedHours(hundredths(hours)),
    timer_started_at: isRunning ? (entry.timer_started_at ?? nowText) : null,
    ...userOf(user_id, users),
    ...projectOf(project_id),
    ...taskOf(task_id),
    ...members,
    updated_at: members.updated_at === undefined ? nowText : timestamp(Date.parse(members.updated_at)),
  }
}

function userOf(id: number | undefined, users: readonly User[]): Pick<TimeEntry, 'user'> | undefined {
  if (id === undefined) return undefined
  const user = users.find((candidate) => candidate.id === id)
  if (user === undefined) throw refusals.invalid(`user_id ${id} is nobody's`)
  return { user: { id, name: `${user.first_name} ${user.last_name}` } }
}

function projectOf(id: number | undefined): Pick<TimeEntry, 'project' | 'client'> | undefined {
  if (id === undefined) return undefined
  const project = projects.find(({ reference }) => reference.id === id)
  if (project === undefined) throw refusals.invalid(`project_id ${id} is no project's`)
  return { project: project.reference, client: project.client }
}

function taskOf(id: number | undefined): Pick<TimeEntry, 'task'> | undefined {
  if (id === undefined) return undefined
  const task = projects.flatMap(({ tasks }) => tasks).find(({ reference }) => reference.id === id)
  if (task === undefined) throw refusals.invalid(`task_id ${id} is no task's`)
  return { task: task.reference }
}
