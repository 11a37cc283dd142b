import type { SyncStats } from '@timesheets/contracts/sync-run'
import type { SourceState } from '../../domain/sync-run-store.ts'
import { Prisma } from '../generated/client.ts'

interface Row {
  readonly source: string
  readonly proven_at: Date | null
  readonly succeeded_at: Date | null
  readonly compared_stats: SyncStats | null
  readonly synced_stats: SyncStats | null
  readonly written_stats: SyncStats | null
}

/**
 * Reads what the last runs of each bound source found: five index lookups per source. Of more sources than the limit, the
 * oldest are read, so that new ones do not replace those that have been watched.
 */
export async function listSourceStates(
  client: Prisma.TransactionClient,
  limit: number,
): Promise<SourceState[]> {
  const newest = (column: string, condition: string) =>
    Prisma.raw(
      `(select ${column} from sync_runs where source = bound.name and ${condition} order by id desc limit 1)`,
    )
  const hasCompared = `(status = 'succeeded' or (status = 'failed' and proof is not null))`
  const rows = await client.$queryRaw<Row[]>(Prisma.sql`
    select bound.name as source,
           ${newest('ended_at', `status = 'succeeded' and proof = 'equal'`)} as proven_at,
           ${newest('ended_at', `status = 'succeeded' and not is_verify`)} as succeeded_at,
           ${newest('stats', hasCompared)} as compared_stats,
           ${newest('stats', `${hasCompared} and not is_verify`)} as synced_stats,
           ${newest('stats', `status in ('succeeded', 'failed') and not is_verify`)} as written_stats
      from (select name from sources where account is not null order by created_at, name limit ${limit}::int) as bound
     order by name`)
  return rows.map((row) => ({
    source: row.source,
    provenAt: row.proven_at,
    succeededAt: row.succeeded_at,
    comparedStats: row.compared_stats,
    syncedStats: row.synced_stats,
    writtenStats: row.written_stats,
  }))
}
