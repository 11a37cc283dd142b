import type { DigestRequest } from '../../domain/sync-run-store.ts'
import { Prisma } from '../generated/client.ts'
import { civilDay } from '../list/serialize.ts'
import { inNfc, selectLatestVersions } from './latest-versions.ts'

/** Bytes of text that a chunk should have. */
const chunkBytes = 512 * 1024

/** Rows that one statement reads. It follows the size of the lines, between these bounds. */
const [minRows, maxRows] = [1000, 20_000]

interface Row {
  readonly text: string | null
  /** Rows that the statement read. */
  readonly found: number
  /** `YYYY-MM-DD`: the day of the last row. */
  readonly last_day: string | null
}

/**
 * Sums digests by day and person, chunk by chunk, as NDJSON. Each statement reads rows in the order of an index and sums
 * the days that it has read completely, so that no group is ever split, and neither Postgres nor this process holds more than
 * a chunk. At most one statement runs at a time: the one for the next chunk, while the consumer takes the current one.
 */
export async function* sumDigests(
  client: Prisma.TransactionClient,
  request: DigestRequest,
): AsyncGenerator<string> {
  let chunk = await readChunk(client, request, minRows)
  for (;;) {
    const next = chunk.next && readChunk(client, { ...request, from: chunk.next.from }, chunk.next.limit)
    // A rejection is thrown below, where it is awaited; a consumer that stopped reading never awaits it.
    next?.catch(() => {})
    if (chunk.text !== '') yield chunk.text
    if (next === undefined) return
    chunk = await next
  }
}

async function readChunk(client: Prisma.TransactionClient, request: DigestRequest, limit: number) {
  const [row] = await client.$queryRaw<[Row]>(buildDigestsStatement(request, limit))
  const { text, found, last_day: lastDay } = row
  if (found < limit || lastDay === null) return { text: text ?? '', next: undefined }
  // A day with more rows than the limit needs a statement that reads it completely.
  if (text === null) return { text: '', next: { from: lastDay, limit: 2 * limit } }
  const fitting = Math.ceil((chunkBytes * limit) / text.length)
  return { text, next: { from: lastDay, limit: Math.min(maxRows, Math.max(minRows, fitting)) } }
}

/**
 * Sums the days of the first rows, without the last day where the limit may have cut it. A name that is stored in several
 * Unicode forms is one person, as in the digests: otherwise a source that changes the form would differ for ever.
 */
export function buildDigestsStatement(request: DigestRequest, limit: number): Prisma.Sql {
  return Prisma.sql`
    with latest as materialized (
      ${selectLatestVersions({ ...request, order: 'day', limit })}
    ), read as (
      select count(*)::int as found, max(day) as last_day from latest
    ), summed as (
      select day, user_id, count(*) as count, sum(seconds) as seconds, ${sumLane(1)} as high, ${sumLane(9)} as low,
             count(*) filter (where is_correction) as corrections
        from latest, read
       where found < ${limit}::int or day < last_day
       group by day, user_id
    ), person as (
      select day, ${Prisma.raw(inNfc('user_id'))} as user_id, sum(count) as count, sum(seconds) as seconds,
             mod(sum(high), ${Prisma.raw(modulus)}) as high, mod(sum(low), ${Prisma.raw(modulus)}) as low,
             sum(corrections) as corrections
        from summed
       group by 1, 2
    )
    select (select string_agg('{"user_id":' || to_json(user_id)::text || ',"day":' || to_json(day)::text
                     || ',"count":' || count || ',"seconds":' || seconds
                     || ',"digest":"' || ${toHex('high')} || ${toHex('low')} || '"'
                     || case when corrections > 0 then ',"corrections":' || corrections else '' end || E'}\\n', ''
                     order by day, user_id collate "C") from person) as text,
           found, ${Prisma.raw(civilDay('last_day'))} as last_day
      from read`
}

/** 2^64. */
const modulus = '18446744073709551616'

/**
 * Sums eight bytes of each digest, modulo 2^64. Postgres has no unsigned numbers, but the sum of the signed ones is congruent.
 * The way by `bit(64)` works in every version of Postgres, and with a damaged digest: what is missing counts as zero.
 * @param start of the eight bytes, starting at 1
 */
const sumLane = (start: 1 | 9) =>
  Prisma.raw(
    `mod(coalesce(sum(('x' || encode(substr(digest, ${start}, 8), 'hex'))::bit(64)::bigint), 0), ${modulus})`,
  )

/** A sum as 16 hex digits. `to_hex` writes a negative number as the congruent unsigned one. */
function toHex(sum: 'high' | 'low'): Prisma.Sql {
  const signed = `case when ${sum} >= 9223372036854775808 then ${sum} - ${modulus}
    when ${sum} < -9223372036854775808 then ${sum} + ${modulus} else ${sum} end`
  return Prisma.raw(`lpad(to_hex((${signed})::bigint), 16, '0')`)
}
