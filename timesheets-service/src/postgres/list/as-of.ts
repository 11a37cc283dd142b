import type { PageRequest } from '../../domain/entry-reader.ts'
import { Prisma } from '../generated/client.ts'
import { and, buildCondition, buildLiveCondition, isAfter } from './filter.ts'
import { byDay, type IndexChoice, selectForNames } from './index-choice.ts'
import { entryColumns } from './serialize.ts'

/** No limit, but hidden from the planner, so that it chooses an index that returns the first rows first. */
const plannerNoLimit = Prisma.sql`limit (select null::bigint)`

/** Uploads accept dates up to one year ahead; time zones and clocks may add two days. */
const farthestAheadDays = 366 + 2

/**
 * Selects the versions that were current at an instant: an unordered superset of the page, one page per name of a person.
 *
 * A list as of an instant passes over what was written since, so it is slower than today's list. The caller bounds
 * it by a user or by a range of days.
 */
export function selectAsOf(request: PageRequest, asOf: string): Prisma.Sql {
  const { userIds, ...rest } = request.filter
  const select = (index: IndexChoice) => mergedRowsAndVersions(index, request, asOf)
  return userIds === undefined ? select(byDay(rest)) : selectForNames(userIds, rest, select)
}

/**
 * Merges rows and superseded versions in the order of the list, and only then compares them with the instant. If
 * each were filtered separately, the one with few matches would be read far past the page. Which one that is depends on the
 * instant.
 */
function mergedRowsAndVersions(index: IndexChoice, request: PageRequest, asOf: string): Prisma.Sql {
  const { condition, rest, orderPrefix } = index
  const { from, to, ...others } = rest
  const select = (table: Prisma.Sql, idColumn: Prisma.Sql, supersededAt: Prisma.Sql) => Prisma.sql`
    (select ${idColumn} as id, ${entryColumns}, ${supersededAt} as superseded_at
       from ${table}
      where ${and([
        condition,
        isAfter(request.after, idColumn),
        Prisma.sql`day <= ${latestPossibleDay(asOf)}::date`,
        buildCondition({ from, to }),
      ])}
      order by ${orderPrefix} day desc, ${idColumn} desc ${plannerNoLimit})`
  return Prisma.sql`
    (select id, ${entryColumns}
       from (${select(Prisma.sql`timesheets`, Prisma.sql`id`, Prisma.sql`'infinity'::timestamptz(3)`)}
             union all
             ${select(Prisma.sql`timesheet_versions`, Prisma.sql`timesheet_id`, Prisma.sql`superseded_at`)}
             order by ${orderPrefix} day desc, id desc offset 0) as version
      where ${and([
        buildLiveCondition(others),
        Prisma.sql`updated_at <= ${asOf}::timestamptz and superseded_at > ${asOf}::timestamptz`,
      ])}
      limit ${request.limit}::int)`
}

/** No entry of that time has a later day. */
function latestPossibleDay(asOf: string): string {
  // Postgres' calendar goes on, but ISO 8601 needs more than four digits after the year 9999.
  const lastMs = Date.UTC(9999, 11, 31)
  return new Date(Math.min(Date.parse(asOf) + farthestAheadDays * 86_400_000, lastMs))
    .toISOString()
    .slice(0, 10)
}
