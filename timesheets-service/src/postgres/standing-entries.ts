import { all, conditionOf } from './entry-condition.ts'
import { Prisma } from './generated/client.ts'
import { columns, isWithin, type ListPart, limitOf } from './list-part.ts'
import { lookUpOf } from './look-up.ts'
import { hasBegun, hasNotEnded } from './moment.ts'
import { standingAsOf } from './standing-as-of.ts'

/**
 * Of each entry the version that stood at the moment: the row itself, or one that has been superseded since. Some
 * too many, in no order: each way to them has an order, a limit and an index of its own, so that none reads more
 * than a page.
 */
export function standingEntries(part: ListPart): Prisma.Sql {
  const { userIds } = part.filter
  if (userIds === undefined || userIds.length === 1) return standingOfOne(part)
  const parts = userIds.map((userId) => ({ ...part, filter: { ...part.filter, userIds: [userId] } }))
  return Prisma.join(parts.map(standingOfOne), ' union all ')
}

function standingOfOne(part: ListPart): Prisma.Sql {
  const { asOf, sight } = part.moment
  if (asOf !== undefined) return standingAsOf(part, asOf)
  return sight === undefined ? rows(part) : Prisma.sql`${rows(part)} union all ${supersededSince(part)}`
}

function rows(part: ListPart): Prisma.Sql {
  const { condition, rest, orderedBy } = lookUpOf(part.filter)
  return Prisma.sql`
    (select id, ${columns} from timesheets
      where ${all([condition, isWithin(part, Prisma.sql`id`), conditionOf(rest), hasBegun(part.moment)])}
      order by ${orderedBy} day desc, id desc ${limitOf(part)})`
}

/** Since the first page was read: few, and found by that. */
function supersededSince(part: ListPart): Prisma.Sql {
  const { filter, moment } = part
  return Prisma.sql`
    (select timesheet_id, ${columns} from timesheet_versions
      where ${all([isWithin(part, Prisma.sql`timesheet_id`), conditionOf(filter), hasBegun(moment), hasNotEnded(moment)])}
      order by day desc, timesheet_id desc ${limitOf(part)})`
}
