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
  /** Of the entry before the last that was asked for, where there are so many. */
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

/** Reads entries, newest day first, in one statement: what it sees of the database it sees at one instant. */
export async function listEntries(
  client: Prisma.TransactionClient,
  part: ListPart,
  format: LineFormat,
): Promise<EntryText> {
  const [row] = await client.$queryRaw<[Row]>(listStatement(part, format))
  const { text, found, day, id } = row
  const place = day === null || id === null ? undefined : { day, id: Number(id) }
  return { text: text ?? '', found, place, sight: sightOf(row) }
}

export function listStatement(part: ListPart, format: LineFormat): Prisma.Sql {
  return Prisma.sql`
    select string_agg(${format.line}, ${format.separator}::text) as text, count(*)::int as found,
           ${placeColumns(part)}, ${sightColumns}
      from (select * from (${standingEntries(part)}) as standing
             order by day desc, id desc ${limitOf(part)}) as newest`
}

function placeColumns({ count }: ListPart): Prisma.Sql {
  if (count === undefined) return Prisma.sql`null as day, null::bigint as id`
  return Prisma.sql`to_char((array_agg(day))[${count - 1}::int], 'YYYY-MM-DD') as day,
           (array_agg(id))[${count - 1}::int] as id`
}
