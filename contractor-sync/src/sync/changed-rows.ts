import { parseDate } from '@timesheets/contracts/date'
import { pairIdentities } from '@timesheets/exports/pairing'
import type { IdentifiedEntry } from '../timesheets-api/client.ts'
import type { SourceRecord } from '../trackers/tracker.ts'
import { mapRecord } from './mapping.ts'
import type { People } from './people.ts'

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
  for await (const record of records) {
    if (record.kind !== 'entry' || record.isDerived !== true) continue
    const result = mapRecord(record, source, people)
    if (result.kind !== 'item' || result.item.deleted) continue
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
    const isStored = (stored: string, current: string) =>
      computeDigest({ ...byId.get(current)!, external_id: stored }) === digests.get(stored)
    for (const [current, stored] of pairIdentities(digests.keys(), byId.keys(), isStored))
      pairs.set(current, stored)
  }
  return pairs
}
