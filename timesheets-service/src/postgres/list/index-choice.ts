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
 * Chooses the index by user, project, source or day, because the planner often chooses worse: it expects the
 * rows of a filter to be spread evenly, and would walk back day by day through all rows until it has found a page. For
 * a source that was given up years ago those are millions.
 * @param userId one name of a person; a list of several names reads one branch per name
 */
export function chooseIndex({ userId, ...filter }: SingleUserFilter): IndexChoice {
  const { project, source, ...others } = filter
  if (userId !== undefined) return byColumn(Prisma.sql`user_id`, userId, filter)
  if (project !== undefined) return byColumn(Prisma.sql`project`, project, { ...others, source })
  if (source !== undefined) return byColumn(Prisma.sql`source`, source, others)
  return byDay(filter)
}

/** Chooses an index that `timesheet_versions` has as well: by user, else by day. */
export function chooseIndexOfVersions({ userId, ...filter }: SingleUserFilter): IndexChoice {
  return userId === undefined ? byDay(filter) : byColumn(Prisma.sql`user_id`, userId, filter)
}

/** A filter for one name of a person, or for everybody. */
export type SingleUserFilter = Omit<EntryFilter, 'userIds'> & { readonly userId: string | undefined }

/** Splits a filter by the names of the person. */
export function splitByUser({ userIds, ...filter }: EntryFilter): SingleUserFilter[] {
  const names = userIds === undefined ? [undefined] : [...new Set(userIds)]
  return names.map((userId) => ({ ...filter, userId }))
}

/**
 * `= any(array[x])` hides the constant from the planner, which would otherwise drop the column from ORDER BY and stop
 * using the index.
 */
function byColumn(column: Prisma.Sql, value: string, rest: EntryFilter): IndexChoice {
  return {
    condition: Prisma.sql`${column} = any(array[${value}]::text[])`,
    rest,
    orderPrefix: Prisma.sql`${column},`,
  }
}

const byDay = (rest: EntryFilter): IndexChoice => ({ condition: undefined, rest, orderPrefix: Prisma.empty })
