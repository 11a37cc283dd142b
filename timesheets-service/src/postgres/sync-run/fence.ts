import { type LeasedRun, syncRunOver } from '../../domain/sync-run.ts'
import { Prisma } from '../generated/client.ts'

/**
 * Fences a transaction that writes for a sync run. Until it ends, no other run can take the source over, and its own run
 * cannot end: both lock the row of the run `for update`, which waits for this lock. So a run whose source was taken over
 * writes nothing, however long it was paused. Transactions of the same run do not wait for each other.
 *
 * Call it before the transaction locks anything else: the run comes first in the order of locks.
 * @throws {DomainError} `sync-run-over`
 */
export async function holdRun(transaction: Prisma.TransactionClient, run: LeasedRun): Promise<void> {
  const found = await transaction.$queryRaw<object[]>(Prisma.sql`
    select id from sync_runs where ${isOwnAlive(run)} for key share`)
  if (found.length === 0) throw syncRunOver(run.id)
}

/**
 * Fences a transaction likewise, and renews the lease. Other renewals of the run wait until the transaction ends, so this
 * comes last in a long one.
 * @throws {DomainError} `sync-run-over`
 */
export async function renewLease(
  transaction: Prisma.TransactionClient,
  run: LeasedRun,
  { isHeld = false } = {},
): Promise<void> {
  // A run that is held lives until the transaction ends, also if its lease has ended meanwhile.
  const condition = isHeld ? Prisma.sql`id = ${run.id}::bigint` : isOwnAlive(run)
  const renewed = await transaction.$executeRaw(Prisma.sql`
    update sync_runs set lease_expires_at = ${renewedLease} where ${condition}`)
  if (renewed === 0) throw syncRunOver(run.id)
}

/**
 * The condition for a run that is alive. `clock_timestamp` and not `now`, which is the start of the transaction: the
 * statement may have waited for a lock since. All times are those of the database, which all replicas share.
 */
export const isAlive = Prisma.sql`(status = 'running' and lease_expires_at > clock_timestamp())`

const isOwnAlive = ({ id, source, clientId }: LeasedRun) =>
  Prisma.sql`id = ${id}::bigint and source = ${source} and client_id = ${clientId} and ${isAlive}`

/** The end of a lease that begins now. */
export const renewedLease = Prisma.sql`clock_timestamp() + lease_ms * interval '1 millisecond'`
