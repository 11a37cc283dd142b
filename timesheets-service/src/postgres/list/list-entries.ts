import type { EntryPage, PageRequest } from '../../domain/entry-reader.ts'
import { Prisma } from '../generated/client.ts'
import { selectAsOf } from './as-of.ts'
import { selectCurrent } from './current.ts'
import { civilDay, entryColumnsFor, jsonObject } from './serialize.ts'

/** Bytes of one page, exceeded by less than one entry. A page of very long entries is shorter than its limit. */
const maxPageBytes = 1024 * 1024

interface Row {
  readonly item: string
  /** `YYYY-MM-DD` */
  readonly item_day: string
  readonly id: bigint
  /** Rows that the statement found, including those that do not fit into the page. */
  readonly found: number
}

/** Reads one page of a list in one statement. */
export async function listEntries(
  client: Prisma.TransactionClient,
  request: PageRequest,
): Promise<EntryPage> {
  const { limit } = request
  // One row more than the page shows whether there is a next page.
  const rows = await client.$queryRaw<Row[]>(buildListStatement({ ...request, limit: limit + 1 }))
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  const hasNext = last !== undefined && last.found > page.length
  return {
    items: page.map((row) => row.item),
    next: hasNext ? { day: last.item_day, id: Number(last.id) } : undefined,
  }
}

export function buildListStatement(request: PageRequest): Prisma.Sql {
  return Prisma.sql`
    select item, ${Prisma.raw(civilDay('day'))} as item_day, id, found
      from (select item, day, id, (count(*) over ())::int as found,
                   sum(octet_length(item)) over (order by day desc, id desc rows unbounded preceding) - octet_length(item)
                     as bytes_before
              from (select ${jsonObject} as item, day, id from (${selectNewest(request)}) as entry) as serialized) as measured
     where bytes_before < ${maxPageBytes}::int
     order by day desc, id desc`
}

/** Selects `id` and `entryColumns` of one page of a list, newest day first. */
export function selectNewest(request: PageRequest): Prisma.Sql {
  const { asOf, limit, readableNames } = request
  return Prisma.sql`
    select id, ${entryColumnsFor(readableNames)} from (${asOf === undefined ? selectCurrent(request) : selectAsOf(request, asOf)}) as candidate
     order by day desc, id desc limit ${limit}::int`
}
