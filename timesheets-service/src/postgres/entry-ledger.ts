import { maxApprovals } from '@timesheets/contracts/approval'
import { computeDigest } from '@timesheets/contracts/digest'
import type { Content } from '@timesheets/contracts/entry'
import { ProblemError } from '@timesheets/contracts/problem'
import type { StoredEntry } from '@timesheets/contracts/stored-entry'
import { appSource, type Decision, type HeldEntry, notFound } from '../domain/decision.ts'
import { startingOver } from './crossed-writers.ts'
import { changesOf, columnsOf, heldEntryOf } from './entry-row.ts'
import { Prisma, type PrismaClient } from './generated/client.ts'
import type { TimesheetModel } from './generated/models.ts'
import { toStoredEntry } from './read-entry.ts'

/** Who does something: the program, and the person who uses it. */
export interface Doer {
  readonly clientId: string
  readonly person: string
}

/** What a decision made of an entry. */
export interface Decided {
  readonly entry: StoredEntry
  readonly isChanged: boolean
}

/** Decisions of people about entries, each in one transaction that holds what it decides on. */
export class EntryLedger {
  readonly #client: PrismaClient

  constructor(client: PrismaClient) {
    this.#client = client
  }

  /** Enters hours that a person worked. */
  async create(content: Content, doer: Doer): Promise<StoredEntry> {
    const row = await this.#client.timesheet.create({
      data: {
        ...columnsOf(content),
        source: appSource(doer.clientId),
        digest: computeDigest('', content) as Uint8Array<ArrayBuffer>,
        clientId: doer.clientId,
        person: doer.person,
      },
    })
    return toStoredEntry(row)
  }

  /**
   * Decides on one entry.
   * @param decide undefined: it stays as it is
   * @throws {ProblemError} `not-found`, and what `decide` throws
   */
  async decideOne(
    id: number,
    doer: Doer,
    decide: (entry: HeldEntry) => Decision | undefined,
    demand: (entry: StoredEntry) => void = () => {},
  ): Promise<Decided> {
    return await this.#inTransaction(async (transaction) => {
      const [row] = await hold(transaction, Prisma.sql`id = ${id}`)
      if (row === undefined) throw notFound(id)
      const decision = decide(heldEntryOf(row))
      demand(toStoredEntry(row))
      return carryOut(transaction, row, decision, doer)
    })
  }

  /**
   * Decides on many, one by one, all in one transaction; a refusal harms no other.
   * @param which ids, or the days of a person; what is not there is not among the answers
   */
  async decideMany(
    which:
      | { readonly ids: readonly number[] }
      | { readonly userId: string; readonly from: string; readonly to: string },
    doer: Doer,
    decide: (entry: HeldEntry) => Decision | undefined,
  ): Promise<Map<number, Decided | ProblemError>> {
    const condition =
      'ids' in which
        ? Prisma.sql`id = any(${which.ids}::bigint[])`
        : Prisma.sql`user_id = ${which.userId} and day between ${which.from}::date and ${which.to}::date and deleted_at is null`
    return await this.#inTransaction(async (transaction) => {
      const results = new Map<number, Decided | ProblemError>()
      const rows = await hold(transaction, condition)
      if (rows.length > maxApprovals) {
        throw new ProblemError(
          'invalid-body',
          `These are more than ${maxApprovals} entries; name fewer days at once`,
        )
      }
      for (const row of rows) {
        try {
          const decision = decide(heldEntryOf(row))
          results.set(Number(row.id), await carryOut(transaction, row, decision, doer))
        } catch (error) {
          if (!(error instanceof ProblemError)) throw error
          results.set(Number(row.id), error)
        }
      }
      return results
    })
  }

  /** One that met an upload's in the wrong order starts over. */
  #inTransaction<T>(work: (transaction: Prisma.TransactionClient) => Promise<T>): Promise<T> {
    return startingOver(() => this.#client.$transaction(work))
  }
}

/** Rows held against every other writer, taken in the order of their ids, as uploads take them. */
async function hold(transaction: Prisma.TransactionClient, condition: Prisma.Sql): Promise<TimesheetModel[]> {
  const held = await transaction.$queryRaw<{ id: bigint }[]>(
    Prisma.sql`select id from timesheets where ${condition} order by id limit ${maxApprovals + 1} for no key update`,
  )
  if (held.length === 0) return []
  const ids = held.map((row) => row.id)
  return await transaction.timesheet.findMany({ where: { id: { in: ids } }, orderBy: { id: 'asc' } })
}

async function carryOut(
  transaction: Prisma.TransactionClient,
  row: TimesheetModel,
  decision: Decision | undefined,
  doer: Doer,
): Promise<Decided> {
  if (decision === undefined) return { entry: toStoredEntry(row), isChanged: false }
  const data = {
    ...changesOf(row, decision),
    action: decision.action,
    clientId: doer.clientId,
    person: doer.person,
  }
  const changed = await transaction.timesheet.update({ where: { id: row.id }, data })
  return { entry: toStoredEntry(changed), isChanged: true }
}
