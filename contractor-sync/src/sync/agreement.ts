import type { UploadItem } from '../timesheets-api/client.ts'
import type { TrackerAccess } from '../trackers/tracker.ts'
import {
  type ComparedDay,
  type Comparison,
  compareEntries,
  compareWindow,
  type DayDifferences,
} from './comparison.ts'
import type { RunDays } from './days.ts'
import { type DeletionStep, decideDeletions } from './deletion-step.ts'
import type { Absence, EarlierMiss, WithheldDeletion } from './deletions.ts'
import type { DifferingDay } from './proof.ts'
import type { RunContext } from './run-context.ts'
import type { Uploader } from './uploader.ts'

/** How often days that differ are read and sent again before they count as different. */
const maxRounds = 4

export interface AgreementOptions {
  /** What the credentials of the tracker were found to see before the read. */
  readonly access: TrackerAccess
  readonly uploader: Pick<Uploader, 'sent' | 'flush'>
  /** Ids of entries that an operator allowed to delete. */
  readonly allowed: ReadonlySet<string>
  /** Which ids an earlier complete read of all days missed; for a tracker without lookup. */
  readonly missedBefore: ReadonlyMap<string, EarlierMiss>
  /** Receives all deletions that have been withheld so far. */
  readonly onWithheld: (withheld: readonly WithheldDeletion[]) => void
}

/**
 * Compares both sides, sends what differs again, and deletes what the tracker no longer has, until both are equal or it
 * does not help.
 * @returns the days that still differ
 */
export async function agree(
  context: RunContext,
  { access, uploader, allowed, missedBefore, onWithheld }: AgreementOptions,
): Promise<readonly DifferingDay[]> {
  const { mode, trackerSide, slots } = context
  const withheld = new Map<string, WithheldDeletion>()
  const absent = new Map<string, Absence>()
  const deleted = new Map<string, Absence>()
  let storedByPerson: Comparison['storedByPerson'] | undefined
  let restriction = access.restriction
  for (let round = 1; ; round++) {
    const comparison = await compareWindow(context)
    // Caps count what was stored before this run deleted anything.
    storedByPerson ??= comparison.storedByPerson
    const days = new Set([
      ...[...comparison.differing].map((slot) => slots.day(slot)),
      ...trackerSide.movedDays,
    ])
    trackerSide.movedDays.clear()
    const differences = await compareDays(days, withheld, context)
    const sentBefore = uploader.sent
    if (mode !== 'verify') await sendRepairs(differences, context)
    const absences = differences.absences.filter(
      ({ externalId, day }) => isCompared(day, context.days) && !context.isPlanned(externalId),
    )
    for (const absence of absences) absent.set(absence.externalId, absence)
    if (absences.length > 0) {
      const step = await decideDeletions(
        [...absent.values()].filter(({ externalId }) => !deleted.has(externalId)),
        {
          account: access.account,
          restrictionBefore: restriction,
          storedByPerson,
          deleted: [...deleted.values()],
          allowed,
          controlIds: trackerSide.recentIds,
          missedBefore,
        },
        context,
      )
      restriction ??= step.accessRestriction
      for (const deletion of step.withheld) withheld.set(deletion.externalId, deletion)
      await sendDeletions(step, absent, context)
      for (const { external_id: id } of step.tombstones) deleted.set(id, absent.get(id)!)
      for (const { item } of step.found) absent.delete(item.external_id)
    }
    await uploader.flush()
    onWithheld([...withheld.values()])
    const isPending =
      uploader.sent > sentBefore || differences.otherDays.size > 0 || trackerSide.movedDays.size > 0
    for (const day of differences.otherDays) trackerSide.movedDays.add(day)
    const isLast = round === maxRounds || mode !== 'sync' || !isPending
    if (!isLast) continue
    // What is withheld is listed by itself, and the padding is not compared.
    return differences.differingDays
      .filter((one) => isCompared(one.day, context.days) && hasOther(one, differences, withheld, context))
      .map(({ userId, day, tracker, stored }) => ({ userId, day, tracker, stored }))
  }
}

async function compareDays(
  days: ReadonlySet<string>,
  withheld: ReadonlyMap<string, WithheldDeletion>,
  context: RunContext,
): Promise<DayDifferences> {
  const all: DayDifferences[] = []
  // A service is asked for one day at a time; files are read once.
  const sorted = [...days].sort()
  const groups = context.isWhole ? sorted.map((day) => [day]) : sorted.length === 0 ? [] : [sorted]
  for (const group of groups) all.push(await compareEntries(group, context))
  return {
    repairs: all.flatMap(({ repairs }) => repairs),
    absences: all.flatMap(({ absences }) => absences).filter(({ externalId }) => !withheld.has(externalId)),
    otherDays: new Set(all.flatMap(({ otherDays }) => [...otherDays])),
    differingDays: all.flatMap(({ differingDays }) => differingDays),
  }
}

async function sendRepairs({ repairs }: DayDifferences, context: RunContext): Promise<void> {
  // A dry run has already asked what would become of the entries that it read; their sums have not changed since.
  for (const { item, details } of repairs) {
    if (context.mode === 'sync' || item.deleted) await context.send(item, details)
  }
}

async function sendDeletions(
  { found, tombstones }: DeletionStep,
  absent: ReadonlyMap<string, Absence>,
  context: RunContext,
): Promise<void> {
  for (const { item, details } of found) {
    recordFound(item, context)
    await context.send(item, details)
  }
  if (context.mode === 'verify') return
  for (const tombstone of tombstones) {
    const { userId, day } = absent.get(tombstone.external_id)!
    await context.send(tombstone, { person: userId, day })
  }
}

/** An entry that the list should have shown: the list cannot be trusted. */
function recordFound(item: UploadItem, { days, trackerSide, slots, incompleteReads }: RunContext): void {
  const counted = trackerSide.digest(item)
  const day = counted === undefined ? undefined : slots.day(counted.slot)
  const isMissing = day !== undefined && isCompared(day, days)
  trackerSide.replace(
    item.external_id,
    isMissing || item.deleted ? 'open' : 'counted',
    isMissing ? undefined : counted?.slot,
  )
  if (isMissing) incompleteReads.add(`the list does not show entry ${item.external_id}, which a lookup finds`)
}

const isCompared = (day: string, { from, to }: RunDays) => day >= from && day <= to

/** Whether something else than withheld deletions and open entries differs on a day of a person. */
function hasOther(
  { hasOtherContent, absentIds }: ComparedDay,
  { otherDays }: DayDifferences,
  withheld: ReadonlyMap<string, WithheldDeletion>,
  { trackerSide }: RunContext,
): boolean {
  // A lookup found it without final hours, or with content that the API rejects.
  const isOpen = (externalId: string) =>
    ['open', 'rejected'].includes(trackerSide.ids.find(externalId)?.listing ?? '')
  return (
    hasOtherContent ||
    absentIds.some((externalId) => !withheld.has(externalId) && !isOpen(externalId)) ||
    otherDays.size > 0
  )
}
