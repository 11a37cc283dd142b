import type { User } from './contractors.ts'
import { note } from './notes.ts'
import { type Project, projects, type Reference } from './projects.ts'
import { between, chance, pick, type Random, random } from './random.ts'
import { hundredths, roundedHours, type TimeEntry, timestamp } from './time-entry.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const seed = 20_260_501
/** Beyond 2³¹, as Harvest's ids have been for years. */
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

/** A day that is worked on; `number` counts days since 1970. */
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

/** What one person booked on one day, before it has an id. */
interface Booking {
  readonly project: Project
  readonly minutes: number
  readonly timerStartedMs?: number
}

/**
 * What the contractors recorded in the weeks before `end` (a day at midnight UTC, itself not included,
 * so that nothing depends on the hour of the first start): oldest first, ids ascending. What somebody
 * worked on a day is the same whatever `end` is; its id, and whether it is approved by then, is not.
 */
export function recordedWeeks(users: readonly User[], end: Date, weeks: number): TimeEntry[] {
  const endDay = Math.floor(end.getTime() / dayMs)
  const contractors = users.map(contractor)
  const lastWorkday = workdays(endDay - 7, endDay).at(-1)?.number
  const entries: TimeEntry[] = []
  let id = firstId
  for (const day of workdays(endDay - weeks * 7, endDay)) {
    for (const contractor of contractors) {
      const next = random(seed, contractor.index, day.number)
      const bookings = isPresent(contractor, day, endDay, next) ? bookingsOf(contractor, next) : []
      if (day.number === lastWorkday && contractor.index % 13 === 3) {
        bookings.push(forgottenTimer(contractor, day, next))
      }
      for (const booking of bookings) {
        id += between(next, 1, 9)
        entries.push(recorded(id, contractor, day, booking, endDay, next))
      }
    }
  }
  return entries
}

/** The days from `first` up to, not including, `end`, less weekends and public holidays. */
function workdays(first: number, end: number): Workday[] {
  return Array.from({ length: end - first }, (_, offset) => first + offset)
    .map((number) => ({ number, date: new Date(number * dayMs).toISOString().slice(0, 10) }))
    .filter(({ number, date }) => {
      const weekday = (number + 4) % 7 // 1970-01-01 was a Thursday; 0 = Sunday
      return weekday !== 0 && weekday !== 6 && !publicHolidays.has(date.slice(5))
    })
}

/** Each is engaged on two to four projects. */
function contractor(user: User, index: number): Contractor {
  const next = random(seed, index)
  const engagements = Array.from({ length: between(next, 2, 4) }, () => pick(next, projects))
  return {
    index,
    user,
    reference: { id: user.id, name: `${user.first_name} ${user.last_name}` },
    engagements,
  }
}

/** Not ill for the day, not on leave for the week, and still with us. */
function isPresent({ index, user }: Contractor, day: Workday, endDay: number, next: Random): boolean {
  const isIll = chance(next, 0.03)
  const week = Math.floor((day.number + 3) / 7)
  const isOnLeave = chance(random(seed, index, week, 1), 0.06)
  const isGone = !user.is_active && day.number >= endDay - 14
  return !isIll && !isOnLeave && !isGone
}

/** A day's work in one to three pieces; now and then one is a timer that was stopped at once. */
function bookingsOf({ engagements }: Contractor, next: Random): Booking[] {
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

/** A timer that somebody started in the afternoon and that still runs. */
function forgottenTimer({ engagements }: Contractor, day: Workday, next: Random): Booking {
  const timerStartedMs = day.number * dayMs + between(next, 15 * 60, 22 * 60) * 60_000
  return { project: pick(next, engagements), minutes: chance(next, 0.5) ? 0 : 90, timerStartedMs }
}

/** The booking as Harvest keeps it. */
function recorded(
  id: number,
  { user, reference }: Contractor,
  day: Workday,
  { project, minutes, timerStartedMs }: Booking,
  endDay: number,
  next: Random,
): TimeEntry {
  const task = pick(next, project.tasks)
  const hours = hundredths(minutes / 60)
  return {
    id,
    spent_date: day.date,
    user: reference,
    client: project.client,
    project: project.reference,
    task: task.reference,
    hours,
    hours_without_timer: hours,
    rounded_hours: roundedHours(hours),
    notes: note(next),
    timer_started_at: timerStartedMs === undefined ? null : timestamp(timerStartedMs),
    started_time: null,
    ended_time: null,
    is_running: timerStartedMs !== undefined,
    ...standing(endDay - day.number, project, task.billable, timerStartedMs !== undefined),
    external_reference: chance(next, 0.1) ? ticket(between(next, 1, 4000)) : null,
    billable: task.billable,
    budgeted: true,
    billable_rate: task.billable ? user.default_hourly_rate : null,
    cost_rate: user.cost_rate,
    ...writingTimes(day, endDay, timerStartedMs, next),
  }
}

/** How far an entry has come on its way to an invoice. Approved entries are locked. */
function standing(ageDays: number, { client }: Project, isBillable: boolean, isRunning: boolean) {
  const isApproved = ageDays > 21 && !isRunning
  const isBilled = isApproved && isBillable && ageDays > 35
  const whatIsDone = isBilled ? 'Invoiced and Approved' : 'Approved'
  return {
    is_locked: isApproved,
    locked_reason: isApproved ? `Item ${whatIsDone} and Locked for this Time Period` : null,
    approval_status: isApproved ? 'approved' : ageDays > 7 && !isRunning ? 'submitted' : 'unsubmitted',
    is_closed: isApproved,
    is_billed: isBilled,
    invoice: isBilled ? { id: 7_000_000 + client.id, number: String(client.id % 1000) } : null,
  } as const
}

/** Most book in the evening, some days later, and some come back to it; nobody in the future. */
function writingTimes(day: Workday, endDay: number, timerStartedMs: number | undefined, next: Random) {
  const latestMs = endDay * dayMs - between(next, 1, 3600) * 1000
  const daysLate = chance(next, 0.1) ? between(next, 1, 4) : 0
  const bookedMs = (day.number + daysLate) * dayMs + 15 * hourMs + between(next, 0, 8 * 3600) * 1000
  const createdMs = timerStartedMs ?? Math.min(bookedMs, latestMs)
  const revisedMs = chance(next, 0.2) ? createdMs + between(next, 60, 40_000) * 1000 : createdMs
  const updatedMs = timerStartedMs ?? Math.min(revisedMs, latestMs)
  return { created_at: timestamp(createdMs), updated_at: timestamp(updatedMs) }
}

/** The ticket of another tool that an entry was booked from. */
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
