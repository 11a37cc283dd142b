import type { StoredEntry } from '@timesheets/contracts/stored-entry'
import { noSuchEntry } from '../../domain/domain-error.ts'
import { Prisma } from '../generated/client.ts'
import { jsonObject } from '../list/serialize.ts'

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

/** @returns undefined if there is no such entry, or it is deleted */
export async function findEntry(
  client: Prisma.TransactionClient,
  id: number,
): Promise<StoredEntry | undefined> {
  const [row] = await client.$queryRaw<{ entry: string }[]>(Prisma.sql`
    select ${jsonObject} as entry from timesheets where id = ${id}::bigint and deleted_at is null`)
  return row && (JSON.parse(row.entry) as StoredEntry)
}
