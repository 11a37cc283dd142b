import type { EntryUpsert } from '../../domain/upload-store.ts'
import { Prisma } from '../generated/client.ts'
import { contentRecord, contentRecordColumns, contentRecordInstant } from './content-record.ts'

/**
 * Updates existing entries in one statement. An upsert without content deletes its entry and keeps the content. The
 * trigger stores the previous version and sets `version` and `updated_at`.
 * @returns how many were updated; fewer than given if another writer changed one since it was read
 */
export function updateEntries(
  transaction: Prisma.TransactionClient,
  upserts: readonly EntryUpsert[],
  clientId: string,
  syncRunId: number | null,
): Promise<number> {
  const records = upserts.map(({ row, content, digest }) => ({
    id: row!.id,
    read_version: row!.version,
    ...(content === null ? {} : contentRecord(content)),
    digest,
  }))
  return transaction.$executeRaw(Prisma.sql`
    with entry as (
      select * from json_to_recordset(${JSON.stringify(records)}::json)
        as entry (id bigint, read_version int, ${contentRecordColumns}, digest text)
    )
    update timesheets
       set user_id = coalesce(entry.user_id, timesheets.user_id),
           day = coalesce(entry.day, timesheets.day),
           instant = coalesce(${contentRecordInstant}, timesheets.instant),
           date_written = coalesce(entry.date_written, timesheets.date_written),
           project = coalesce(entry.project, timesheets.project),
           seconds = coalesce(entry.seconds, timesheets.seconds),
           notes = case when entry.user_id is null then timesheets.notes else entry.notes end,
           digest = decode(entry.digest, 'hex'),
           deleted_at = case when entry.digest is null then now() end,
           accepted_digest = null,
           correction = null,
           correction_state = null,
           returned_reason = null,
           action = case when entry.digest is null then 'deleted' else 'updated' end,
           client_id = ${clientId},
           person = null,
           sync_run_id = ${syncRunId}::bigint
      from entry
     where timesheets.id = entry.id and timesheets.version = entry.read_version`)
}
