import { computeDigest } from '@timesheets/contracts/digest'
import type { Content } from '@timesheets/contracts/entry'
import type { ExistingEntry } from '../../domain/upload-store.ts'
import { fromStoredCorrection, type StoredCorrection } from '../entry-mapping.ts'
import type { Prisma } from '../generated/client.ts'

const columns = {
  id: true,
  userId: true,
  day: true,
  instant: true,
  dateWritten: true,
  project: true,
  seconds: true,
  notes: true,
  correction: true,
} satisfies Prisma.TimesheetSelect

type Row = Prisma.TimesheetGetPayload<{ select: typeof columns }>

/**
 * Replaces the stored digests of entries by those of the fields that are stored. A tombstone has no fields that count. As
 * uploads do, this computes them here and not in SQL, because its Unicode version may differ.
 */
export async function recomputeDigests(
  client: Prisma.TransactionClient,
  entries: readonly ExistingEntry[],
): Promise<ExistingEntry[]> {
  const ids = entries.map(({ id }) => BigInt(id))
  const rows = await client.timesheet.findMany({ where: { id: { in: ids } }, select: columns })
  const contents = new Map(rows.map((row) => [Number(row.id), toLatestContent(row)]))
  return entries.map((entry) => {
    const content = contents.get(entry.id)
    if (entry.digest === null || content === undefined || content === null) return entry
    return { ...entry, digest: computeDigest(entry.externalId, content) }
  })
}

/** The latest source version: the correction while there is one, else the row. Null for a tombstone. */
function toLatestContent({ correction, day, instant, ...row }: Row): Content | null {
  if (correction !== null) return fromStoredCorrection(correction as unknown as StoredCorrection)
  return { ...row, day: day.toISOString().slice(0, 10), instantMs: instant.getTime() }
}
