import type { EntryFilter, Moment, Place, Sight } from '../domain/entry-filter.ts'
import type { LineFormat } from './entry-line.ts'
import { Prisma } from './generated/client.ts'
import { standingEntries } from './standing-entries.ts'

/** Which part of a list is read. */
export interface Asked {
  readonly filter: EntryFilter
  readonly moment: Moment
  /** What stands below it; undefined: from the top. */
  readonly after?: Place | undefined
  /** Entries at most. */
  readonly limit: number
}

/** Entries as one text. */
export interface EntryText {
  /** Lines with their separator between them; empty where there are none. */
  readonly text: string
  /** The last one's place, where more follow. */
  readonly next: Place | undefined
  /** What this statement could see. */
  readonly sight: Sight
}

interface Row {
  readonly text: string | null
  readonly last_day: string | null
  readonly last_id: bigint | null
  readonly snapshot: string
  readonly taken_at_ms: number
}

/** Reads entries, newest day first, in one statement: what it sees of the database it sees at one instant. */
export async function listEntries(
  client: Prisma.TransactionClient,
  asked: Asked,
  format: LineFormat,
): Promise<EntryText> {
  const [row] = await client.$queryRaw<[Row]>(listStatement(asked, format))
  const { text, last_day: day, last_id: id } = row
  return {
    text: text ?? '',
    next: day === null || id === null ? undefined : { day, id: Number(id) },
    sight: sightOf(row),
  }
}

export function listStatement({ filter, moment, after, limit }: Asked, format: LineFormat): Prisma.Sql {
  return Prisma.sql`
    select string_agg(${format.line}, ${format.separator}::text) filter (where place <= ${limit}::int) as text,
           to_char(max(day) filter (where place = ${limit}::int and has_more), 'YYYY-MM-DD') as last_day,
           max(id) filter (where place = ${limit}::int and has_more) as last_id,
           pg_current_snapshot()::text as snapshot,
           ceil(extract(epoch from clock_timestamp()) * 1000)::float8 as taken_at_ms
      from (select newest.*, row_number() over newest_first as place,
                   lead(true) over newest_first is not null as has_more
              from (select * from (${standingEntries({ filter, moment, after, count: limit + 1 })}) as standing
                     order by day desc, id desc limit ${limit + 1}::int) as newest
            window newest_first as (order by day desc, id desc)) as page`
}

/** Reads `xmin:xmax:xip,…` (https://www.postgresql.org/docs/18/functions-info.html#FUNCTIONS-INFO-SNAPSHOT). */
function sightOf({ snapshot, taken_at_ms: takenAtMs }: Row): Sight {
  const [, xmax = '', inProgress = ''] = snapshot.split(':')
  return {
    takenAtMs,
    xmax: Number(xmax),
    inProgress: inProgress === '' ? [] : inProgress.split(',').map(Number),
  }
}
