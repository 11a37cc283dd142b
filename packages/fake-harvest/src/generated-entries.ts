import type { User } from './contractors.ts'
import { pickNote } from './notes.ts'
import { type Project, projects, type Reference } from './projects.ts'
import { between, chance, pick, type Random, random } from './random.ts'
import { formatTimestamp, roundToBilledHours, roundToHundredths, type TimeEntry } from './time-entry.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const seed = 20_260_501
/** Greater than 2³¹, like Harvest's ids. */
const firstId = 2_518_000_001
const publicHolidays = new Set([
  '01-01',
  '01-06',
  '05-01',
  '10-03',
  '11-01',
  '12-24',
  '12-25',
  '12-26',
  '12-31',
])

/** A working day; `number` counts days since 1970-01-01. */
interface Workday {
  readonly number: number
  readonly date: string
}

interface Contractor {
  readonly index: number
  readonly user: User
  readonly reference: Reference
  readonly engagements: readonly Project[]
}

/** An entry of one person on one day, before it has an id. */
interface Booking {
  readonly project: Project
  readonly minutes: number
  readonly timerStartedMs?: number
}

/**
 * Generates the entries of the weeks before `end`, oldest first, with ascending ids. `end` is midnight UTC and exclusive,
 * so the data does not depend on the hour of the first start. The hours of a day do not depend on `end`; the ids and the
 * approval state do.
 */
export function generateEntries(users: readonly User[], end: Date, weeks: number): TimeEntry[] {
  const endDay = Math.floor(end.getTime() / dayMs)
  const contractors = users.map(toContractor)
  const lastWorkday = workdays(endDay - 7, endDay).at(-1)?.number
  const entries: TimeEntry[] = []
  let id = firstId
  for (const day of workdays(endDay - weeks * 7, endDay)) {
    for (const contractor of contractors) {
      const next = random(seed, contractor.index, day.number)
      const bookings = isPresent(contractor, day, endDay, next) ? createBookings(contractor, next) : []
      if (day.number === lastWorkday && contractor.index % 13 === 3) {
        bookings.push(createRunningTimer(contractor, day, next))
      }
      for (const booking of bookings) {
        id += between(next, 1, 9)
        entries.push(toTimeEntry(id, contractor, day, booking, endDay, next))
      }
    }
  }
  return entries
}

/** Lists the days from `first` to `end` (exclusive) without weekends and public holidays. */
function workdays(first: number, end: number): Workday[] {
  return Array.from({ length: end - first }, (_, offset) => first + offset)
    .map((number) => ({ number, date: new Date(number * dayMs).toISOString().slice(0, 10) }))
    .filter(({ number, date }) => {
      const weekday = (number + 4) % 7 // 1970-01-01 was a Thursday; 0 = Sunday
      return weekday !== 0 && weekday !== 6 && !publicHolidays.has(date.slice(5))
    })
}

/** Assigns two to four projects to a contractor. */
function toContractor(user: User, index: number): Contractor {
  const next = random(seed, index)
  const engagements = Array.from({ length: between(next, 2, 4) }, () => pick(next, projects))
  return {
    index,
    user,
    reference: { id: user.id, name: `${user.first_name} ${user.last_name}` },
    engagements,
  }
}

/** Returns false for a day of illness, a week of leave, and the last two weeks of an inactive contractor. */
function isPresent({ index, user }: Contractor, day: Workday, endDay: number, next: Random): boolean {
  const isIll = chance(next, 0.03)
  const week = Math.floor((day.number + 3) / 7)
  const isOnLeave = chance(random(seed, index, week, 1), 0.06)
  const isGone = !user.is_active && day.number >= endDay - 14
  return !isIll && !isOnLeave && !isGone
}

