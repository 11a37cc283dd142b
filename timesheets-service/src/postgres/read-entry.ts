import { toHours } from '@timesheets/contracts/entry'
import type { StoredEntry } from '@timesheets/contracts/stored-entry'
import { type CorrectionWord, readCorrection } from './correction-word.ts'
import type { Prisma } from './generated/client.ts'
import type { TimesheetModel } from './generated/models.ts'

/** One entry as it is read back, in or out of a transaction. */
export async function readEntry(client: Prisma.TransactionClient, id: number): Promise<StoredEntry> {
  return toStoredEntry(await client.timesheet.findUniqueOrThrow({ where: { id } }))
}

/** A row as the contract shows it. */
export function toStoredEntry(row: TimesheetModel): StoredEntry {
  return {
    id: Number(row.id),
    user_id: row.userId,
    date: row.dateWritten,
    day: row.day.toISOString().slice(0, 10),
    project: row.project,
    hours: toHours(row.seconds),
    ...(row.notes === null ? {} : { notes: row.notes }),
    source: row.source,
    ...(row.externalId === null ? {} : { external_id: row.externalId }),
    ...(row.deletedAt === null ? {} : { deleted: true as const }),
    approved: row.approvedAt !== null,
    ...(row.returnedReason === null ? {} : { returned_reason: row.returnedReason }),
    ...(row.correctionState === 'pending'
      ? { correction: readCorrection(row.correction as unknown as CorrectionWord) }
      : {}),
    version: row.version,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  }
}
