import type { EntryIdentity, ExistingEntry } from '../../domain/upload-store.ts'
import { Prisma } from '../generated/client.ts'

/** A row as the statement returns it, in JSON: one text is far cheaper than thousands of typed values. */
interface Row {
  readonly id: number
  readonly source: string
  readonly external_id: string
  readonly user_id: string
  readonly digest: string | null
  readonly accepted_digest: string | null
  readonly correction_state: 'pending' | 'applied' | 'discarded' | null
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
  const requested = identities.map(({ source, externalId }) => [source, externalId])
  const [found] = await client.$queryRaw<[{ rows: string }]>(Prisma.sql`
    select coalesce(json_agg(entry), '[]')::text as rows
      from (
        select timesheets.id, timesheets.source, timesheets.external_id, timesheets.user_id,
               encode(timesheets.digest, 'hex') as digest, encode(timesheets.accepted_digest, 'hex') as accepted_digest,
               timesheets.correction_state, timesheets.approved_at is not null as approved, timesheets.version
          from (
            select distinct pair->>0 as source, pair->>1 as external_id
              from json_array_elements(${JSON.stringify(requested)}::json) as pair
          ) as requested
          join timesheets using (source, external_id)
          ${lock ? Prisma.sql`order by timesheets.id for no key update of timesheets` : Prisma.empty}
      ) as entry`)
  return (JSON.parse(found.rows) as Row[]).map((row) => ({
    id: row.id,
    source: row.source,
    externalId: row.external_id,
    userId: row.user_id,
    digest: row.digest,
    acceptedDigest: row.accepted_digest,
    correctionState: row.correction_state === 'applied' ? null : row.correction_state,
    approved: row.approved,
    version: row.version,
  }))
}
