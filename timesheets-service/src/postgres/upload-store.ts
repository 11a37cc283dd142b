import type { StoredEntry } from '@timesheets/contracts/stored-entry'
import type {
  ChangeSet,
  ExistingState,
  HeldCorrection,
  RowVersion,
  UploadKeys,
  UploadStore,
  WriteResult,
} from '../domain/upload-store.ts'
import { isWriteConflict } from './errors.ts'
import type { Prisma, PrismaClient } from './generated/client.ts'
import { drawIds } from './sql/draw-ids.ts'
import { findEntries } from './sql/find-entries.ts'
import { holdCorrections } from './sql/hold-corrections.ts'
import { insertEntries } from './sql/insert-entries.ts'
import { lockRows } from './sql/lock-rows.ts'
import { readEntries } from './sql/read-entries.ts'
import { recomputeDigests } from './sql/recompute-digests.ts'
import { updateEntries } from './sql/update-entries.ts'
import { holdRun, renewLease } from './sync-run/fence.ts'
import { insertRejections } from './sync-run/rejections.ts'

/** Thrown inside a transaction to roll it back: another writer was first. */
export class StaleRead extends Error {}

/** Stores uploads in Postgres. */
export class PostgresUploadStore implements UploadStore {
  readonly #client: PrismaClient

  constructor(client: PrismaClient) {
    this.#client = client
  }

  find(keys: UploadKeys): Promise<ExistingState> {
    return find(this.#client, keys)
  }

  write(changeSet: ChangeSet): Promise<WriteResult | undefined> {
    return this.#inTransaction((transaction) => write(transaction, changeSet))
  }

  findAndWrite(
    keys: UploadKeys,
    decide: (existing: ExistingState) => ChangeSet,
  ): Promise<WriteResult | undefined> {
    return this.#inTransaction(async (transaction) =>
      write(transaction, decide(await find(transaction, keys, { lock: true }))),
    )
  }

  async read(id: number): Promise<StoredEntry> {
    const [entry] = await readEntries(this.#client, [id])
    return entry!
  }

  async #inTransaction(
    run: (transaction: Prisma.TransactionClient) => Promise<WriteResult>,
  ): Promise<WriteResult | undefined> {
    try {
      return await this.#client.$transaction(run)
    } catch (error) {
      if (error instanceof StaleRead || isWriteConflict(error)) return undefined
      throw error
    }
  }
}

/**
 * Stores an upload as a part of a transaction. It locks the existing rows first. If another writer is in the way, it
 * throws `StaleRead` or a write conflict instead of returning undefined, because all of the transaction must run again.
 */
export class TransactionUploadStore implements UploadStore {
  readonly #transaction: Prisma.TransactionClient

  constructor(transaction: Prisma.TransactionClient) {
    this.#transaction = transaction
  }

  find(keys: UploadKeys): Promise<ExistingState> {
    return find(this.#transaction, keys, { lock: true })
  }

  write(changeSet: ChangeSet): Promise<WriteResult> {
    return write(this.#transaction, changeSet)
  }

  async findAndWrite(keys: UploadKeys, decide: (existing: ExistingState) => ChangeSet): Promise<WriteResult> {
    return this.write(decide(await this.find(keys)))
  }

  async read(id: number): Promise<StoredEntry> {
    const [entry] = await readEntries(this.#transaction, [id])
    return entry!
  }
}

async function find(
  client: Prisma.TransactionClient,
  { identities, sources, syncRun }: UploadKeys,
  options?: { lock: boolean },
): Promise<ExistingState> {
  if (options?.lock === true && syncRun !== undefined) await holdRun(client, syncRun)
  const found = await findEntries(client, identities, options)
  const entries = syncRun?.comparesFields ? await recomputeDigests(client, found) : found
  const owned =
    sources.length === 0 ? [] : await client.source.findMany({ where: { name: { in: [...sources] } } })
  return { entries, owners: new Map(owned.map((source) => [source.name, source.clientId])) }
}

/**
 * Every writer takes its locks in this order: its sync run, rows by id, new sources by name, new identities. So no two
 * writers wait for each other.
 */
async function write(transaction: Prisma.TransactionClient, changeSet: ChangeSet): Promise<WriteResult> {
  const { clientId, newSources, changes, readBack, syncRun } = changeSet
  if (syncRun !== undefined) await holdRun(transaction, syncRun)
  const syncRunId = syncRun?.id ?? null
  const upserts = changes.filter((change) => change.kind === 'upsert')
  const held = changes.filter((change): change is HeldCorrection => change.kind === 'hold')
  const inserts = upserts.filter((upsert) => upsert.row === null)
  const updates = upserts.filter((upsert) => upsert.row !== null)
  const rows = changes.map((change) => change.row).filter((row): row is RowVersion => row !== null)
  await lockRows(
    transaction,
    rows.map((row) => row.id),
  )
  await writeAll(updates, () => updateEntries(transaction, updates, clientId, syncRunId))
  await writeAll(held, () => holdCorrections(transaction, held, clientId, syncRunId))
  await writeAll(newSources, () => createSources(transaction, newSources, clientId))
  const newIds = await drawIds(transaction, inserts.length)
  await writeAll(inserts, () => insertEntries(transaction, newIds, inserts, clientId, syncRunId))
  if (syncRun !== undefined) {
    await renewLease(transaction, syncRun, { isHeld: true })
    await insertRejections(transaction, syncRun.id, 'api', syncRun.rejections)
  }
  let next = 0
  const ids = changes.map((change) => change.row?.id ?? newIds[next++]!)
  return { ids, entries: readBack ? await readEntries(transaction, ids) : [] }
}

/** @throws {StaleRead} if fewer were written than given, because another writer was first */
async function writeAll(changes: readonly unknown[], write: () => Promise<number>): Promise<void> {
  if (changes.length > 0 && (await write()) < changes.length) throw new StaleRead()
}

async function createSources(
  transaction: Prisma.TransactionClient,
  sources: readonly string[],
  clientId: string,
): Promise<number> {
  const data = sources.toSorted().map((name) => ({ name, clientId }))
  const { count } = await transaction.source.createMany({ data, skipDuplicates: true })
  return count
}
