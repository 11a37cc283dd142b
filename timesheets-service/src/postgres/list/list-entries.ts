import type { EntryPage, PageRequest } from '../../domain/entry-reader.ts'
import { Prisma } from '../generated/client.ts'
import { selectAsOf } from './as-of.ts'
import { selectCurrent } from './current.ts'
import { civilDay, entryColumns, jsonObject } from './serialize.ts'

interface Row {
  readonly item: string
  /** `YYYY-MM-DD` */
  readonly item_day: string
  readonly id: bigint
}

/** Reads one page of a list in one statement. */
export async function listEntries(
  client: Prisma.TransactionClient,
  request: PageRequest,
): Promise<EntryPage> {
  const { limit } = request
  // One row more than the page shows whether there is a next page.
  const rows = await client.$queryRaw<Row[]>(buildListStatement({ ...request, limit: limit + 1 }))
  const last = rows.length > limit ? rows[limit - 1] : undefined
  return {
    items: rows.slice(0, limit).map((row) => row.item),
    next: last && { day: last.item_day, id: Number(last.id) },
  }
}

export function buildListStatement(request: PageRequest): Prisma.Sql {
  return Prisma.sql`
    select ${jsonObject} as item, ${Prisma.raw(civilDay('day'))} as item_day, id
      from (${selectNewest(request)}) as entry
     order by entry.day desc, entry.id desc`
}

/** Selects `id` and `entryColumns` of one page of a list, newest day first. */
export function selectNewest(request: PageRequest): Prisma.Sql {
  const { asOf, limit } = request
  return Prisma.sql`
    select id, ${entryColumns} from (${asOf === undefined ? selectCurrent(request) : selectAsOf(request, asOf)}) as candidate
     order by day desc, id desc limit ${limit}::int`
}
