import type { DaySum } from './day-sums.ts'
import type { RunContext, SyncMode } from './run-context.ts'

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

/**
 * Concludes from the last comparison of a run, and from what it read, whether both sides agree.
 * @param excluded.withheld number of deletions that were withheld
 * @param excluded.open number of ids that are on neither side
 */
export function prove(
  { trackerSide, slots, days, incompleteReads, isWhole, completeFiles }: RunContext,
  excluded: { readonly withheld: number; readonly open: number },
  differing: readonly DifferingDay[],
): Proof {
  if (differing.length > 0) return { outcome: 'differs', days: differing }
  const unprovable = (reason: string, isExpected = false): Proof => ({
    outcome: 'not-provable',
    reason,
    isExpected,
  })
  const incomplete = incompleteReads.first
  if (incomplete !== undefined) return unprovable(incomplete)
  if (!isWhole && completeFiles === undefined)
    return unprovable('a file does not say that it is complete; each of its entries was compared', true)
  if (excluded.withheld > 0) return unprovable(`${excluded.withheld} deletions are withheld`, true)
  function* listCounted() {
    for (const slot of slots.between(days.from, days.to)) if (!trackerSide.sums.isEmpty(slot)) yield slot
  }
  return {
    outcome: 'equal',
    sum: trackerSide.sums.total(listCounted()),
    ...slots.count(listCounted()),
    open: excluded.open,
  }
}

/** Describes days that differ, and what to do about them. */
export function describeDifference(days: readonly DifferingDay[], mode: SyncMode): string {
  const [first] = days
  const what = days.length === 1 ? '1 day of a person differs' : `${days.length} days of people differ`
  const example = `${first!.userId} on ${first!.day}: ${first!.tracker.count} entries in the tracker, ${first!.stored.count} in Timesheets`
  return mode === 'verify'
    ? `${what} (${example}); a sync of all days (--full) repairs that`
    : `${what} although they were sent again (${example}); sync again, and see the log of the API if it stays`
}
