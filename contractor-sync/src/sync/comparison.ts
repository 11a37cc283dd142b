import { Column } from '../compact/column.ts'
import type { UploadItem } from '../timesheets-api/client.ts'
import type { EntryDetails } from '../trackers/tracker.ts'
import type { Slot } from './day-slots.ts'
import type { DaySum } from './day-sums.ts'
import type { Absence } from './deletions.ts'
import { mapRecord } from './mapping.ts'
import type { DifferingDay } from './proof.ts'
import { listsAll, type RunContext } from './run-context.ts'

/** What is stored in the window, and where it differs from the tracker's side. */
export interface Comparison {
  readonly differing: ReadonlySet<Slot>
  /** The number of stored entries by `user_id`, on days of which the tracker lists all entries. */
  readonly storedByPerson: ReadonlyMap<string, number>
}

/** Compares the sums of all days of the run, without the padding, with what is stored now. */
export async function compareWindow(context: RunContext): Promise<Comparison> {
  const { api, retryBudget, runId, days, slots, trackerSide, recompute } = context
  const { from, to } = days
  return await retryBudget.run(async () => {
    const differing = new Set<Slot>()
    const storedByPerson = new Map<string, number>()
    /** 1: something is stored. */
    const isStored = new Column(Uint8Array)
    for await (const { user_id: userId, day, ...sum } of api.listDigests(runId, { from, to, recompute })) {
      const slot = slots.slot(userId, day)
      isStored.set(slot, 1)
      if (listsAll(context, userId, day))
        storedByPerson.set(userId, (storedByPerson.get(userId) ?? 0) + sum.count)
      if (!isSame(slot, sum, context)) differing.add(slot)
    }
    for (const slot of slots.between(from, to)) {
      if (isStored.get(slot) === 0 && !trackerSide.sums.isEmpty(slot)) differing.add(slot)
    }
    return { differing, storedByPerson }
  })
}

/** Whether the tracker has what is stored. Of a day that is not in a file, the file says nothing. */
function isSame(slot: Slot, sum: DaySum, context: RunContext): boolean {
  const { trackerSide, slots } = context
  if (trackerSide.sums.hasSum(slot, sum)) return true
  return trackerSide.sums.isEmpty(slot) && !listsAll(context, slots.userId(slot), slots.day(slot))
}

/** An entry as it is uploaded. */
export interface Repair {
  readonly item: UploadItem
  readonly details: EntryDetails | undefined
}

/** What differs on some days, entry by entry. */
export interface DayDifferences {
  /** Entries that are not stored as the tracker has them, and tombstones of those that have no hours there. */
  readonly repairs: readonly Repair[]
  /** Stored entries that the tracker does not list. */
  readonly absences: readonly Absence[]
  /** Where entries are now that are still stored on these days. */
  readonly otherDays: ReadonlySet<string>
  readonly differingDays: readonly ComparedDay[]
}

/** A day of a person that differs, with the reasons. */
export interface ComparedDay extends DifferingDay {
  /**
   * The tracker has an entry with another content, or without hours; or both sides have the same entries, and other seconds: a
   * stored row is not what its digest says.
   */
  readonly hasOtherContent: boolean
  /** Ids of stored entries that the tracker does not list. */
  readonly absentIds: readonly string[]
}

/**
 * Reads days again, from the tracker and from the API, and compares them entry by entry. What the tracker has now
 * replaces what was read before.
 * @param days all of them are read at once; they are in the range from the first to the last
 */
export async function compareEntries(days: readonly string[], context: RunContext): Promise<DayDifferences> {
  const { slots, trackerSide } = context
  const fresh = await readDays(new Set(days), context)
  const repairs: Repair[] = []
  const absences: Absence[] = []
  const otherDays = new Set<string>()
  const differingDays: ComparedDay[] = []
  for (const day of days) {
    for (const [userId, storedSum] of await findDifferingPeople(day, context)) {
      const slot = slots.slot(userId, day)
      const entries = fresh.get(slot) ?? new Map<string, FreshEntry>()
      const stored = new Map(storedSum.count === 0 ? [] : await listStored(userId, day, context))
      const repairsBefore = repairs.length
      const absencesBefore = absences.length
      for (const [externalId, { digest, item, details }] of entries) {
        if (stored.get(externalId) !== digest) repairs.push({ item, details })
      }
      let moved = 0
      // A source of files may have stored more than is in the files.
      for (const externalId of listsAll(context, userId, day) ? stored.keys() : []) {
        if (entries.has(externalId)) continue
        const listed = trackerSide.ids.find(externalId)
        if (listed?.listing === 'open' || listed?.listing === 'rejected') continue
        if (listed?.listing === 'empty') {
          const { source } = context.tracker
          const item = { user_id: userId, source, external_id: externalId, deleted: true as const }
          repairs.push({ item, details: { person: userId, day } })
          continue
        }
        const place = listed?.slot === undefined ? undefined : slots.day(listed.slot)
        const isListedHere = listed?.slot !== undefined && fresh.get(listed.slot)?.has(externalId) === true
        if (place !== undefined && place !== day) otherDays.add(place)
        else if (!isListedHere) absences.push({ externalId, userId, day })
        if (place !== undefined) moved += 1
      }
      const hasRepairs = repairs.length > repairsBefore
      const absentIds = absences.slice(absencesBefore).map(({ externalId }) => externalId)
      const isSameSet = !hasRepairs && absentIds.length === 0 && moved === 0
      // Otherwise what makes the sums differ is on neither side: it is open, rejected, or not in the files.
      if (isSameSet && stored.size > entries.size) continue
      const tracker = trackerSide.sums.get(slot)
      const hasOtherContent = hasRepairs || isSameSet
      differingDays.push({ userId, day, tracker, stored: storedSum, hasOtherContent, absentIds })
    }
  }
  return { repairs, absences, otherDays, differingDays }
}

