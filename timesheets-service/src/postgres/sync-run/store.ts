import type {
  Rejection,
  StartedSyncRun,
  SyncRun,
  SyncRunBody,
  SyncRunPatch,
} from '@timesheets/contracts/sync-run'
import { DomainError } from '../../domain/domain-error.ts'
import { sourceNotOwned, syncRunOver } from '../../domain/sync-run.ts'
import type {
  DigestRequest,
  NewRejection,
  SourceState,
  SyncRunFilter,
  SyncRunPage,
  SyncRunStore,
} from '../../domain/sync-run-store.ts'
import { Prisma, type PrismaClient } from '../generated/client.ts'
import { and } from '../list/filter.ts'
import { retryOnConflict } from '../retry-on-conflict.ts'
import { listDigestEntries } from './digest-entries.ts'
import { sumDigests } from './digests.ts'
import { isAlive, renewedLease, renewLease } from './fence.ts'
import { deleteOldRejections, insertRejections, selectRejections } from './rejections.ts'
import { type RunRow, runColumns, toSyncRun } from './run-row.ts'
import { listSourceStates } from './source-states.ts'

/** Bytes of reports after which a page of runs ends. A page has one run at least. */
const maxPageStatsBytes = 512 * 1024

/** Stores sync runs in Postgres. */
export class PostgresSyncRunStore implements SyncRunStore {
  readonly #client: PrismaClient
  readonly #leaseMs: number

  constructor(client: PrismaClient, leaseMs: number) {
    this.#client = client
    this.#leaseMs = leaseMs
  }