/** Splits a day's work into one to three entries; some days have an additional entry of a timer stopped at once. */
function createBookings({ engagements }: Contractor, next: Random): Booking[] {
  const pieces = between(next, 1, 3)
  const dayMinutes = between(next, 24, 34) * 15
  const bookings = Array.from({ length: pieces }, () => {
    const minutes = Math.round((dayMinutes / pieces) * (0.7 + next() * 0.6))
    const quarters = Math.round(minutes / 15) * 15
    return { project: pick(next, engagements), minutes: chance(next, 0.3) ? minutes : quarters }
  })
  if (pieces < 3 && chance(next, 0.02)) bookings.push({ project: pick(next, engagements), minutes: 0 })
  return bookings
}

/** Creates the entry of a timer that was started in the afternoon and still runs. */
function createRunningTimer({ engagements }: Contractor, day: Workday, next: Random): Booking {
  const timerStartedMs = day.number * dayMs + between(next, 15 * 60, 22 * 60) * 60_000
  return { project: pick(next, engagements), minutes: chance(next, 0.5) ? 0 : 90, timerStartedMs }
}

/** Converts a booking to Harvest's format. */
function toTimeEntry(
  id: number,
  { user, reference }: Contractor,
  day: Workday,
  { project, minutes, timerStartedMs }: Booking,
  endDay: number,
  next: Random,
): TimeEntry {
  const task = pick(next, project.tasks)
  const hours = roundToHundredths(minutes / 60)
  return {
    id,
    spent_date: day.date,
    user: reference,
    client: project.client,
    project: project.reference,
    task: task.reference,
    hours,
    hours_without_timer: hours,
    rounded_hours: roundToBilledHours(hours),
    notes: pickNote(next),
    timer_started_at: timerStartedMs === undefined ? null : formatTimestamp(timerStartedMs),
    started_time: null,
    ended_time: null,
    is_running: timerStartedMs !== undefined,
    ...approvalState(endDay - day.number, project, task.billable, timerStartedMs !== undefined),
    external_reference: chance(next, 0.1) ? ticket(between(next, 1, 4000)) : null,
    billable: task.billable,
    budgeted: true,
    billable_rate: task.billable ? user.default_hourly_rate : null,
    cost_rate: user.cost_rate,
    ...createTimestamps(day, endDay, timerStartedMs, next),
  }
}

/** Derives approval and invoice from the age. Approved entries are locked. */
function approvalState(ageDays: number, { client }: Project, isBillable: boolean, isRunning: boolean) {
  const isApproved = ageDays > 21 && !isRunning
  const isBilled = isApproved && isBillable && ageDays > 35
  const reason = isBilled ? 'Invoiced and Approved' : 'Approved'
  return {
    is_locked: isApproved,
    locked_reason: isApproved ? `Item ${reason} and Locked for this Time Period` : null,
    approval_status: isApproved ? 'approved' : ageDays > 7 && !isRunning ? 'submitted' : 'unsubmitted',
    is_closed: isApproved,
    is_billed: isBilled,
    invoice: isBilled ? { id: 7_000_000 + client.id, number: String(client.id % 1000) } : null,
  } as const
}

/** Most entries are created in the evening, some days later; some are edited again. None is from the future. */
function createTimestamps(day: Workday, endDay: number, timerStartedMs: number | undefined, next: Random) {
  const latestMs = endDay * dayMs - between(next, 1, 3600) * 1000
  const daysLate = chance(next, 0.1) ? between(next, 1, 4) : 0
  const bookedMs = (day.number + daysLate) * dayMs + 15 * hourMs + between(next, 0, 8 * 3600) * 1000
  const createdMs = timerStartedMs ?? Math.min(bookedMs, latestMs)
  const revisedMs = chance(next, 0.2) ? createdMs + between(next, 60, 40_000) * 1000 : createdMs
  const updatedMs = timerStartedMs ?? Math.min(revisedMs, latestMs)
  return { created_at: formatTimestamp(createdMs), updated_at: formatTimestamp(updatedMs) }
}

/** The reference to a ticket of another tool. */
function ticket(number: number): TimeEntry['external_reference'] {
  return {
    id: `TICKET-${number}`,
    group_id: 'TICKET',
    account_id: null,
    permalink: `https://tickets.example/TICKET-${number}`,
    service: 'tickets.example',
    service_icon_url: 'https://tickets.example/icon.png',
  }
}