interface FreshEntry extends Repair {
  readonly digest: string
}

/** Reads days from the tracker, and replaces their sums. */
async function readDays(
  days: ReadonlySet<string>,
  context: RunContext,
): Promise<Map<Slot, Map<string, FreshEntry>>> {
  const { tracker, people, slots, trackerSide, pairs, heap, signal } = context
  const sorted = [...days].sort()
  const selection = { from: sorted[0]!, to: sorted.at(-1)!, pairs }
  const fresh = new Map<Slot, Map<string, FreshEntry>>()
  const onIncomplete = (reason: string) => context.incompleteReads.add(reason)
  for await (const record of tracker.read(selection, { ids: trackerSide.idTable, onIncomplete })) {
    signal.throwIfAborted()
    heap.addEntry()
    const mapped = mapRecord(record, tracker.source, people)
    if (mapped.kind !== 'item') {
      const isOpen = mapped.kind === 'rejected' || mapped.why === 'running'
      if (isOpen) trackerSide.replace(mapped.externalId, 'open')
      continue
    }
    const { item, details } = mapped
    if (item.deleted) {
      trackerSide.replace(item.external_id, 'empty')
      continue
    }
    const counted = trackerSide.digest(item)
    if (counted === undefined || !days.has(slots.day(counted.slot))) continue
    // The API rejected it in this run, or the source lists it with another content by now.
    if (trackerSide.isRejected(item.external_id, counted.digest)) continue
    const before = trackerSide.ids.find(item.external_id)
    // The list was read while the entry moved: the later place counts.
    if (before?.slot !== undefined) fresh.get(before.slot)?.delete(item.external_id)
    trackerSide.replace(item.external_id, 'counted', counted.slot)
    let entries = fresh.get(counted.slot)
    if (entries === undefined) {
      entries = new Map()
      fresh.set(counted.slot, entries)
    }
    entries.set(item.external_id, { digest: counted.digest, item, details })
  }
  for (const day of days) {
    for (const slot of slots.ofDay(day)) trackerSide.sums.clear(slot)
    trackerSide.movedDays.delete(day)
  }
  for (const [slot, entries] of fresh) {
    for (const { item, digest } of entries.values()) {
      const seconds = item.deleted ? 0 : Math.round(item.hours * 3600)
      trackerSide.sums.add(slot, seconds, digest)
    }
  }
  return fresh
}

/** Finds the people of a day with different sums, and what is stored for them now. */
async function findDifferingPeople(
  day: string,
  context: RunContext,
): Promise<ReadonlyMap<string, StoredSum>> {
  const { api, retryBudget, runId, slots, trackerSide, recompute } = context
  return await retryBudget.run(async () => {
    const differing = new Map<string, StoredSum>()
    const isStored = new Set<Slot>()
    for await (const { user_id: userId, ...sum } of api.listDigests(runId, {
      from: day,
      to: day,
      recompute,
    })) {
      const slot = slots.slot(userId, day)
      isStored.add(slot)
      if (isSame(slot, sum, context)) continue
      differing.set(userId, { count: sum.count, seconds: sum.seconds })
    }
    for (const slot of slots.ofDay(day)) {
      if (isStored.has(slot) || trackerSide.sums.isEmpty(slot)) continue
      differing.set(slots.userId(slot), { count: 0, seconds: 0 })
    }
    return differing
  })
}

type StoredSum = Pick<DaySum, 'count' | 'seconds'>

async function listStored(
  userId: string,
  day: string,
  { api, retryBudget, runId, recompute }: RunContext,
): Promise<[externalId: string, digest: string][]> {
  const entries = await retryBudget.run(() => api.listEntries(runId, userId, day, recompute))
  return entries.map(({ external_id: externalId, digest }) => [externalId, digest])
}
