import type { SyncRun, SyncStats } from '@timesheets/contracts/sync-run'
import { Prisma } from '../generated/client.ts'
import { civilDay } from '../list/serialize.ts'

/** A run as `runColumns` selects it. */
export interface RunRow {
  readonly id: bigint
  readonly source: string
  readonly client_id: string
  readonly account: string
  readonly from_day: string
  readonly to_day: string
  readonly mode: string
  readonly is_verify: boolean
  readonly status: string
  readonly lease_expires_at: Date
  readonly bookmark: string | null
  readonly stats: SyncStats | null
  readonly rejections: number
  readonly started_at: Date
  readonly ended_at: Date | null
}

/** The columns of a run. A run whose lease has expired is over, also before another run takes its source over. */
export const runColumns = Prisma.raw(`
  id, source, client_id, account, ${civilDay('from_day')} as from_day, ${civilDay('to_day')} as to_day, mode, is_verify,
  case when status = 'running' and lease_expires_at <= clock_timestamp() then 'expired' else status end as status,
  lease_expires_at, bookmark, stats, reported_rejections + api_rejections as rejections, started_at,
  case when status = 'running' and lease_expires_at <= clock_timestamp() then lease_expires_at else ended_at end as ended_at`)

export function toSyncRun(row: RunRow): SyncRun {
  return {
    id: Number(row.id),
    source: row.source,
    client: row.client_id,
    account: row.account,
    from: row.from_day,
    to: row.to_day,
    mode: row.mode as SyncRun['mode'],
    verify: row.is_verify,
    status: row.status as SyncRun['status'],
    lease_expires_at: row.lease_expires_at.toISOString(),
    bookmark: row.bookmark,
    stats: row.stats,
    rejections: row.rejections,
    started_at: row.started_at.toISOString(),
    ended_at: row.ended_at?.toISOString() ?? null,
  }
}
