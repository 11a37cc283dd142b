import type { DigestRequest } from '../../domain/sync-run-store.ts'
import { Prisma } from '../generated/client.ts'
import { selectLatestVersions } from './latest-versions.ts'

/** Rows that one statement reads; a line has at most some 2 kB. */
const maxRows = 1000

interface Row {
  readonly text: string | null
  readonly found: number
  readonly last_id: bigint | null
}

/** Reads the digests of the entries of a person, by id, chunk by chunk, as NDJSON. */
export async function* listDigestEntries(
  client: Prisma.TransactionClient,
  request: DigestRequest,
  userId: string,
): AsyncGenerator<string> {
  let afterId = 0
  for (;;) {
    const [row] = await client.$queryRaw<[Row]>(Prisma.sql`
      select string_agg('{"external_id":' || to_json(external_id)::text || ',"digest":"'
               || coalesce(encode(digest, 'hex'), ${noDigest}) || E'"}\\n', '' order by id) as text,
             count(*)::int as found, max(id) as last_id
        from (${selectLatestVersions({ ...request, userId, order: 'id', afterId, limit: maxRows })}) as entry`)
    if (row.text !== null) yield row.text
    if (row.found < maxRows) return
    afterId = Number(row.last_id)
  }
}

/** A row that lost its digest counts as zero, here as in the sums. */
const noDigest = '0'.repeat(32)
