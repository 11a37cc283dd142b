import { addDays, type Window } from '../trackers/window.ts'
import { type Bookmark, isFullRunDue } from './bookmark.ts'

/** The first day that the API accepts. */
const firstDay = '2000-01-01'
/** The API accepts days up to a year ahead, by the clock of any time zone. */
const daysAhead = 366

/** The options that select the days of a run. */
export interface DaysOptions {
  readonly since: string | undefined
  readonly until: string | undefined
  readonly full: boolean
}

/** The days of a run. */
export interface RunDays {
  readonly isFull: boolean
  /** Whether options selected the days: then nothing else is read, and the bookmark stays. */
  readonly isSelected: boolean
  /** The days that are compared, both inclusive. */
  readonly from: string
  readonly to: string
  /** What is read: a day more at each edge, because an entry may move there meanwhile; all days of a full run. */
  readonly read: Window
}

/**
 * Selects the days of a run: those of the options; all days if it is time; else those from `windowDays` ago to a year
 * ahead.
 */
export function selectDays(
  { since, until, full }: DaysOptions,
  { windowDays, fullEveryDays }: { readonly windowDays: number; readonly fullEveryDays: number },
  bookmark: Pick<Bookmark, 'fullAt'>,
  now: Date,
): RunDays {
  const hasOptions = since !== undefined || until !== undefined
  if (full || (!hasOptions && isFullRunDue(bookmark, fullEveryDays, now))) {
    return { isFull: true, isSelected: false, from: firstDay, to: addDays(now, daysAhead), read: {} }
  }
  const to = until ?? addDays(now, daysAhead)
  const from = since ?? addDays(until === undefined ? now : new Date(until), -windowDays)
  return { isFull: false, isSelected: hasOptions, from, to, read: padDays(from, to) }
}

/** One day more at each edge. */
export function padDays(from: string, to: string): { readonly from: string; readonly to: string } {
  return { from: addDays(new Date(from), -1), to: addDays(new Date(to), 1) }
}
