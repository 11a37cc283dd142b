import type { EntryUpsert } from '../../domain/upload-store.ts'
import { Prisma } from '../generated/client.ts'
import { contentRecord, contentRecordColumns, contentRecordInstant } from './content-record.ts'

/**
 * Inserts entries in one statement, sorted by identity so that two writers cannot deadlock.
 * @param ids one per entry, from `drawIds`
 * @returns how many were new; fewer than given if another writer created one of the identities first
 */
export function insertEntries(
  transaction: Prisma.TransactionClient,
  ids: readonly number[],
  upserts: readonly EntryUpsert[],
  clientId: string,
  syncRunId: number | null,
): Promise<number> {
  const records = upserts.map((upsert, i) => ({
    id: ids[i],
    source: upsert.source,
    external_id: upsert.externalId,
    ...contentRecord(requireContent(upsert)),
    digest: upsert.digest,
  }))
  return transaction.$executeRaw(Prisma.sql`
    insert into timesheets (id, source, external_id, user_id, day, instant, date_written, project, seconds, notes,
                            digest, deleted_at, action, client_id, sync_run_id)
    select id, source, external_id, user_id, day, ${contentRecordInstant}, date_written, project, seconds, notes,
           decode(digest, 'hex'), case when digest is null then now() end, 'created', ${clientId}, ${syncRunId}::bigint
      from json_to_recordset(${JSON.stringify(records)}::json)
        as entry (id bigint, source text, external_id text, ${contentRecordColumns}, digest text)
     order by source, external_id
        on conflict (source, external_id) do nothing`)
}

/** A new entry always has a content, also if a later item of the same upload deleted it again. */
function requireContent({ content }: EntryUpsert) {
  if (content === null) throw new Error('An entry without content cannot be inserted')
  return content
}
