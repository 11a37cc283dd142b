import type { EntryFilter } from '../domain/entry-filter.ts'
import { Prisma } from './generated/client.ts'

/** By what a list's rows are looked for: an index has them in the order of the list. */
export interface LookUp {
  /** What the index begins with. */
  readonly condition: Prisma.Sql | undefined
  /** The rest of the filter, which rows are held against one by one. */
  readonly rest: EntryFilter
  /** What goes before `day desc, id desc` in the order: the same of every row. */
  readonly orderedBy: Prisma.Sql
}

/**
 * Chooses the index; of several people's entries, that of the first (standing-entries.ts asks for one at a time). The planner would often go back day by day through everybody's rows until it had a page of those
 * asked for, believing them to be spread evenly: of a source that was given up years ago that is millions. It must
 * not know that a column is the same of all rows, or it would put it out of the order: hence `= any`.
 */
export function lookUpOf(filter: EntryFilter): LookUp {
  const { userIds, project, source, ...others } = filter
  const userId = userIds?.[0]
  if (userId !== undefined) return by(Prisma.sql`user_id`, userId, { ...others, project, source })
  if (project !== undefined) return by(Prisma.sql`project`, project, { ...others, source })
  if (source !== undefined) return by(Prisma.sql`source`, source, others)
  return { condition: undefined, rest: others, orderedBy: Prisma.empty }
}

function by(column: Prisma.Sql, value: string, rest: EntryFilter): LookUp {
  return {
    condition: Prisma.sql`${column} = any(array[${value}]::text[])`,
    rest,
    orderedBy: Prisma.sql`${column},`,
  }
}
