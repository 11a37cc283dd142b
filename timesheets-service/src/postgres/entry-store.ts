import type { StoredEntry } from '@timesheets/contracts/stored-entry'
import type { EntryStore, Known, Touched, Writing, Written } from '../domain/entry-store.ts'
import { haveCrossed } from './crossed-writers.ts'
import { findEntries } from './find-entries.ts'
import type { Prisma, PrismaClient } from './generated/client.ts'
import { readEntry } from './read-entry.ts'
import { drawIds, holdEntries, insertEntries, lockEntries, updateEntries } from './write-entries.ts'

/** Thrown inside a transaction to roll it back: another writer was faster. */
class Stale extends Error {}

/** Entries in Postgres. */
export class PostgresEntryStore implements EntryStore {
  readonly #client: PrismaClient

  constructor(client: PrismaClient) {
    this.#client = client
  }

  find(touched: Touched): Promise<Known> {
    return find(this.#client, touched)
  }

  write(writing: Writing): Promise<Written | undefined> {
    return this.#inTransaction((transaction) => write(transaction, writing))
  }

  findAndWrite(touched: Touched, decide: (known: Known) => Writing): Promise<Written | undefined> {
    return this.#inTransaction(async (transaction) =>
      write(transaction, decide(await find(transaction, touched, { lock: true }))),
    )
  }

  read(id: number): Promise<StoredEntry> {
    return readEntry(this.#client, id)
  }

  async #inTransaction(
    work: (transaction: Prisma.TransactionClient) => Promise<Written>,
  ): Promise<Written | undefined> {
    try {
      return await this.#client.$transaction(work)
    } catch (error) {
      if (error instanceof Stale || haveCrossed(error)) return undefined
      throw error
    }
  }
}

async function find(
  client: Prisma.TransactionClient,
  { identities, sources }: Touched,
  options?: { lock: boolean },
): Promise<Known> {
  const entries = await findEntries(client, identities, options)
  const owned =
    sources.length === 0 ? [] : await client.source.findMany({ where: { name: { in: [...sources] } } })
  return { entries, owners: new Map(owned.map((source) => [source.name, source.clientId])) }
}

/**
 * Every writer takes its locks in this order: rows by id, then new sources by name, then new identities. So
 * none waits for one that waits for it.
 */
async function write(transaction: Prisma.TransactionClient, writing: Writing): Promise<Written> {
  const { clientId, claims, changes, readBack } = writing
  const accepted = changes.filter((change) => change.kind === 'accept')
  const held = changes.filter((change) => change.kind === 'hold')
  const inserts = accepted.filter((change) => change.row === null)
  const updates = accepted.filter((change) => change.row !== null)
  await lockEntries(
    transaction,
    changes.flatMap((change) => (change.row === null ? [] : [change.row.id])),
  )
  await demandAll(updates, (some) => updateEntries(transaction, some, clientId))
  await demandAll(held, (some) => holdEntries(transaction, some, clientId))
  await claim(transaction, claims, clientId)
  const newIds = await drawIds(transaction, inserts.length)
  await demandAll(inserts, (some) => insertEntries(transaction, newIds, some, clientId))
  let next = 0
  const ids = changes.map((change) => change.row?.id ?? newIds[next++]!)
  const entries: StoredEntry[] = []
  for (const id of readBack ? ids : []) entries.push(await readEntry(transaction, id))
  return { ids, entries }
}

/** Fewer than all: another writer was faster with the rest. */
async function demandAll<T>(
  changes: readonly T[],
  write: (changes: readonly T[]) => Promise<number>,
): Promise<void> {
  if (changes.length > 0 && (await write(changes)) < changes.length) throw new Stale()
}

async function claim(
  transaction: Prisma.TransactionClient,
  sources: readonly string[],
  clientId: string,
): Promise<void> {
  if (sources.length === 0) return
  const data = [...sources].sort().map((name) => ({ name, clientId }))
  const { count } = await transaction.source.createMany({ data, skipDuplicates: true })
  if (count < sources.length) throw new Stale()
}
