import type { EntryUpsert } from '../../domain/upload-store.ts'
import { Prisma } from '../generated/client.ts'

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
): Promise<number> {
  const contents = upserts.map(requireContent)
  return transaction.$executeRaw(Prisma.sql`
    insert into timesheets (id, source, external_id, user_id, day, instant, date_written, project, seconds, notes,
                            digest, deleted_at, action, client_id)
    select id, source, external_id, user_id, day, instant, date_written, project, seconds, notes,
           decode(digest, 'hex'), case when digest is null then now() end, 'created', ${clientId}
      from unnest(
        ${ids}::bigint[],
        ${upserts.map((upsert) => upsert.source)}::text[],
        ${upserts.map((upsert) => upsert.externalId)}::text[],
        ${contents.map((content) => content.userId)}::text[],
        ${contents.map((content) => content.day)}::date[],
        ${contents.map((content) => new Date(content.instantMs).toISOString())}::timestamptz[],
        ${contents.map((content) => content.dateWritten)}::text[],
        ${contents.map((content) => content.project)}::text[],
        ${contents.map((content) => content.seconds)}::int[],
        ${contents.map((content) => content.notes)}::text[],
        ${upserts.map((upsert) => upsert.digest)}::text[]
      ) as entry (id, source, external_id, user_id, day, instant, date_written, project, seconds, notes, digest)
     order by source, external_id
        on conflict (source, external_id) do nothing`)
}

/** A new entry always has a content, also if a later item of the same upload deleted it again. */
function requireContent({ content }: EntryUpsert) {
  if (content === null) throw new Error('An entry without content cannot be inserted')
  return content
}