  start(
    body: SyncRunBody,
    clientId: string,
    isOwner: (firstClient: string | undefined) => boolean,
  ): Promise<StartedSyncRun> {
    return this.#inTransaction(async (transaction) => {
      const run = await takeLease(transaction, body, clientId, this.#leaseMs)
      const source = await claimSource(transaction, body, clientId)
      if (!isOwner(source?.clientId)) throw sourceNotOwned(body.source)
      if ((source?.account ?? body.account) !== body.account) throw otherAccount(body.source)
      if (run === undefined) throw runActive(body.source)
      return { ...run, bookmark: source?.bookmark ?? null }
    })
  }

  patch(run: SyncRun, patch: SyncRunPatch): Promise<SyncRun> {
    return this.#inTransaction(async (transaction) => {
      const [row] = await transaction.$queryRaw<RunRow[]>(buildPatchStatement(run, patch))
      if (row === undefined) {
        const stored = await findRun(transaction, run.id)
        if (stored !== undefined && isSameEnd(stored, patch)) return stored
        throw syncRunOver(run.id)
      }
      if (patch.status === 'succeeded' && patch.bookmark !== undefined && !run.verify) {
        await transaction.source.update({ where: { name: run.source }, data: { bookmark: patch.bookmark } })
      }
      return toSyncRun(row)
    })
  }

  find(id: number): Promise<SyncRun | undefined> {
    return findRun(this.#client, id)
  }

  async list({ sources, client, state, before, limit }: SyncRunFilter): Promise<SyncRunPage> {
    // One run more than the page shows whether there is a next page.
    const rows = await this.#client.$queryRaw<(RunRow & { readonly found: number })[]>(Prisma.sql`
      with run as (
        select ${runColumns} from sync_runs
         where ${and([
           sources === undefined ? undefined : Prisma.sql`source = any(${sources}::text[])`,
           client === undefined ? undefined : Prisma.sql`client_id = ${client}`,
           before === undefined ? undefined : Prisma.sql`id < ${before}::bigint`,
         ])}
      ), found as (
        select * from run where ${state === undefined ? Prisma.sql`true` : Prisma.sql`status = ${state}`}
         order by id desc limit ${limit + 1}::int
      ), measured as (
        select found.*, (count(*) over ())::int as found, row_number() over newest as position,
               sum(coalesce(octet_length(stats::text), 0)) over newest - coalesce(octet_length(stats::text), 0) as bytes_before
          from found window newest as (order by id desc rows unbounded preceding)
      )
      select * from measured where position <= ${limit}::int and bytes_before < ${maxPageStatsBytes}::int order by id desc`)
    return { runs: rows.map(toSyncRun), hasMore: rows.length < (rows[0]?.found ?? 0) }
  }

  async findFirstClient(name: string): Promise<string | undefined> {
    return (await this.#client.source.findUnique({ where: { name } }))?.clientId
  }

  async listFirstSources(clientId: string): Promise<string[]> {
    const sources = await this.#client.source.findMany({ where: { clientId }, select: { name: true } })
    return sources.map(({ name }) => name)
  }

  sumDigests(request: DigestRequest): AsyncIterable<string> {
    return sumDigests(this.#client, request)
  }

  listEntries(request: DigestRequest, userId: string): AsyncIterable<string> {
    return listDigestEntries(this.#client, request, userId)
  }

  addRejections({ id, source, client }: SyncRun, rejections: readonly NewRejection[]): Promise<number> {
    return this.#inTransaction(async (transaction) => {
      await renewLease(transaction, { id, source, clientId: client })
      return insertRejections(transaction, id, 'sync', rejections)
    })
  }

  listRejections(runId: number, after: number | undefined, limit: number): Promise<Rejection[]> {
    return selectRejections(this.#client, runId, after, limit)
  }

  listSourceStates(limit: number): Promise<SourceState[]> {
    return listSourceStates(this.#client, limit)
  }

  deleteOldRejections(days: number): Promise<boolean> {
    return deleteOldRejections(this.#client, days)
  }

  #inTransaction<T>(run: (transaction: Prisma.TransactionClient) => Promise<T>): Promise<T> {
    return retryOnConflict(() => this.#client.$transaction(run))
  }
}

/**
 * Ends the run whose lease has expired, once no transaction holds it, and inserts the new one. The unique index allows one running run per source, so
 * of two that start at once, one inserts nothing.
 * @returns undefined if another run of the source is alive
 */
async function takeLease(
  transaction: Prisma.TransactionClient,
  body: SyncRunBody,
  clientId: string,
  leaseMs: number,
): Promise<Pick<StartedSyncRun, 'id' | 'lease_expires_at'> | undefined> {
  const { source, account, from, to, mode, verify = false } = body
  await transaction.$executeRaw(Prisma.sql`
    with lapsed as (
      select id from sync_runs
       where source = ${source} and status = 'running' and lease_expires_at <= clock_timestamp() for update
    )
    update sync_runs set status = 'expired', ended_at = lease_expires_at
      from lapsed where sync_runs.id = lapsed.id`)
  const [row] = await transaction.$queryRaw<{ id: bigint; lease_expires_at: Date }[]>(Prisma.sql`
    insert into sync_runs (source, client_id, account, from_day, to_day, mode, is_verify, lease_ms,
                           lease_expires_at)
    values (${source}, ${clientId}, ${account}, ${from}::date, ${to}::date, ${mode}, ${verify}, ${leaseMs}::int,
            clock_timestamp() + ${leaseMs}::int * interval '1 millisecond')
        on conflict (source) where status = 'running' do nothing
    returning id, lease_expires_at`)
  return row && { id: Number(row.id), lease_expires_at: row.lease_expires_at.toISOString() }
}

/**
 * Claims a new source for its first client, and binds a source to the account of its first run that may write. A run that only
 * compares does neither: otherwise its client would own the source without ever having written to it.
 */
async function claimSource(
  transaction: Prisma.TransactionClient,
  { source: name, account, verify = false }: SyncRunBody,
  clientId: string,
) {
  if (!verify) {
    await transaction.source.createMany({ data: { name, clientId }, skipDuplicates: true })
    await transaction.source.updateMany({ where: { name, account: null }, data: { account } })
  }
  return await transaction.source.findUnique({ where: { name } })
}

/** Updates a run that is alive. To end it, it must be free: no transaction writes for it any more. */
function buildPatchStatement(run: SyncRun, patch: SyncRunPatch): Prisma.Sql {
  const { status = 'running', bookmark = null, stats } = patch
  const statsText = stats === undefined ? null : JSON.stringify(stats)
  const lock = Prisma.raw(status === 'running' ? 'for no key update' : 'for update')
  return Prisma.sql`
    with alive as (
      select id as alive_id from sync_runs
       where id = ${run.id}::bigint and client_id = ${run.client} and ${isAlive} ${lock}
    )
    update sync_runs
       set status = ${status}::text,
           lease_expires_at = case when ${status}::text = 'running' then ${renewedLease} else lease_expires_at end,
           ended_at = case when ${status}::text <> 'running' then clock_timestamp() end,
           bookmark = coalesce(${bookmark}::text, bookmark),
           stats = coalesce(${statsText}::json, stats),
           proof = case when ${statsText}::text is null then proof else ${stats?.proof ?? null}::text end
      from alive
     where id = alive_id
    returning ${runColumns}`
}

/** Whether a run has ended as a patch says, so that the patch is a repeat whose response was lost. */
function isSameEnd(run: SyncRun, { status, bookmark, stats }: SyncRunPatch): boolean {
  return (
    (status === 'succeeded' || status === 'failed') &&
    run.status === status &&
    (bookmark === undefined || run.bookmark === bookmark) &&
    (stats === undefined || JSON.stringify(run.stats) === JSON.stringify(stats))
  )
}

async function findRun(client: Prisma.TransactionClient, id: number): Promise<SyncRun | undefined> {
  const [row] = await client.$queryRaw<RunRow[]>(Prisma.sql`
    select ${runColumns} from sync_runs where id = ${id}::bigint`)
  return row && toSyncRun(row)
}

function runActive(source: string): DomainError {
  return new DomainError(
    'sync-run-active',
    `Another sync run of "${source}" is in progress; wait until it ends, or until its lease does`,
  )
}

function otherAccount(source: string): DomainError {
  return new DomainError(
    'other-account',
    `The source "${source}" is bound to another account of the tracker; use a source of its own for each account`,
  )
}
