import { parseDate } from '@timesheets/contracts/date'
import { pairIdentities } from '@timesheets/exports/pairing'
import type { IdentifiedEntry } from '../timesheets-api/client.ts'
import type { SourceRecord } from '../trackers/tracker.ts'
import { DaySums } from './day-sums.ts'
import { padDays } from './days.ts'
import { mapRecord } from './mapping.ts'
import type { People } from './people.ts'
import type { RunContext } from './run-context.ts'

/**
 * Pairs the changed rows of a run's files, before the read that sends. Nothing is read for a tracker that is a service, or
 * while nothing is stored; files in which no stored day differs are read once.
 * @returns the pairs for the reads of this run (`Selection.pairs`)
 */
export async function findChangedRows(
  context: Omit<RunContext, 'pairs'>,
): Promise<ReadonlyMap<string, string>> {
  const { tracker, api, retryBudget, runId, people, days, slots, trackerSide, isWhole, heap, signal } =
    context
  if (isWhole) return new Map()
  const range = days.isFull ? { from: days.from, to: days.to } : padDays(days.from, days.to)
  const stored = await retryBudget.run(async () => {
    const sums = new DaySums()
    const storedSlots = []
    for await (const line of api.listDigests(runId, { ...range, recompute: false })) {
      const slot = slots.slot(line.user_id, line.day)
      sums.set(slot, line)
      storedSlots.push(slot)
    }
    return { sums, slots: storedSlots }
  })
  if (stored.slots.length === 0) return new Map()
  const sums = new DaySums()
  const derived = new DaySums()
  for await (const record of tracker.read(days.read)) {
    signal.throwIfAborted()
    heap.addEntry()
    const result = mapRecord(record, tracker.source, people)
    const counted = result.kind === 'item' ? trackerSide.digest(result.item) : undefined
    if (counted === undefined) continue
    const { slot, seconds, digest } = counted
    sums.add(slot, seconds, digest)
    if (record.kind === 'entry' && record.isDerived === true) derived.add(slot, seconds, digest)
  }
  const differing = new Set(
    stored.slots.filter((slot) => !derived.isEmpty(slot) && !sums.isEqual(slot, stored.sums)),
  )
  if (differing.size === 0) return new Map()
  return await pairChangedRows(tracker.read(days.read), {
    source: tracker.source,
    people,
    isDifferent: (userId, day) => differing.has(slots.slot(userId, day)),
    readStored: async (userId, day) => {
      signal.throwIfAborted()
      const entries = await retryBudget.run(() => api.listEntries(runId, userId, day, false))
      return entries.map(({ external_id: externalId, digest }) => ({ externalId, digest }))
    },
    computeDigest: (entry) => trackerSide.digest(entry)!.digest,
  })
}

/** What Timesheets has of one entry. */
export interface StoredEntry {
  readonly externalId: string
  /** Of the latest source version. */
  readonly digest: string
}

export interface ChangedRowsOptions {
  readonly source: string
  readonly people: People
  /** Whether the tracker and Timesheets have different sums for a person and day. Only there rows can have changed. */
  readonly isDifferent: (userId: string, day: string) => boolean
  /** Reads the entries of a person and day, without those that are deleted. */
  readonly readStored: (userId: string, day: string) => Promise<readonly StoredEntry[]>
  /** Computes the digest that an entry would be stored with. */
  readonly computeDigest: (entry: IdentifiedEntry) => string
}

/**
 * Finds rows without ids that changed since they were uploaded. A changed row has another derived identity, so that it would
 * become one entry more; paired with the stored entry, it is an update, or a correction if that entry is approved.
 * Entries of the differing days are kept in memory.
 * @param records all records of the files, as a read without pairs returns them
 * @returns the pairs for the next read (`Selection.pairs`)
 */
export async function pairChangedRows(
  records: AsyncIterable<SourceRecord>,
  { source, people, isDifferent, readStored, computeDigest }: ChangedRowsOptions,
): Promise<ReadonlyMap<string, string>> {
  const days = new Map<string, IdentifiedEntry[]>()
  /** Rows that did not go, although they are not uploaded: without hours, running, or of an unknown person. */
  const others = new Set<string>()
  for await (const record of records) {
    if (record.kind !== 'entry' || record.isDerived !== true) continue
    const result = mapRecord(record, source, people)
    if (result.kind !== 'item' || result.item.deleted) {
      others.add(record.externalId)
      continue
    }
    const day = parseDate(result.item.date)?.day
    if (day === undefined || !isDifferent(result.item.user_id, day)) continue
    const key = JSON.stringify([result.item.user_id, day])
    const entries = days.get(key)
    if (entries === undefined) days.set(key, [result.item])
    else entries.push(result.item)
  }
  const pairs = new Map<string, string>()
  for (const [key, entries] of days) {
    const [userId, day] = JSON.parse(key) as [string, string]
    const digests = new Map(
      (await readStored(userId, day)).map(({ externalId, digest }) => [externalId, digest]),
    )
    const byId = new Map(entries.map((entry) => [entry.external_id, entry]))
    for (const id of others) digests.delete(id)
    const isStored = (stored: string, current: string) =>
      computeDigest({ ...byId.get(current)!, external_id: stored }) === digests.get(stored)
    for (const [current, stored] of pairIdentities(digests.keys(), byId.keys(), isStored))
      pairs.set(current, stored)
  }
  return pairs
}
