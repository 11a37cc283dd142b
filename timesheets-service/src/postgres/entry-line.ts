import { Prisma } from './generated/client.ts'

/** How Postgres writes an entry as text, so that this process only passes strings on. */
export interface LineFormat {
  /** An SQL expression over the columns of `timesheets`. */
  readonly line: Prisma.Sql
  /** Between two lines. */
  readonly separator: string
}

/** As `toStoredEntry` (read-entry.ts) has it; seconds / 3600 has no ties at four decimals. */
const hours = (seconds: string) => `round(${seconds} * (10000 / 3600.0::float8)) / 10000`

/**
 * As `Date.toISOString` has it. `to_json` is three times as fast as `to_char`, but leaves noughts at the end out:
 * columns are kept to the millisecond, and a fourth digit keeps the first three. Likewise a difference is faster than
 * `at time zone`.
 */
const instant = (column: string) =>
  `substr(to_json(timestamp '1970-01-01 00:00:00.0001' + (${column} - timestamptz '1970-01-01Z'))::text, 2, 23) || 'Z'`

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
  || case when approved_at is null then ',"approved":false' else ',"approved":true' end
  || coalesce(',"returned_reason":' || to_json(returned_reason)::text, '')
  || coalesce(',"correction":' || ${pendingCorrection}, '')
  || ',"version":' || version
  || ',"created_at":"' || ${instant('created_at')} || '","updated_at":"' || ${instant('updated_at')} || '"}'`

/**
 * A cell of text: always quoted (RFC 4180, section 2.5); one that a spreadsheet would take for a formula begins
 * with an apostrophe (OWASP, "CSV Injection": `= + - @`, tab and carriage return). Null is an empty cell.
 */
export const csvCell = (column: string) =>
  `coalesce(case when ascii(${column}) in (61, 43, 45, 64, 9, 13) then '"''' else '"' end
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

/** Members of a JSON array; JSON text has no line break of its own, so that they can be told apart. */
export const jsonItems: LineFormat = { line: Prisma.raw(json), separator: ',\n' }

export const ndjsonLines: LineFormat = { line: Prisma.raw(json), separator: '\n' }

/** RFC 4180, without its header. */
export const csvLines: LineFormat = { line: Prisma.raw(csv), separator: '\r\n' }

/** The columns of `csvLines`: the members of an entry. */
export const csvHeader =
  'id,user_id,date,day,project,hours,notes,source,external_id,approved,returned_reason,correction,version,created_at,updated_at'
