import { maxApprovals } from '@timesheets/contracts/approval'
import type { Content } from '@timesheets/contracts/entry'
import type { StoredEntry } from '@timesheets/contracts/stored-entry'
import type { Actor } from '../domain/caller.ts'
import { appSource, type Decision, type LockedEntry } from '../domain/decision.ts'
import type { Decide, DecisionResult, DecisionStore, EntrySelection } from '../domain/decision-store.ts'
import { DomainError, noSuchEntry } from '../domain/domain-error.ts'
import { computeOwnDigest, toContentColumns, toDecisionColumns, toLockedEntry } from './entry-mapping.ts'
import type { Prisma, PrismaClient } from './generated/client.ts'
import { retryOnConflict } from './retry-on-conflict.ts'
import { lockAndReadRows } from './sql/lock-rows.ts'
import { readEntries } from './sql/read-entries.ts'

/** Stores what people enter and decide in Postgres. */
export class PostgresDecisionStore implements DecisionStore {
  readonly #client: PrismaClient

  constructor(client: PrismaClient) {
    this.#client = client
  }

  create(content: Content, actor: Actor): Promise<StoredEntry> {
    return this.#inTransaction((transaction) => createEntry(transaction, content, actor))
  }

  decideOne(id: number, actor: Actor, decide: Decide): Promise<DecisionResult> {
    return this.#inTransaction(async (transaction) => {
      const [row] = await lockAndReadRows(transaction, { ids: [id] }, 1)
      if (row === undefined) throw noSuchEntry(id)
      const entry = toLockedEntry(row)
      const isChanged = await applyDecision(transaction, entry, decide(entry), actor)
      return { entry: await readOne(transaction, id), isChanged }
    })
  }

  decideMany(
    selection: EntrySelection,
    actor: Actor,
    decide: Decide,
  ): Promise<ReadonlyMap<number, DecisionResult | DomainError>> {
    return this.#inTransaction(async (transaction) => {
      const rows = await lockAndReadRows(transaction, selection, maxApprovals + 1)
      if (rows.length > maxApprovals) {
        throw new DomainError(
          'too-many-entries',
          `The request selects more than ${maxApprovals} entries; select fewer days`,
        )
      }
      const decided = new Map<number, boolean | DomainError>()
      for (const row of rows) {
        const entry = toLockedEntry(row)
        decided.set(entry.id, await tryDecide(transaction, entry, decide, actor))
      }
      const accepted = [...decided].flatMap(([id, result]) => (result instanceof DomainError ? [] : [id]))
      const entries = new Map((await readEntries(transaction, accepted)).map((entry) => [entry.id, entry]))
      return new Map(
        [...decided].map(([id, result]) => [
          id,
          result instanceof DomainError ? result : { entry: entries.get(id)!, isChanged: result },
        ]),
      )
    })
  }

  #inTransaction<T>(run: (transaction: Prisma.TransactionClient) => Promise<T>): Promise<T> {
    return retryOnConflict(() => this.#client.$transaction(run))
  }
}

/** Stores hours that a person enters, as a part of a transaction. */
export async function createEntry(
  transaction: Prisma.TransactionClient,
  content: Content,
  actor: Actor,
): Promise<StoredEntry> {
  const { id } = await transaction.timesheet.create({
    data: {
      ...toContentColumns(content),
      source: appSource(actor.clientId),
      digest: computeOwnDigest(content),
      clientId: actor.clientId,
      person: actor.person,
    },
    select: { id: true },
  })
  return readOne(transaction, Number(id))
}

async function readOne(transaction: Prisma.TransactionClient, id: number): Promise<StoredEntry> {
  const [entry] = await readEntries(transaction, [id])
  return entry!
}

/** @returns whether the entry changed, or the error that rejects this decision */
async function tryDecide(
  transaction: Prisma.TransactionClient,
  entry: LockedEntry,
  decide: Decide,
  actor: Actor,
): Promise<boolean | DomainError> {
  try {
    return await applyDecision(transaction, entry, decide(entry), actor)
  } catch (error) {
    if (error instanceof DomainError) return error
    throw error
  }
}

/** @returns whether the entry changed */
async function applyDecision(
  transaction: Prisma.TransactionClient,
  entry: LockedEntry,
  decision: Decision | undefined,
  actor: Actor,
): Promise<boolean> {
  if (decision === undefined) return false
  await transaction.timesheet.update({
    where: { id: entry.id },
    data: {
      ...toDecisionColumns(entry, decision),
      clientId: actor.clientId,
      person: actor.person,
      syncRunId: null,
    },
    select: { id: true },
  })
  return true
}
