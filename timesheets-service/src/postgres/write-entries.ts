import type { Acceptance, Holding } from '../domain/entry-store.ts'
import { wordOf } from './correction-word.ts'
import { Prisma } from './generated/client.ts'

/** A transaction that is open. */
type Transaction = Prisma.TransactionClient

/** Draws ids for entries to come, ascending. */
export async function drawIds(transaction: Transaction, count: number): Promise<number[]> {
  if (count === 0) return []
  const rows = await transaction.$queryRaw<{ id: bigint }[]>(Prisma.sql`
    with ids as materialized (select pg_get_serial_sequence('timesheets', 'id')::regclass as sequence)
    select nextval(ids.sequence) as id from ids, generate_series(1, ${count}::int)`)
  return rows.map((row) => Number(row.id)).sort((a, b) => a - b)
}

/** Keeps rows from every other writer until the transaction ends, taken in the order of their ids: none deadlocks. */
export async function lockEntries(transaction: Transaction, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return
  await transaction.$queryRaw(Prisma.sql`
    select from timesheets where id = any(${ids}::bigint[]) order by id for no key update`)
}

/**
 * Inserts entries, all in one statement, sorted by identity so that two writers cannot deadlock.
 * @returns how many were new; fewer than given where another writer had one of the identities first
 */
export function insertEntries(
  transaction: Transaction,
  ids: readonly number[],
  changes: readonly Acceptance[],
  clientId: string,
): Promise<number> {
  const contents = changes.map(contentOf)
  return transaction.$executeRaw(Prisma.sql`
    insert into timesheets (id, source, external_id, user_id, day, instant, date_written, project, seconds, notes,
                            digest, deleted_at, action, client_id)
    select id, source, external_id, user_id, day, instant, date_written, project, seconds, notes,
           decode(digest, 'hex'), case when digest is null then now() end, 'created', ${clientId}
      from unnest(
        ${ids}::bigint[],
        ${changes.map((change) => change.source)}::text[],
        ${changes.map((change) => change.externalId)}::text[],
        ${contents.map((content) => content.userId)}::text[],
        ${contents.map((content) => content.day)}::date[],
        ${contents.map((content) => new Date(content.instantMs).toISOString())}::timestamptz[],
        ${contents.map((content) => content.dateWritten)}::text[],
        ${contents.map((content) => content.project)}::text[],
        ${contents.map((content) => content.seconds)}::int[],
        ${contents.map((content) => content.notes)}::text[],
        ${changes.map((change) => change.digest)}::text[]
      ) as entry (id, source, external_id, user_id, day, instant, date_written, project, seconds, notes, digest)
     order by source, external_id
        on conflict (source, external_id) do nothing`)
}

/**
 * Changes entries that are there, all in one statement. A change without content is a tombstone. Version and time
 * of the change are the trigger's, which keeps what stood there before.
 * @returns how many still stood at the version that was read, and were changed
 */
export async function updateEntries(
  transaction: Transaction,
  changes: readonly Acceptance[],
  clientId: string,
): Promise<number> {
  const contents = changes.map((change) => change.content)
  return transaction.$executeRaw(Prisma.sql`
    with entry as (
      select * from unnest(
        ${changes.map((change) => change.row!.id)}::bigint[],
        ${changes.map((change) => change.row!.version)}::int[],
        ${contents.map((content) => content?.userId ?? null)}::text[],
        ${contents.map((content) => content?.day ?? null)}::date[],
        ${contents.map((content) => (content === null ? null : new Date(content.instantMs).toISOString()))}::timestamptz[],
        ${contents.map((content) => content?.dateWritten ?? null)}::text[],
        ${contents.map((content) => content?.project ?? null)}::text[],
        ${contents.map((content) => content?.seconds ?? null)}::int[],
        ${contents.map((content) => content?.notes ?? null)}::text[],
        ${changes.map((change) => change.digest)}::text[]
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

/**
 * Keeps the source's last word beside approved entries, all in one statement. Where that word is the accepted entry
 * again, there is nothing left to correct.
 * @returns how many still stood at the version that was read
 */
export async function holdEntries(
  transaction: Transaction,
  holdings: readonly Holding[],
  clientId: string,
): Promise<number> {
  const isTakenBack = holdings.map((holding) => holding.digest === holding.acceptedDigest)
  return transaction.$executeRaw(Prisma.sql`
    with entry as (
      select * from unnest(
        ${holdings.map((holding) => holding.row.id)}::bigint[],
        ${holdings.map((holding) => holding.row.version)}::int[],
        ${holdings.map((holding) => holding.digest)}::text[],
        ${holdings.map((holding, i) => (isTakenBack[i] ? null : holding.acceptedDigest))}::text[],
        ${holdings.map((holding, i) => (isTakenBack[i] ? null : JSON.stringify(wordOf(holding.word))))}::text[]
      ) as entry (id, read_version, digest, accepted_digest, word)
    )
    update timesheets
       set digest = decode(entry.digest, 'hex'),
           accepted_digest = decode(entry.accepted_digest, 'hex'),
           correction = entry.word::jsonb,
           correction_state = case when entry.word is not null then 'pending' end,
           action = 'held',
           client_id = ${clientId},
           person = null
      from entry
     where timesheets.id = entry.id and timesheets.version = entry.read_version`)
}

/** A new entry always has a content, also where a later item of the same upload buried it. */
function contentOf(change: Acceptance) {
  if (change.content === null) throw new Error('An entry without content cannot be inserted')
  return change.content
}
