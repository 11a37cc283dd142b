import type { Moment, Sight } from '../domain/entry-filter.ts'
import { all } from './entry-condition.ts'
import { Prisma } from './generated/client.ts'

/**
 * Times cannot tell what a page saw: a transaction stamps its rows and commits later, after a page was read.
 * So a sight has the numbers of the transactions that were on their way, as a snapshot of Postgres has, and every
 * version has the numbers of those that made and superseded it. Only what is about as young as the sight is asked
 * for its number: numbers mean nothing in a database that was restored from a dump. A transaction that was on its
 * way has at most so long, and one that had not begun to write but had looked at the clock, this.
 */
const longestTransactionMs = 300_000
const clockSkewMs = 10_000

/**
 * An id that no entry of that time has: an entry's id is drawn after its transaction began, which is when it was
 * created, and before the transaction ended. So one that was created after all those had ended has a higher id.
 */
export function idAfter(asOf: string): Prisma.Sql {
  const allEnded = Prisma.sql`${asOf}::timestamptz + ${longestTransactionMs + clockSkewMs} * interval '1 ms'`
  return Prisma.sql`coalesce((select later.id from timesheets as later where later.created_at > ${allEnded}
                               order by later.created_at limit 1), ${Number.MAX_SAFE_INTEGER}::bigint)`
}

/** Whether a version had come to be at the moment. */
export function hasBegun({ asOf, sight }: Moment): Prisma.Sql {
  return all([
    asOf === undefined ? undefined : Prisma.sql`updated_at <= ${asOf}::timestamptz`,
    sight === undefined ? undefined : isSeen(sight, Prisma.sql`updated_at`, Prisma.sql`xid`),
  ])
}

/** Whether no later version had taken a version's place at the moment. */
export function hasNotEnded({ asOf, sight }: Moment): Prisma.Sql {
  if (sight === undefined) return Prisma.sql`superseded_at > ${asOf ?? null}::timestamptz`
  const hasEnded = all([
    asOf === undefined ? undefined : Prisma.sql`superseded_at <= ${asOf}::timestamptz`,
    isSeen(sight, Prisma.sql`superseded_at`, Prisma.sql`superseded_xid`),
  ])
  const floor = floorOf(sight)
  // The first says no more than the second, but as a range of an index.
  const since = asOf !== undefined && asOf < floor ? asOf : floor
  return Prisma.sql`superseded_at > ${since}::timestamptz and not (${hasEnded})`
}

function isSeen(sight: Sight, time: Prisma.Sql, xid: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`(${time} <= ${floorOf(sight)}::timestamptz or ${xid} is null
    or (${xid} < ${sight.xmax}::bigint and ${xid} <> all(${sight.inProgress}::bigint[])))`
}

/** Everything from before it is seen. */
function floorOf({ takenAtMs, inProgress }: Sight): string {
  const ageMs = inProgress.length > 0 ? longestTransactionMs : clockSkewMs
  return new Date(takenAtMs - ageMs).toISOString()
}
