import type { EntrySelection } from '../../domain/decision-store.ts'
import type { LockedRow } from '../entry-mapping.ts'
import { Prisma } from '../generated/client.ts'

/**
 * Locks rows against every other writer until the transaction ends, in the order of their ids, so that two writers
 * cannot deadlock.
 */
export async function lockRows(transaction: Prisma.TransactionClient, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return
  await transaction.$queryRaw(Prisma.sql`
    select from timesheets where id = any(${ids}::bigint[]) order by id for no key update`)
}

/** Locks rows likewise, and returns them as they are once locked, by ascending id. */
export function lockAndReadRows(
  transaction: Prisma.TransactionClient,
  selection: EntrySelection,
  limit: number,
): Promise<LockedRow[]> {
  return transaction.$queryRaw<LockedRow[]>(Prisma.sql`
    select id, user_id, source, approved_at is not null as approved, deleted_at is not null as deleted,
           correction, correction_state, version, updated_at
      from timesheets
     where ${toCondition(selection)}
     order by id limit ${limit}::int
       for no key update`)
}

function toCondition(selection: EntrySelection): Prisma.Sql {
  if ('ids' in selection) return Prisma.sql`id = any(${selection.ids}::bigint[])`
  const { userId, from, to } = selection
  return Prisma.sql`user_id = ${userId} and day between ${from}::date and ${to}::date and deleted_at is null`
}
