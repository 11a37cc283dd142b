import type { EntryIdentity, ExistingEntry } from '../../domain/upload-store.ts'
import { Prisma } from '../generated/client.ts'

interface Row {
  readonly id: bigint
  readonly source: string
  readonly external_id: string
  readonly user_id: string
  readonly digest: string | null
  readonly accepted_digest: string | null
  readonly correction_state: string | null
  readonly approved: boolean
  readonly version: number
}

/**
 * Reads the stored state of all identities in one statement.
 * @param lock lock the rows against every other writer until the transaction ends, in the order of their ids, so that
 *   two writers cannot deadlock
 */
export async function findEntries(
  client: Prisma.TransactionClient,
  identities: readonly EntryIdentity[],
  { lock = false } = {},
): Promise<ExistingEntry[]> {
  if (identities.length === 0) return []
  const sources = identities.map((identity) => identity.source)
  const externalIds = identities.map((identity) => identity.externalId)
  const rows = await client.$queryRaw<Row[]>(Prisma.sql`
    select timesheets.id, timesheets.source, timesheets.external_id, timesheets.user_id,
           encode(timesheets.digest, 'hex') as digest, encode(timesheets.accepted_digest, 'hex') as accepted_digest,
           timesheets.correction_state, timesheets.approved_at is not null as approved, timesheets.version
      from (select distinct * from unnest(${sources}::text[], ${externalIds}::text[])) as requested (source, external_id)
      join timesheets using (source, external_id)
      ${lock ? Prisma.sql`order by timesheets.id for no key update of timesheets` : Prisma.empty}`)
  return rows.map((row) => ({
    id: Number(row.id),
    source: row.source,
    externalId: row.external_id,
    userId: row.user_id,
    digest: row.digest,
    acceptedDigest: row.accepted_digest,
    correctionState:
      row.correction_state === 'pending' || row.correction_state === 'discarded'
        ? row.correction_state
        : null,
    approved: row.approved,
    version: row.version,
  }))
}
