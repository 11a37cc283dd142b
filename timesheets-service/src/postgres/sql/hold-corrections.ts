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
): Promise<number> {
  const stored = corrections.map(({ content, digest, acceptedDigest }) =>
    digest === acceptedDigest
      ? { acceptedDigest: null, correction: null }
      : { acceptedDigest, correction: JSON.stringify(toStoredCorrection(content)) },
  )
  return transaction.$executeRaw(Prisma.sql`
    with entry as (
      select * from unnest(
        ${corrections.map(({ row }) => row.id)}::bigint[],
        ${corrections.map(({ row }) => row.version)}::int[],
        ${corrections.map(({ digest }) => digest)}::text[],
        ${stored.map(({ acceptedDigest }) => acceptedDigest)}::text[],
        ${stored.map(({ correction }) => correction)}::text[]
      ) as entry (id, read_version, digest, accepted_digest, correction)
    )
    update timesheets
       set digest = decode(entry.digest, 'hex'),
           accepted_digest = decode(entry.accepted_digest, 'hex'),
           correction = entry.correction::jsonb,
           correction_state = case when entry.correction is not null then 'pending' end,
           action = 'held',
           client_id = ${clientId},
           person = null
      from entry
     where timesheets.id = entry.id and timesheets.version = entry.read_version`)
}
