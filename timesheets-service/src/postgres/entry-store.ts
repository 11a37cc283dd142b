import type { StoredEntry } from '@timesheets/contracts/stored-entry'
import type { EntryStore, Identity, Known, Writing, Written } from '../domain/entry-store.ts'
import { sqlStateOf } from './database-error.ts'
import { findEntries } from './find-entries.ts'
import type { Prisma, PrismaClient } from './generated/client.ts'
import { readEntry } from './read-entry.ts'
import { drawIds, insertEntries, updateEntries } from './write-entries.ts'

/** Thrown inside a transaction to roll it back: another writer was faster. */
class Stale extends Error {}

/** Entries in Postgres. */
export class PostgresEntryStore implements EntryStore {
  readonly #client: PrismaClient

  constructor(client: PrismaClient) {
    this.#client = client
  }

  async find(identities: readonly Identity[], sources: readonly string[]): Promise<Known> {
    const owned =
      sources.length === 0
        ? []
        : await this.#client.source.findMany({ where: { name: { in: [...sources] } } })
    return {
      owners: new Map(owned.map((source) => [source.name, source.clientId])),
      entries: await findEntries(this.#client, identities),
    }
  }

  async write(writing: Writing): Promise<Written | undefined> {
    try {
      return await this.#client.$transaction((transaction) => writeAll(transaction, writing))
    } catch (error) {
      if (error instanceof Stale || isSerializationFailure(error)) return undefined
      throw error
    }
  }

  read(id: number): Promise<StoredEntry> {
    return readEntry(this.#client, id)
  }
}

async function writeAll(transaction: Prisma.TransactionClient, writing: Writing): Promise<Written> {
  const { clientId, claims, changes, readBack } = writing
  await claim(transaction, claims, clientId)
  const inserts = changes.filter((change) => change.row === null)
  const updates = changes.filter((change) => change.row !== null)
  const newIds = await drawIds(transaction, inserts.length)
  if (inserts.length > 0 && (await insertEntries(transaction, newIds, inserts, clientId)) < inserts.length)
    throw new Stale()
  if (updates.length > 0 && (await updateEntries(transaction, updates, clientId)) < updates.length)
    throw new Stale()
  let next = 0
  const ids = changes.map((change) => change.row?.id ?? newIds[next++]!)
  const entries: StoredEntry[] = []
  for (const id of readBack ? ids : []) entries.push(await readEntry(transaction, id))
  return { ids, entries }
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

/** Two writers crossed (40001) or blocked each other (40P01): starting over is what Postgres asks for. */
function isSerializationFailure(error: unknown): boolean {
  return ['40001', '40P01'].includes(sqlStateOf(error) ?? '')
}
