import type { EntryFilter, Place } from '../domain/entry-filter.ts'
import { Prisma } from './generated/client.ts'

/** What the index `timesheets_waiting_day_id_idx` is of. */
const waits = Prisma.sql`(approved_at is null or correction_state = 'pending')`

/** Which rows, of `timesheets` or of their versions, a filter is for. */
export function conditionOf(filter: EntryFilter): Prisma.Sql {
  return all([Prisma.sql`deleted_at is null`, conditionOfAlive(filter)])
}

/** The same of rows that are known to be no tombstones. */
export function conditionOfAlive(filter: EntryFilter): Prisma.Sql {
  const { userIds, from, to, project, source, approved, updatedAfter, waiting } = filter
  return all([
    userIds === undefined ? undefined : userIdIn(userIds),
    from === undefined ? undefined : Prisma.sql`day >= ${from}::date`,
    to === undefined ? undefined : Prisma.sql`day <= ${to}::date`,
    project === undefined ? undefined : Prisma.sql`project = ${project}`,
    source === undefined ? undefined : Prisma.sql`source = ${source}`,
    approved === undefined ? undefined : approvedIs(approved),
    updatedAfter === undefined ? undefined : Prisma.sql`updated_at > ${updatedAfter}::timestamptz`,
    waiting === true ? waits : undefined,
  ])
}

/** Rows that stand below a place, newest day first. The planner can tell how many by the day alone. */
export function isBelow({ day, id }: Place, idColumn: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`day <= ${day}::date and (day, ${idColumn}) < (${day}::date, ${id}::bigint)`
}

/** Rows that stand at a place or above it. */
export function isNotBelow({ day, id }: Place, idColumn: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`day >= ${day}::date and (day, ${idColumn}) >= (${day}::date, ${id}::bigint)`
}

/** Conditions that must all hold. */
export function all(conditions: readonly (Prisma.Sql | undefined)[]): Prisma.Sql {
  const given = conditions.filter((condition) => condition !== undefined)
  return given.length === 0 ? Prisma.sql`true` : Prisma.join(given, ' and ')
}

/** Of one, the planner knows that an index by person has the order of the list. */
const userIdIn = (userIds: readonly string[]) =>
  userIds.length === 1 ? Prisma.sql`user_id = ${userIds[0]}` : Prisma.sql`user_id = any(${userIds}::text[])`

const approvedIs = (approved: boolean) =>
  approved ? Prisma.sql`approved_at is not null` : Prisma.sql`approved_at is null`
