import type { StoredEntry } from '@timesheets/contracts/stored-entry'
import { canRead } from '../../domain/caller.ts'
import { noSuchEntry } from '../../domain/domain-error.ts'
import type { ReadableNames } from '../../domain/entry-reader.ts'
import { Prisma } from '../generated/client.ts'
import { entryColumnsFor, jsonObject } from '../list/serialize.ts'

/**
 * Reads entries by id, also deleted ones.
 * @returns the entries in the order of the ids
 * @throws {DomainError} `no-such-entry`
 */
export async function readEntries(
  client: Prisma.TransactionClient,
  ids: readonly number[],
): Promise<StoredEntry[]> {
  if (ids.length === 0) return []
  const rows = await client.$queryRaw<{ id: bigint; entry: string }[]>(Prisma.sql`
    select id, ${jsonObject} as entry from timesheets where id = any(${ids}::bigint[])`)
  const entries = new Map(rows.map(({ id, entry }) => [Number(id), JSON.parse(entry) as StoredEntry]))
  return ids.map((id) => {
    const entry = entries.get(id)
    if (entry === undefined) throw noSuchEntry(id)
    return entry
  })
}

/** @returns undefined if there is no such entry that the caller may read, or it is deleted */
export async function findEntry(
  client: Prisma.TransactionClient,
  id: number,
  names: ReadableNames,
): Promise<StoredEntry | undefined> {
  const [row] = await client.$queryRaw<{ entry: string }[]>(Prisma.sql`
    select ${jsonObject} as entry
      from (select id, ${entryColumnsFor(names)} from timesheets where id = ${id}::bigint and deleted_at is null) as entry`)
  const entry = row && (JSON.parse(row.entry) as StoredEntry)
  return entry !== undefined && canRead(names, entry.user_id) ? entry : undefined
}
