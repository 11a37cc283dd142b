import type { DigestRequest } from '../../domain/sync-run-store.ts'
import { Prisma } from '../generated/client.ts'

/** Selects a part of the latest source versions. */
interface LatestVersionsOptions extends DigestRequest {
  /** In any Unicode form: in another one it is the same person. */
  readonly userId?: string
  /** SQL of the order in which the first rows are selected: over `day` and `id`. */
  readonly order: 'day' | 'id'
  readonly afterId?: number
  readonly limit: number
}

/**
 * Selects the latest source version of each entry of a source, by the day and the person of that version: `id`, `day`,
 * `user_id`, `external_id`, `seconds`, `digest`, `is_correction`. Tombstones and entries without an external id are left out.
 *
 * A row holds its latest source version in its columns, unless it has a correction: while that is pending or discarded,
 * the latest source version is the correction, and the columns are the accepted version. A decision moves the
 * version from one to the other without a change of its day, person or id: so a reader of many parts sees each entry once.
 */
export function selectLatestVersions(options: LatestVersionsOptions): Prisma.Sql {
  const { source, from, to, userId, order, afterId, limit, recompute } = options
  const after = afterId === undefined ? Prisma.empty : Prisma.sql`and id > ${afterId}::bigint`
  const own = (column: string) =>
    userId === undefined ? Prisma.empty : Prisma.sql`and ${hasUserId(column, userId)}`
  // `= any` hides the constant from the planner, which would drop it from ORDER BY. Then it would often read the index by day,
  // which has the rows of all sources.
  const ofSource = Prisma.sql`source = any(array[${source}]::text[])`
  const isByDay = order === 'day'
  const digest = Prisma.raw(recompute ? rowDigest : 'digest')
  const correctionDigest = Prisma.raw(recompute ? correctedDigest : 'digest')
  return Prisma.sql`
    select * from (
      (select id, day, user_id, external_id, seconds, ${digest} as digest, false as is_correction from timesheets
        where ${ofSource} and day between ${from}::date and ${to}::date ${own('user_id')} ${after}
          and correction is null and deleted_at is null and external_id is not null
        order by ${Prisma.raw(isByDay ? 'source desc, day' : 'id')} limit ${limit}::int)
      union all
      (select id, (correction->>'day')::date, correction->>'user_id', external_id, (correction->>'seconds')::int,
              ${correctionDigest}, true
         from timesheets
        where ${ofSource} and ${correctionDay} between ${from} and ${to} ${own(`(correction->>'user_id')`)} ${after}
          and correction is not null and external_id is not null
        order by ${isByDay ? Prisma.sql`source, ${correctionDay}` : Prisma.sql`id`} limit ${limit}::int)
    ) as latest
    order by ${Prisma.raw(order)} limit ${limit}::int`
}

/** An ASCII name has one form, and finds its rows by an index. (Three odd characters, such as the Kelvin sign, have ASCII forms.) */
const hasUserId = (column: string, userId: string) =>
  /^\p{ASCII}*$/u.test(userId)
    ? Prisma.sql`${Prisma.raw(column)} = ${userId}`
    : Prisma.sql`${Prisma.raw(inNfc(column))} = ${userId.normalize('NFC')}`

/** The expression of the index `timesheets_source_correction_day_idx`. Null for a tombstone. */
const correctionDay = Prisma.sql`((correction->>'day') collate "C")`

/**
 * U+11A7. It combines with no other character. `normalize` drops it after a Hangul syllable without a final consonant:
 * PostgreSQL 18.4 takes it for the first final consonant, which is the next character (The Unicode Standard, section 3.12).
 */
const droppedCharacter = `U&'\\11A7'`

/** A text in NFC, by its parts around the character that `normalize` may drop. */
const normalize = (text: string) =>
  `case when strpos(${text}, ${droppedCharacter}) = 0 then normalize(${text})
     else (select string_agg(normalize(part), ${droppedCharacter} order by position)
             from string_to_table(${text}, ${droppedCharacter}) with ordinality as parts (part, position)) end`

/** SQL of a text in NFC. Most texts are ASCII, for which this check is much faster than `normalize`. */
export const inNfc = (text: string) =>
  `case when octet_length(${text}) = char_length(${text}) then ${text} else ${normalize(text)} end`

/** A string as JSON, in NFC. `to_json` escapes what `JSON.stringify` escapes, in the same way. */
const jsonString = (text: string) => `to_json(${inNfc(text)})::text`

/** Computes a digest as `computeDigest` of the contracts package does. Each argument is SQL of a JSON text. */
const computeDigest = (...fields: readonly string[]) =>
  `substr(sha256(convert_to(external_id, 'UTF8') || '\\x00'::bytea
     || convert_to('[' || ${fields.join(` || ',' || `)} || ']', 'UTF8')), 1, 16)`

const rowDigest = computeDigest(
  jsonString('user_id'),
  'to_json(day)::text',
  `'"' || to_char(instant at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') || '"'`,
  jsonString('project'),
  'seconds::text',
  `coalesce(${jsonString('notes')}, 'null')`,
)

const correctedDigest = computeDigest(
  jsonString(`(correction->>'user_id')`),
  `to_json(correction->>'day')::text`,
  `to_json(correction->>'instant')::text`,
  jsonString(`(correction->>'project')`),
  `(correction->>'seconds')`,
  `coalesce(${jsonString(`(correction->>'notes')`)}, 'null')`,
)
