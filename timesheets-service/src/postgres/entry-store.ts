import { hoursOf } from '@timesheets/contracts/entry'
import type { StoredEntry } from '@timesheets/contracts/stored-entry'
import type { EntryStore, Identity, Known, Writing } from '../domain/entry-store.ts'
import { findEntries } from './find-entries.ts'
import type { Prisma, PrismaClient } from './generated/client.ts'
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

  async write(writing: Writing): Promise<readonly number[] | undefined> {
    try {
      return await this.#client.$transaction((transaction) => writeAll(transaction, writing))
    } catch (error) {
      if (error instanceof Stale || isSerializationFailure(error)) return undefined
      throw error
    }
  }

  /** One entry as it is read back. */
  async read(id: number): Promise<StoredEntry> {
    const row = await this.#client.timesheet.findUniqueOrThrow({ where: { id } })
    return {
      id: Number(row.id),
      user_id: row.userId,
      date: row.dateWritten,
      day: row.day.toISOString().slice(0, 10),
      project: row.project,
      hours: hoursOf(row.seconds),
      ...(row.notes === null ? {} : { notes: row.notes }),
      source: row.source,
      ...(row.externalId === null ? {} : { external_id: row.externalId }),
      ...(row.deletedAt === null ? {} : { deleted: true as const }),
      approved: row.approvedAt !== null,
      version: row.version,
      created_at: row.createdAt.toISOString(),
      updated_at: row.updatedAt.toISOString(),
    }
  }
}

async function writeAll(transaction: Prisma.TransactionClient, writing: Writing): Promise<number[]> {
  const { clientId, claims, changes } = writing
  await claim(transaction, claims, clientId)
  const inserts = changes.filter((change) => change.row === null)
  const updates = changes.filter((change) => change.row !== null)
  const newIds = await drawIds(transaction, inserts.length)
  if (inserts.length > 0 && (await insertEntries(transaction, newIds, inserts, clientId)) < inserts.length)
    throw new Stale()
  if (updates.length > 0 && (await updateEntries(transaction, updates, clientId)) < updates.length)
    throw new Stale()
  let next = 0
  return changes.map((change) => change.row?.id ?? newIds[next++]!)
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
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'P2034'
}
