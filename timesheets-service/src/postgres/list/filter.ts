import type { EntryFilter, KeysetPosition } from '../../domain/entry-filter.ts'
import { Prisma } from '../generated/client.ts'

/** The condition of the partial index `timesheets_waiting_…`. */
const needsDecision = Prisma.sql`(approved_at is null or correction_state = 'pending')`

/** The condition for rows of `timesheets`, or of their versions, that match a filter. Tombstones never match. */
export function buildCondition(filter: EntryFilter): Prisma.Sql {
  return and([Prisma.sql`deleted_at is null`, buildLiveCondition(filter)])
}

/** The same for rows that are known not to be tombstones. */
export function buildLiveCondition(filter: EntryFilter): Prisma.Sql {
  const { userIds, from, to, project, source, approved, updatedAfter } = filter
  return and([
    userIds === undefined ? undefined : hasUserId(userIds),
    from === undefined ? undefined : Prisma.sql`day >= ${from}::date`,
    to === undefined ? undefined : Prisma.sql`day <= ${to}::date`,
    project === undefined ? undefined : Prisma.sql`project = ${project}`,
    source === undefined ? undefined : Prisma.sql`source = ${source}`,
    approved === undefined ? undefined : isApproved(approved),
    updatedAfter === undefined ? undefined : Prisma.sql`updated_at > ${updatedAfter}::timestamptz`,
    filter.needsDecision === true ? needsDecision : undefined,
  ])
}

/**
 * The condition for rows after a position, newest day first; undefined if the list starts at its newest entry. The
 * first part repeats what the second says, because the planner estimates the number of rows by it.
 */
export function isAfter(position: KeysetPosition | undefined, idColumn: Prisma.Sql): Prisma.Sql | undefined {
  if (position === undefined) return undefined
  const { day, id } = position
  return Prisma.sql`day <= ${day}::date and (day, ${idColumn}) < (${day}::date, ${id}::bigint)`
}

/** Joins conditions that must all hold. */
export function and(conditions: readonly (Prisma.Sql | undefined)[]): Prisma.Sql {
  const present = conditions.filter((condition) => condition !== undefined)
  return present.length === 0 ? Prisma.sql`true` : Prisma.join(present, ' and ')
}

/** With `=`, the planner knows that an index by user has the order of the list; with `any`, it does not. */
const hasUserId = (userIds: readonly string[]) =>
  userIds.length === 1 ? Prisma.sql`user_id = ${userIds[0]}` : Prisma.sql`user_id = any(${userIds}::text[])`

const isApproved = (approved: boolean) =>
  approved ? Prisma.sql`approved_at is not null` : Prisma.sql`approved_at is null`
