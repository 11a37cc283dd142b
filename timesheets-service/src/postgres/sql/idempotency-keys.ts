import { createHash } from 'node:crypto'
import type { EntryResponse, KeyedRequest } from '../../domain/idempotency.ts'
import { Prisma } from '../generated/client.ts'

/** A response that is kept, and the fingerprint of its request. */
export interface KeptResponse extends EntryResponse {
  readonly fingerprint: Uint8Array
}

/**
 * Locks a key until the transaction ends, without waiting, and finds the response that is kept under it. Postgres
 * releases the lock also if the process or its connection dies. It is not a session's lock, so it works behind a pooler.
 *
 * The statement sees what was committed before it began, which may be before it got the lock. Then it finds nothing
 * although a response was kept just now, and `keepResponse` returns false.
 * @returns isLocked false if another transaction has the lock
 */
export async function lockKey(
  transaction: Prisma.TransactionClient,
  { clientId, person, key }: KeyedRequest,
): Promise<{ readonly isLocked: boolean; readonly kept: KeptResponse | undefined }> {
  const hash = createHash('sha256')
    .update(JSON.stringify([clientId, person, key]))
    .digest()
  const [row] = await transaction.$queryRaw<[{ locked: boolean } & (KeptResponse | { fingerprint: null })]>(
    Prisma.sql`
    select pg_try_advisory_xact_lock(lock.hash) as locked, fingerprint, status, location, etag, body
      from (values (${hash.readBigInt64BE()}::bigint)) as lock (hash)
      left join idempotency_keys
        on client_id = ${clientId} and person = ${person} and key = ${key} and expires_at > now()`,
  )
  return { isLocked: row.locked, kept: row.fingerprint === null ? undefined : row }
}

/** Finds the response that is kept under a key and has not expired. */
export async function findKeptResponse(
  client: Prisma.TransactionClient,
  { clientId, person, key }: KeyedRequest,
): Promise<KeptResponse | undefined> {
  const [row] = await client.$queryRaw<KeptResponse[]>(Prisma.sql`
    select fingerprint, status, location, etag, body
      from idempotency_keys
     where client_id = ${clientId} and person = ${person} and key = ${key} and expires_at > now()`)
  return row
}

/**
 * Keeps a response under its key, also in the place of an expired one.
 * @returns false if one is kept already
 */
export async function keepResponse(
  transaction: Prisma.TransactionClient,
  { clientId, person, key, fingerprint }: KeyedRequest,
  { status, location, etag, body }: EntryResponse,
  ttlMs: number,
): Promise<boolean> {
  const count = await transaction.$executeRaw(Prisma.sql`
    insert into idempotency_keys (client_id, person, key, fingerprint, status, location, etag, body, expires_at)
    values (${clientId}, ${person}, ${key}, ${fingerprint}, ${status}::int, ${location}, ${etag}, ${body},
            now() + ${ttlMs}::bigint * interval '1 ms')
        on conflict (client_id, person, key) do update
       set (fingerprint, status, location, etag, body, expires_at) = (excluded.fingerprint, excluded.status,
            excluded.location, excluded.etag, excluded.body, excluded.expires_at)
     where idempotency_keys.expires_at <= now()`)
  return count === 1
}

/** Counts the keys of a client. Those that have expired count until they are deleted. */
export async function countKeys(client: Prisma.TransactionClient, clientId: string): Promise<number> {
  const [row] = await client.$queryRaw<[{ count: number }]>(Prisma.sql`
    select count(*)::int as count from idempotency_keys where client_id = ${clientId}`)
  return row.count
}

/** @returns in how many seconds the client's oldest key expires; undefined if it has none */
export async function findNextExpiry(
  client: Prisma.TransactionClient,
  clientId: string,
): Promise<number | undefined> {
  const [row] = await client.$queryRaw<{ seconds: number }[]>(Prisma.sql`
    select ceil(extract(epoch from expires_at - now()))::int as seconds
      from idempotency_keys where client_id = ${clientId} order by expires_at limit 1`)
  return row?.seconds
}

/**
 * Deletes expired keys, oldest first. Replicas that do this at the same time delete different ones.
 * @returns how many were deleted
 */
export function deleteExpiredKeys(client: Prisma.TransactionClient, limit: number): Promise<number> {
  return client.$executeRaw(Prisma.sql`
    delete from idempotency_keys
     where ctid = any(array(select ctid from idempotency_keys where expires_at <= now()
                             order by expires_at limit ${limit}::int for update skip locked))`)
}
