import type { HeldCorrection } from '../../domain/upload-store.ts'
import { toStoredCorrection } from '../entry-mapping.ts'
import { Prisma } from '../generated/client.ts'

/**
 * Stores the latest source version beside approved entries, in one statement. If it equals the accepted version, the
 * source has withdrawn its correction, and none is stored.
 * @returns how many were written; fewer than given if another writer changed one since it was read
 */
export function holdCorrections(
  transaction: Prisma.TransactionClient,
  corrections: readonly HeldCorrection[],
  clientId: string,
  syncRunId: number | null,
): Promise<number> {
  const records = corrections.map(({ row, content, digest, acceptedDigest }) => ({
    id: row.id,
    read_version: row.version,
    digest,
    ...(digest === acceptedDigest
      ? { accepted_digest: null, correction: null }
      : { accepted_digest: acceptedDigest, correction: toStoredCorrection(content) }),
  }))
  return transaction.$executeRaw(Prisma.sql`
    with entry as (
      select * from json_to_recordset(${JSON.stringify(records)}::json)
        as entry (id bigint, read_version int, digest text, accepted_digest text, correction jsonb)
    )
    update timesheets
       set digest = decode(entry.digest, 'hex'),
           accepted_digest = decode(entry.accepted_digest, 'hex'),
           correction = entry.correction,
           correction_state = case when entry.correction is not null then 'pending' end,
           action = 'held',
           client_id = ${clientId},
           person = null,
           sync_run_id = ${syncRunId}::bigint
      from entry
     where timesheets.id = entry.id and timesheets.version = entry.read_version`)
}
