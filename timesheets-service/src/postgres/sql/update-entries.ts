import type { EntryUpsert } from '../../domain/upload-store.ts'
import { Prisma } from '../generated/client.ts'

/**
 * Updates existing entries in one statement. An upsert without content deletes its entry and keeps the content. The
 * trigger stores the previous version and sets `version` and `updated_at`.
 * @returns how many were updated; fewer than given if another writer changed one since it was read
 */
export function updateEntries(
  transaction: Prisma.TransactionClient,
  upserts: readonly EntryUpsert[],
  clientId: string,
): Promise<number> {
  const contents = upserts.map((upsert) => upsert.content)
  return transaction.$executeRaw(Prisma.sql`
    with entry as (
      select * from unnest(
        ${upserts.map((upsert) => upsert.row!.id)}::bigint[],
        ${upserts.map((upsert) => upsert.row!.version)}::int[],
        ${contents.map((content) => content?.userId ?? null)}::text[],
        ${contents.map((content) => content?.day ?? null)}::date[],
        ${contents.map((content) => (content === null ? null : new Date(content.instantMs).toISOString()))}::timestamptz[],
        ${contents.map((content) => content?.dateWritten ?? null)}::text[],
        ${contents.map((content) => content?.project ?? null)}::text[],
        ${contents.map((content) => content?.seconds ?? null)}::int[],
        ${contents.map((content) => content?.notes ?? null)}::text[],
        ${upserts.map((upsert) => upsert.digest)}::text[]
      ) as entry (id, read_version, user_id, day, instant, date_written, project, seconds, notes, digest)
    )
    update timesheets
       set user_id = coalesce(entry.user_id, timesheets.user_id),
           day = coalesce(entry.day, timesheets.day),
           instant = coalesce(entry.instant, timesheets.instant),
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
           person = null
      from entry
     where timesheets.id = entry.id and timesheets.version = entry.read_version`)
}
