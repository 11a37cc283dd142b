import type { Place, Sight } from '../domain/entry-filter.ts'
import type { LineFormat } from './entry-line.ts'
import { Prisma } from './generated/client.ts'
import { type ListPart, limitOf } from './list-part.ts'
import { type SightRow, sightColumns, sightOf } from './sight.ts'
import { standingEntries } from './standing-entries.ts'

/** Entries as one text. */
export interface EntryText {
  /** Lines with their separator between them; empty where there are none. */
  readonly text: string
  /** How many there are. */
  readonly found: number
  /** Of the entry whose place was asked for, where there are so many. */
  readonly place: Place | undefined
  /** What this statement could see. */
  readonly sight: Sight
}

interface Row extends SightRow {
  readonly text: string | null
  readonly found: number
  readonly day: string | null
  readonly id: bigint | null
}

/**
 * Reads entries, newest day first, in one statement: what it sees of the database it sees at one instant.
 * @param nth of the how manyth entry to tell the place, beginning with 1
 */
export async function listEntries(
  client: Prisma.TransactionClient,
  part: ListPart,
  format: LineFormat,
  nth: number,
): Promise<EntryText> {
  const [row] = await client.$queryRaw<[Row]>(listStatement(part, format, nth))
  const { text, found, day, id } = row
  const place = day === null || id === null ? undefined : { day, id: Number(id) }
  return { text: text ?? '', found, place, sight: sightOf(row) }
}

export function listStatement(part: ListPart, format: LineFormat, nth: number): Prisma.Sql {
  return Prisma.sql`
    select string_agg(${format.line}, ${format.separator}::text) as text, count(*)::int as found,
           to_char((array_agg(day))[${nth}::int], 'YYYY-MM-DD') as day, (array_agg(id))[${nth}::int] as id,
           ${sightColumns}
      from (select * from (${standingEntries(part)}) as standing
             order by day desc, id desc ${limitOf(part)}) as newest`
}
