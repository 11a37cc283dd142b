import { Prisma } from '../generated/client.ts'

/** Serializes an entry in SQL, so that this process only passes texts on. */
export interface RowSerializer {
  /** A text expression over `id` and `entryColumns`, with the line end that each row of the format has. */
  readonly row: Prisma.Sql
  /** First line of the format; empty if it has none. */
  readonly header: string
}

const columns = `user_id, day, date_written, project, seconds, notes, source, external_id, deleted_at, approved_at,
  returned_reason, correction_state, version, created_at, updated_at`

/** The columns that a serializer reads, beside `id`. Rows and superseded versions have them all. */
export const entryColumns = Prisma.raw(`${columns}, correction`)

/**
 * The same columns for a caller who may read the entries of these names only. A correction that moves the hours to another
 * person is content of that person; to the caller it is a deletion.
 * @param names undefined for a caller who may read everybody's entries
 */
export function entryColumnsFor(names: readonly string[] | undefined): Prisma.Sql {
  if (names === undefined) return entryColumns
  const owner = Prisma.sql`correction->>'user_id'`
  return Prisma.sql`${Prisma.raw(columns)},
    case when ${owner} <> all(${names}::text[]) and lower(${owner}) <> all(${names}::text[])
         then '{"deleted": true}'::jsonb else correction end as correction`
}

/** As `toHours` of the contracts; seconds / 3600 is never halfway between two values of four decimals. */
const hours = (seconds: string) => `round(${seconds} * (10000 / 3600.0::float8)) / 10000`

/** As `Date.toISOString`; the columns have milliseconds. */
const instant = (column: string) => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

/** `YYYY-MM-DD`, whatever the session's DateStyle. */
export const civilDay = (column: string) => `substr(to_json(${column})::text, 2, 10)`

const pendingCorrection = `case when correction_state = 'pending' then
  case when correction->'deleted' is not null then '{"deleted":true}'
       else jsonb_strip_nulls(jsonb_build_object(
         'user_id', correction->'user_id', 'date', correction->'date', 'day', correction->'day',
         'project', correction->'project', 'hours', ${hours("(correction->>'seconds')::int")},
         'notes', correction->'notes'))::text
  end end`

const json = `'{"id":' || id || ',"user_id":' || to_json(user_id)::text || ',"date":"' || date_written
  || '","day":"' || ${civilDay('day')} || '","project":' || to_json(project)::text
  || ',"hours":' || ${hours('seconds')}
  || coalesce(',"notes":' || to_json(notes)::text, '')
  || ',"source":' || to_json(source)::text
  || coalesce(',"external_id":' || to_json(external_id)::text, '')
  || case when deleted_at is null then '' else ',"deleted":true' end
  || case when approved_at is null then ',"approved":false' else ',"approved":true' end
  || coalesce(',"returned_reason":' || to_json(returned_reason)::text, '')
  || coalesce(',"correction":' || ${pendingCorrection}, '')
  || ',"version":' || version
  || ',"created_at":"' || ${instant('created_at')} || '","updated_at":"' || ${instant('updated_at')} || '"}'`

/**
 * Characters that a spreadsheet skips before it looks for a formula: white space and invisible characters (Unicode
 * categories Z and Cf, as far as they occur at the start of a cell), in the notation of Postgres' E'' strings.
 */
const skippedCharacters = String.raw`E' \t\n\u000B\f\r\u0085\u00A0\u00AD\u1680\u180E\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A\u200B\u200C\u200D\u200E\u200F\u2028\u2029\u202A\u202B\u202C\u202D\u202E\u202F\u205F\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\u3000\uFEFF'`

/** `= + - @`, and the forms of them that a spreadsheet folds to these: full width, small, superscript, minus sign. */
const formulaStarts = [...'=+-@＝＋－＠﹦﹢﹣﹫⁼⁺⁻₌₊₋−']
  .map((character) => character.codePointAt(0))
  .join(', ')

/**
 * A text cell: always quoted (RFC 4180, section 2.5). A text that a spreadsheet would read as a formula gets an
 * apostrophe in front (OWASP, "CSV Injection"), and so does one that starts with a tab or a line break. Null is an empty
 * cell.
 */
export const csvCell = (column: string) =>
  `coalesce(case when ascii(${column}) in (9, 10, 13) or ascii(ltrim(${column}, ${skippedCharacters})) in (${formulaStarts})
      then '"''' else '"' end
    || replace(${column}, '"', '""') || '"', '')`

const csv = [
  'id',
  csvCell('user_id'),
  'date_written',
  civilDay('day'),
  csvCell('project'),
  hours('seconds'),
  csvCell('notes'),
  csvCell('source'),
  csvCell('external_id'),
  `case when approved_at is null then 'false' else 'true' end`,
  csvCell('returned_reason'),
  csvCell(pendingCorrection),
  'version',
  instant('created_at'),
  instant('updated_at'),
].join(" || ',' || ")

const csvHeader =
  'id,user_id,date,day,project,hours,notes,source,external_id,approved,returned_reason,correction,version,created_at,updated_at\r\n'

/** An entry as a JSON object (`StoredEntry` of the contracts). */
export const jsonObject: Prisma.Sql = Prisma.raw(json)

/** One JSON object per line; JSON text has no line break of its own. */
export const ndjson: RowSerializer = { row: Prisma.raw(`${json} || E'\\n'`), header: '' }

/** RFC 4180. Lists have no tombstones, so there is no column for them. */
export const csvLines: RowSerializer = { row: Prisma.raw(`${csv} || E'\\r\\n'`), header: csvHeader }
