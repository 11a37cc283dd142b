import type { DaySum } from './day-sums.ts'

/** What both sides have of a person and a day. */
export interface DifferingDay {
  readonly userId: string
  readonly day: string
  readonly tracker: Pick<DaySum, 'count' | 'seconds'>
  readonly stored: Pick<DaySum, 'count' | 'seconds'>
}

/** Whether the tracker and Timesheets hold the same hours, at the end of a run. */
export type Proof =
  | {
      readonly outcome: 'equal'
      /** The sum of all entries, which is the same on both sides. */
      readonly sum: DaySum
      readonly people: number
      readonly days: number
      /** Ids that are on neither side, because their content is not final: running timers, rejected entries. */
      readonly open: number
    }
  | { readonly outcome: 'differs'; readonly days: readonly DifferingDay[] }
  | {
      readonly outcome: 'not-provable'
      readonly reason: string
      /** Whether it is so by nature: a file does not say that it is complete. */
      readonly isExpected: boolean
    }
