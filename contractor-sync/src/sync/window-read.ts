import { parseDate } from '@timesheets/contracts/date'
import type { UploadItem } from '../timesheets-api/client.ts'
import type { EntryDetails, Selection } from '../trackers/tracker.ts'
import type { Slot } from './day-slots.ts'
import { padDays } from './days.ts'
import { type MappedItem, mapRecord, type NotUploaded } from './mapping.ts'
import type { RunContext } from './run-context.ts'
import { StoredDays } from './stored-days.ts'

/** So many entries may wait until their day is complete: more than a company records on one day. */
const maxWaiting = 10_000
/** Trackers list days in their order, so what waits for longer than this is complete. */
const maxWaitingDays = 7
const minWaiting = 2000

/** Receives what is known about the records before they are uploaded. */
export interface WindowReadEvents {
  readonly onTotal: (total: number) => void
  readonly onNotUploaded: (record: NotUploaded) => void
  /** An entry that is stored as it is, so that it is not sent. */
  readonly onUnchanged: (item: UploadItem, seconds: number, details: EntryDetails | undefined) => void
  /** An entry without hours that is not stored. */
  readonly onEmpty: () => void
}

/**
 * Reads all days of the run and uploads what differs. The entries of a person and a day wait until the day is complete:
 * if they are what is stored, none of them is sent. An entry on a day without stored entries is sent at once.
 */
export async function readWindow(context: RunContext, events: WindowReadEvents): Promise<void> {
  const { tracker, people, slots, trackerSide, completeFiles, pairs, heap, signal } = context
  const stored = await readStored(context)
  const waiting = new WaitingDays()
  const sendDay = async (day: WaitingDay) => {
    for (const [slot, entries] of day) {
      const isStored = stored.matches(slot, trackerSide.sums)
      for (const { item, details, seconds } of entries) {
        if (!isStored) await context.send(item, details)
        else if (item.deleted) events.onEmpty()
        else events.onUnchanged(item, seconds, details)
      }
    }
  }
  const onIncomplete = (reason: string) => context.incompleteReads.add(reason)
  const selection: Selection = { ...context.days.read, pairs }
  const onTotal = (total: number) => {
    heap.expect(total)
    events.onTotal(total)
  }
  for await (const record of tracker.read(selection, { ids: trackerSide.idTable, onTotal, onIncomplete })) {
    signal.throwIfAborted()
    heap.addEntry()
    const mapped = mapRecord(record, tracker.source, people)
    if (mapped.kind !== 'item') {
      if (mapped.kind === 'rejected' || mapped.why === 'running') trackerSide.list(mapped.externalId, 'open')
      // Without an id of its own, it may be an entry that seems to be missing.
      if (completeFiles !== undefined && mapped.kind === 'rejected') onIncomplete(mapped.reason)
      events.onNotUploaded(mapped)
      continue
    }
    const { item, details } = mapped
    const slot = item.deleted ? locateEmpty(mapped, context) : trackerSide.count(item)?.slot
    if (slot !== undefined && !item.deleted && record.kind === 'entry' && record.file !== undefined)
      completeFiles?.coverage.add(record.file, slots.userId(slot), slots.day(slot))
    if (item.deleted) trackerSide.list(item.external_id, 'empty', slot)
    if (slot !== undefined && stored.has(slot)) {
      const seconds = item.deleted ? 0 : Math.round(item.hours * 3600)
      const day = details.day!.slice(0, 10)
      waiting.add(day, slot, { item, details: detailsToKeep(item, details), seconds })
      if (waiting.isFull) await sendDay(waiting.takeFirst()!)
    } else if (item.deleted) events.onEmpty()
    else await context.send(item, detailsToKeep(item, details))
  }
  for (let day = waiting.takeFirst(); day !== undefined; day = waiting.takeFirst()) await sendDay(day)
}

/**
 * Uploads what changed since an instant on days that `readWindow` does not read.
 * @param changedSince by the clock of the tracker
 */
export async function readChanges(
  changedSince: string,
  context: RunContext,
  onNotUploaded: (record: NotUploaded) => void,
): Promise<void> {
  const { tracker, people, days, trackerSide, heap, signal } = context
  const read = padDays(days.from, days.to)
  const selection: Selection = { updatedSince: changedSince }
  const onIncomplete = (reason: string) => context.incompleteReads.add(reason)
  const options = { ids: trackerSide.idTable, onTotal: (total: number) => heap.expect(total), onIncomplete }
  for await (const record of tracker.read(selection, options)) {
    signal.throwIfAborted()
    heap.addEntry()
    const mapped = mapRecord(record, tracker.source, people)
    if (mapped.kind === 'skipped') continue
    const day = mapped.details.day?.slice(0, 10)
    const isInWindow = day !== undefined && day >= read.from && day <= read.to
    if (mapped.kind === 'rejected') {
      if (!isInWindow) onNotUploaded(mapped)
      continue
    }
    // An entry without hours may be stored on another day than that on which it is now.
    const { item, details } = mapped
    if (!isInWindow || item.deleted) await context.send(item, detailsToKeep(item, details))
  }
}

/** An entry without hours waits on its day, too, to be deleted if it is stored there. */
function locateEmpty({ details }: MappedItem, { slots }: RunContext): Slot | undefined {
  const { person, day } = details
  const parsed = day === undefined ? undefined : parseDate(day)
  return person === undefined || parsed === undefined ? undefined : slots.slot(person, parsed.day)
}

/** Of most entries the item says everything. */
function detailsToKeep(item: UploadItem, details: EntryDetails): EntryDetails | undefined {
  const { position, notes } = details
  return item.deleted === true || position !== undefined || notes !== undefined ? details : undefined
}

async function readStored(context: RunContext): Promise<StoredDays> {
  const { api, retryBudget, runId, days, slots, recompute } = context
  const range = days.isFull ? { from: days.from, to: days.to } : padDays(days.from, days.to)
  return await retryBudget.run(async () => {
    const stored = new StoredDays()
    for await (const line of api.listDigests(runId, { ...range, recompute }))
      stored.set(slots.slot(line.user_id, line.day), line)
    return stored
  })
}

interface WaitingEntry {
  readonly item: UploadItem
  readonly details: EntryDetails | undefined
  readonly seconds: number
}

type WaitingDay = Map<Slot, WaitingEntry[]>

/** Entries that wait until their day is complete. */
class WaitingDays {
  readonly #days = new Map<string, WaitingDay>()
  #size = 0

  get isFull(): boolean {
    return this.#size > maxWaiting || (this.#size > minWaiting && this.#days.size > maxWaitingDays)
  }

  add(day: string, slot: Slot, entry: WaitingEntry): void {
    let slots = this.#days.get(day)
    if (slots === undefined) {
      slots = new Map()
      this.#days.set(day, slots)
    }
    const entries = slots.get(slot)
    if (entries === undefined) slots.set(slot, [entry])
    else entries.push(entry)
    this.#size += 1
  }

  /** Returns the day that began to wait first. Trackers list days in their order, so it is most likely complete. */
  takeFirst(): WaitingDay | undefined {
    const [first] = this.#days
    if (first === undefined) return undefined
    const [day, slots] = first
    this.#days.delete(day)
    for (const entries of slots.values()) this.#size -= entries.length
    return slots
  }
}
