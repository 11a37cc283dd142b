import { hoursOf } from '@timesheets/contracts/entry'
import type { StoredEntry } from '@timesheets/contracts/stored-entry'
import type { Prisma } from './generated/client.ts'

/** One entry as it is read back, in or out of a transaction. */
export async function readEntry(client: Prisma.TransactionClient, id: number): Promise<StoredEntry> {
  const row = await client.timesheet.findUniqueOrThrow({ where: { id } })
  return {
    id: Number(row.id),
    user_id: row.userId,
    date: row.dateWritten,
    day: row.day.toISOString().slice(0, 10),
    project: row.project,
    hours: hoursOf(row.seconds),
    ...(row.notes === null ? {} : { notes: row.notes }),
    source: row.source,
    ...(row.externalId === null ? {} : { external_id: row.externalId }),
    ...(row.deletedAt === null ? {} : { deleted: true as const }),
    approved: row.approvedAt !== null,
    version: row.version,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  }
}
