import { all, conditionOf, conditionOfAlive } from './entry-condition.ts'
import { Prisma } from './generated/client.ts'
import { columns, isWithin, type ListPart, limitOf } from './list-part.ts'
import { lookUpOf } from './look-up.ts'
import { hasBegun, hasNotEnded, idAfter } from './moment.ts'

const [id, timesheetId] = [Prisma.sql`id`, Prisma.sql`timesheet_id`]

/** No limit at all; but where the planner cannot know it, it takes an index that has the first rows first. */
const asTheyAreNeeded = Prisma.sql`(select null::bigint)`

/** An entry lies a year ahead at most (contracts, entry.ts), in whatever offset, and clocks differ. */
const farthestAheadDays = 366 + 2

/**
 * What stood at an instant. Nearly every entry is written at its day or after it: so it is looked for from that day
 * back, and the few that were written ahead of their day are found by an index of such alone; else the years since
 * would be read to be passed over. Of a day's entries, those that came later have higher ids: the index leaps them.
 */
export function standingAsOf(part: ListPart, asOf: string): Prisma.Sql {
  const { filter, moment, after } = part
  const horizon = daysAfter(asOf, 1)
  // A page that begins ahead has no place among the others; told to go back from it, the index would read all between.
  const others = after !== undefined && after.day > horizon ? { ...part, after: undefined } : part
  const ahead = Prisma.sql`day > ${horizon}::date and day <= ${daysAfter(asOf, farthestAheadDays)}::date
    and day > ((updated_at at time zone 'UTC')::date + 1)`
  const conditions = [ahead, conditionOf(filter), hasBegun(moment)]
  return Prisma.sql`
    ${inStep(others, (idColumn) => Prisma.sql`day <= ${horizon}::date and ${idColumn} < ${idAfter(asOf)}`)}
    union all
    (select id, ${columns} from timesheets where ${all([...conditions, isWithin(part, id)])}
      order by day desc, id desc ${limitOf(part)})
    union all
    (select timesheet_id, ${columns} from timesheet_versions
      where ${all([...conditions, isWithin(part, timesheetId), hasNotEnded(moment)])}
      order by day desc, timesheet_id desc ${limitOf(part)})`
}

/** The UTC day so many days after an instant's, in the calendar that goes to the year 9999. */
function daysAfter(instant: string, days: number): string {
  const latest = Date.UTC(9999, 11, 31)
  return new Date(Math.min(Date.parse(instant) + days * 86_400_000, latest)).toISOString().slice(0, 10)
}

/**
 * Rows and superseded versions side by side, and only then held against the moment: where what stood is mostly rows,
 * its versions lie thin, and where it is mostly versions, its rows do; either alone would be read far beyond the page.
 */
function inStep(part: ListPart, upToThen: (idColumn: Prisma.Sql) => Prisma.Sql): Prisma.Sql {
  const { condition, rest, orderedBy } = lookUpOf(part.filter)
  const { from, to, ...others } = rest
  const within = (idColumn: Prisma.Sql) =>
    all([condition, isWithin(part, idColumn), conditionOf({ from, to }), upToThen(idColumn)])
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
