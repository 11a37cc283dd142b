import type { EntryFilter } from '../../domain/entry-filter.ts'
import { Prisma } from '../generated/client.ts'

/** The index that a list is read by. It has the rows in the order of the list. */
export interface IndexChoice {
  /** Condition on the leading column of the index; undefined for the index by day. */
  readonly condition: Prisma.Sql | undefined
  /** The rest of the filter, which is checked row by row. */
  readonly rest: EntryFilter
  /** Comes before `day desc, id desc` in ORDER BY; it is the same in all rows. */
  readonly orderPrefix: Prisma.Sql
}

/**
 * Chooses the index by source or day, because the planner often chooses worse: it expects the rows of a source to be
 * spread evenly, and would walk back day by day through all rows until it has found a page. For a source that was
 * given up years ago those are millions. A project has no index: a list of a project without entries reads all rows
 * (docs/decisions/0013-fewer-indexes.md).
 */
export function chooseIndex(filter: Omit<EntryFilter, 'userIds'>): IndexChoice {
  const { source, ...others } = filter
  return source === undefined ? byDay(filter) : bySource(source, others)
}

/** The index by day, which `timesheet_versions` has as well. */
export const byDay = (rest: EntryFilter): IndexChoice => ({
  condition: undefined,
  rest,
  orderPrefix: Prisma.empty,
})

/**
 * Selects for each name of a person by the index on `user_id`. The statement has the same length for any number of names,
 * of which a person may have a thousand; `user_id = any(names)` would not read the index in the order of the list.
 */
export function selectForNames(
  userIds: readonly string[],
  rest: EntryFilter,
  select: (index: IndexChoice) => Prisma.Sql,
): Prisma.Sql {
  const index = { condition: Prisma.sql`user_id = person.name`, rest, orderPrefix: Prisma.empty }
  return Prisma.sql`
    (select entry.* from unnest(${[...new Set(userIds)]}::text[]) as person (name)
      cross join lateral ${select(index)} as entry)`
}

/**
 * `= any(array[x])` hides the constant from the planner, which would otherwise drop the column from ORDER BY and stop
 * using the index.
 */
function bySource(source: string, rest: EntryFilter): IndexChoice {
  return {
    condition: Prisma.sql`source = any(array[${source}]::text[])`,
    rest,
    orderPrefix: Prisma.sql`source,`,
  }
}
