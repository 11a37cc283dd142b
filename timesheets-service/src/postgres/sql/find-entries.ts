import type { EntryIdentity, ExistingEntry } from '../../domain/upload-store.ts'
import { Prisma } from '../generated/client.ts'

/** A row as the statement returns it: a JSON array, because one text is far cheaper than thousands of typed values. */
type Row = readonly [
  /** The number of its identity among the requested ones, starting at 1. */
  number: number,
  id: number,
  userId: string,
  digest: string | null,
  acceptedDigest: string | null,
  correctionState: 'pending' | 'applied' | 'discarded' | null,
  approved: boolean,
  version: number,
]

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
  // No source has a line feed in its name, not even the default one, which has the id of its client.
  const requested = new Map(
    identities.map((identity) => [`${identity.source}\n${identity.externalId}`, identity]),
  )
  const [found] = await client.$queryRaw<[{ rows: string }]>(Prisma.sql`
    select coalesce(json_agg(json_build_array(number, id, user_id, encode(digest, 'hex'), encode(accepted_digest, 'hex'),
                                              correction_state, approved, version)), '[]')::text as rows
      from (
        select requested.number, timesheets.id, timesheets.user_id, timesheets.digest, timesheets.accepted_digest,
               timesheets.correction_state, timesheets.approved_at is not null as approved, timesheets.version
          from json_array_elements_text(${JSON.stringify([...requested.keys()])}::json)
                 with ordinality as requested (identity, number)
          join timesheets on timesheets.source = split_part(identity, E'\\n', 1)
                         and timesheets.external_id = substr(identity, strpos(identity, E'\\n') + 1)
          ${lock ? Prisma.sql`order by timesheets.id for no key update of timesheets` : Prisma.empty}
      ) as entry`)
  const ordered = [...requested.values()]
  return (JSON.parse(found.rows) as Row[]).map(
    ([number, id, userId, digest, acceptedDigest, correctionState, approved, version]) => ({
      ...ordered[number - 1]!,
      id,
      userId,
      digest,
      acceptedDigest,
      correctionState: correctionState === 'applied' ? null : correctionState,
      approved,
      version,
    }),
  )
}
