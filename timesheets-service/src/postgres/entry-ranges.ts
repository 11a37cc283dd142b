import type { EntryFilter, Place } from '../domain/entry-filter.ts'
import { all, conditionOf, isBelow } from './entry-condition.ts'
import { Prisma } from './generated/client.ts'
import { lookUpOf } from './look-up.ts'

/** A stretch of a list: what stands below one place, down to another, inclusive; undefined: without end. */
export interface EntryRange {
  readonly after: Place | undefined
  readonly until: Place | undefined
}

/**
 * Not cut: of a moment long ago the list of now tells no good places to cut at, and of a person's several names no
 * one index has the order.
 */
export const wholeList: EntryRange = { after: undefined, until: undefined }

/**
 * Cuts a list, newest day first, into stretches.
 * @param entriesARange how many the next one shall have, as the list stands now
 */
export async function* entryRanges(
  client: Prisma.TransactionClient,
  filter: EntryFilter,
  entriesARange: () => number,
): AsyncGenerator<EntryRange> {
  let after: Place | undefined
  do {
    const [row] = await client.$queryRaw<{ cut_day: string; id: bigint }[]>(
      cutStatement(filter, after, entriesARange()),
    )
    const until = row && { day: row.cut_day, id: Number(row.id) }
    yield { after, until }
    after = until
  } while (after !== undefined)
}

/** The day in the answer has another name, or `order by` would take it for the column. */
function cutStatement(filter: EntryFilter, after: Place | undefined, entriesARange: number): Prisma.Sql {
  const { condition, rest, orderedBy } = lookUpOf(filter)
  const below = after && isBelow(after, Prisma.sql`id`)
  return Prisma.sql`
    select to_char(day, 'YYYY-MM-DD') as cut_day, id from timesheets
     where ${all([condition, below, conditionOf(rest)])}
     order by ${orderedBy} day desc, id desc offset ${entriesARange - 1}::int limit 1`
}
