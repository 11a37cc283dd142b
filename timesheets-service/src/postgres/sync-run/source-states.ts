import type { SyncStats } from '@timesheets/contracts/sync-run'
import type { SourceState, SourceStats } from '../../domain/sync-run-store.ts'
import { Prisma } from '../generated/client.ts'

interface Row {
  readonly source: string
  readonly proven_at: Date | null
  readonly succeeded_at: Date | null
  readonly compared_stats: SyncStats | null
  readonly synced_stats: SyncStats | null
  readonly written_stats: SyncStats | null
}

/** Sources that one statement reads: each has three reports, and one of a thousand differing days takes a quarter of a megabyte. */
const maxRows = 5

/**
 * Reads what the last runs of each bound source found: five index lookups per source. Of more sources than the limit, the
 * oldest are read, so that new ones do not replace those that have been watched.
 */
export async function listSourceStates(
  client: Prisma.TransactionClient,
  limit: number,
): Promise<SourceState[]> {
  const states: SourceState[] = []
  for (;;) {
    const size = Math.min(maxRows, limit - states.length)
    const rows = await readRows(client, states.length, size)
    states.push(
      ...rows.map((row) => ({
        source: row.source,
        provenAt: row.proven_at,
        succeededAt: row.succeeded_at,
        comparedStats: summarize(row.compared_stats),
        syncedStats: summarize(row.synced_stats),
        writtenStats: summarize(row.written_stats),
      })),
    )
    if (rows.length < size || states.length === limit) return states
  }
}

function readRows(client: Prisma.TransactionClient, offset: number, limit: number): Promise<Row[]> {
  const newest = (column: string, condition: string) =>
    Prisma.raw(
      `(select ${column} from sync_runs where source = bound.name and ${condition} order by id desc limit 1)`,
    )
  const hasCompared = `(status = 'succeeded' or (status = 'failed' and proof is not null))`
  return client.$queryRaw<Row[]>(Prisma.sql`
    select bound.name as source,
           ${newest('ended_at', `status = 'succeeded' and proof = 'equal'`)} as proven_at,
           ${newest('ended_at', `status = 'succeeded' and not is_verify`)} as succeeded_at,
           ${newest('stats', hasCompared)} as compared_stats,
           ${newest('stats', `${hasCompared} and not is_verify`)} as synced_stats,
           ${newest('stats', `status in ('succeeded', 'failed') and not is_verify`)} as written_stats
      from (select name, created_at from sources where account is not null
             order by created_at, name offset ${offset}::int limit ${limit}::int) as bound
     order by created_at, name`)
}

/** The counts of a report, without what it names: that may be long, and all sources are kept in memory at once. */
function summarize(stats: SyncStats | null): SourceStats | null {
  if (stats === null) return null
  const {
    rejected = 0,
    withheld = 0,
    held = 0,
    deleted = 0,
    provable = true,
    differing_days: days = 0,
  } = stats
  return {
    rejected,
    withheld,
    held,
    deleted,
    provable,
    differingDays: Array.isArray(days) ? days.length : days,
  }
}
