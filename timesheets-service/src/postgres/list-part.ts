import type { EntryFilter, Moment, Place } from '../domain/entry-filter.ts'
import { all, isBelow, isNotBelow } from './entry-condition.ts'
import { Prisma } from './generated/client.ts'

/** What is read of a list: its newest entries, or a stretch of them. */
export interface ListPart {
  readonly filter: EntryFilter
  readonly moment: Moment
  /** Only what stands below it. */
  readonly after?: Place | undefined
  /** Down to it, inclusive. */
  readonly until?: Place | undefined
  /** So many at most. */
  readonly count: number
}

/** The columns of an entry that a list shows, beside its id. */
export const columns = Prisma.raw(
  `user_id, day, date_written, project, seconds, notes, source, external_id, approved_at, returned_reason,
  correction, correction_state, version, created_at, updated_at`,
)

/** The condition of a part's ends. */
export function isWithin({ after, until }: ListPart, idColumn: Prisma.Sql): Prisma.Sql {
  return all([after && isBelow(after, idColumn), until && isNotBelow(until, idColumn)])
}

export function limitOf({ count }: ListPart): Prisma.Sql {
  return Prisma.sql`limit ${count}::int`
}
