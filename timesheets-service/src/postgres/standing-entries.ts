import type { EntryFilter, Moment, Place } from '../domain/entry-filter.ts'
import { all, conditionOf, conditionOfAlive, isBelow } from './entry-condition.ts'
import { Prisma } from './generated/client.ts'
import { lookUpOf } from './look-up.ts'
import { hasBegun, hasNotEnded } from './moment.ts'

/** The columns of an entry that a list shows, beside its id. */
const columns =
  Prisma.raw(`user_id, day, date_written, project, seconds, notes, source, external_id, approved_at,
  returned_reason, correction, correction_state, version, created_at, updated_at`)

/** No limit at all; but where the planner cannot know it, it takes an index that has the first rows first. */
const asTheyAreNeeded = Prisma.sql`(select null::bigint)`

/** What is read of a list: its newest entries below a place. */
interface Part {
  readonly filter: EntryFilter
  readonly moment: Moment
  readonly after?: Place | undefined
  readonly count: number
}

/**
 * Of each entry the version that stood at the moment: the row itself, or one that has been superseded since. Some
 * too many, in no order: each way to them has an order, a limit and an index of its own, so that none reads more
 * than a page.
 */
export function standingEntries(part: Part): Prisma.Sql {
  const { asOf, sight } = part.moment
  if (asOf !== undefined) return standingAsOf(part, asOf)
  return sight === undefined ? rows(part) : Prisma.sql`${rows(part)} union all ${fewVersions(part)}`
}

function rows({ filter, moment, after, count }: Part): Prisma.Sql {
  const { condition, rest, orderedBy } = lookUpOf(filter)
  const below = after && isBelow(after, Prisma.sql`id`)
  return Prisma.sql`
    (select id, ${columns} from timesheets where ${all([condition, below, conditionOf(rest), hasBegun(moment)])}
      order by ${orderedBy} day desc, id desc limit ${count}::int)`
}

/** Versions that few are of, and an index of just these finds: of those superseded since, or written ahead. */
function fewVersions({ filter, moment, after, count }: Part, which?: Prisma.Sql): Prisma.Sql {
  const below = after && isBelow(after, Prisma.sql`timesheet_id`)
  return Prisma.sql`
    (select timesheet_id, ${columns} from timesheet_versions
      where ${all([which, below, conditionOf(filter), hasBegun(moment), hasNotEnded(moment)])}
      order by day desc, timesheet_id desc limit ${count}::int)`
}

/**
 * Nearly every entry is written at its day or after it. So what stood at an instant is looked for from that day
 * back, and the few that were written ahead of their day are found by an index of such alone; else the years since
 * would be read to be passed over.
 */
function standingAsOf(part: Part, asOf: string): Prisma.Sql {
  const horizon = Prisma.sql`((${asOf}::timestamptz at time zone 'UTC')::date + 1)`
  const ahead = Prisma.sql`day > ${horizon} and day > ((updated_at at time zone 'UTC')::date + 1)`
  return Prisma.sql`
    ${inStep(part, Prisma.sql`day <= ${horizon}`)} union all ${fewRows(part, ahead)} union all ${fewVersions(part, ahead)}`
}

/**
 * Rows and superseded versions side by side, and only then held against the moment: where what stood is mostly rows,
 * its versions lie thin, and where it is mostly versions, its rows do; either alone would be read far beyond the page.
 */
function inStep({ filter, moment, after, count }: Part, range: Prisma.Sql): Prisma.Sql {
  const { condition, rest, orderedBy } = lookUpOf(filter)
  const { from, to, ...others } = rest
  const lookedFor = (idColumn: Prisma.Sql) =>
    all([condition, after && isBelow(after, idColumn), conditionOf({ from, to }), range])
  return Prisma.sql`
    (select id, ${columns}
       from ((select id, ${columns}, xid, 'infinity'::timestamptz(3) as superseded_at, null::bigint as superseded_xid
                from timesheets where ${lookedFor(Prisma.sql`id`)}
               order by ${orderedBy} day desc, id desc limit ${asTheyAreNeeded})
             union all
             (select timesheet_id, ${columns}, xid, superseded_at, superseded_xid
                from timesheet_versions where ${lookedFor(Prisma.sql`timesheet_id`)}
               order by ${orderedBy} day desc, timesheet_id desc limit ${asTheyAreNeeded})
             order by ${orderedBy} day desc, id desc offset 0) as version
      where ${all([conditionOfAlive(others), hasBegun(moment), hasNotEnded(moment)])}
      limit ${count}::int)`
}

function fewRows({ filter, moment, after, count }: Part, ahead: Prisma.Sql): Prisma.Sql {
  const below = after && isBelow(after, Prisma.sql`id`)
  return Prisma.sql`
    (select id, ${columns} from timesheets where ${all([ahead, below, conditionOf(filter), hasBegun(moment)])}
      order by day desc, id desc limit ${count}::int)`
}
