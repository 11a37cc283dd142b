import { all, conditionOf, conditionOfAlive } from './entry-condition.ts'
import { Prisma } from './generated/client.ts'
import { columns, isWithin, type ListPart, limitOf } from './list-part.ts'
import { lookUpOf } from './look-up.ts'
import { hasBegun, hasNotEnded } from './moment.ts'

const [id, timesheetId] = [Prisma.sql`id`, Prisma.sql`timesheet_id`]

/** No limit at all; but where the planner cannot know it, it takes an index that has the first rows first. */
const asTheyAreNeeded = Prisma.sql`(select null::bigint)`

/**
 * What stood at an instant. Nearly every entry is written at its day or after it: so it is looked for from that day
 * back, and the few that were written ahead of their day are found by an index of such alone; else the years since
 * would be read to be passed over.
 */
export function standingAsOf(part: ListPart, asOf: string): Prisma.Sql {
  const { filter, moment } = part
  const horizon = Prisma.sql`((${asOf}::timestamptz at time zone 'UTC')::date + 1)`
  const ahead = Prisma.sql`day > ${horizon} and day > ((updated_at at time zone 'UTC')::date + 1)`
  const conditions = [ahead, conditionOf(filter), hasBegun(moment)]
  return Prisma.sql`
    ${inStep(part, Prisma.sql`day <= ${horizon}`)}
    union all
    (select id, ${columns} from timesheets where ${all([...conditions, isWithin(part, id)])}
      order by day desc, id desc ${limitOf(part)})
    union all
    (select timesheet_id, ${columns} from timesheet_versions
      where ${all([...conditions, isWithin(part, timesheetId), hasNotEnded(moment)])}
      order by day desc, timesheet_id desc ${limitOf(part)})`
}

/**
 * Rows and superseded versions side by side, and only then held against the moment: where what stood is mostly rows,
 * its versions lie thin, and where it is mostly versions, its rows do; either alone would be read far beyond the page.
 */
function inStep(part: ListPart, upToThen: Prisma.Sql): Prisma.Sql {
  const { condition, rest, orderedBy } = lookUpOf(part.filter)
  const { from, to, ...others } = rest
  const within = (idColumn: Prisma.Sql) =>
    all([condition, isWithin(part, idColumn), conditionOf({ from, to }), upToThen])
  return Prisma.sql`
    (select id, ${columns}
       from ((select id, ${columns}, xid, 'infinity'::timestamptz(3) as superseded_at, null::bigint as superseded_xid
                from timesheets where ${within(id)}
               order by ${orderedBy} day desc, id desc limit ${asTheyAreNeeded})
             union all
             (select timesheet_id, ${columns}, xid, superseded_at, superseded_xid
                from timesheet_versions where ${within(timesheetId)}
               order by ${orderedBy} day desc, timesheet_id desc limit ${asTheyAreNeeded})
             order by ${orderedBy} day desc, id desc offset 0) as version
      where ${all([conditionOfAlive(others), hasBegun(part.moment), hasNotEnded(part.moment)])}
      ${limitOf(part)})`
}
