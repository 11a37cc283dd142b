import {
  type EntryResponse,
  type IdempotencyStore,
  type KeyedRequest,
  keyInFlight,
  keyReused,
  type Respond,
  tooManyKeys,
} from '../domain/idempotency.ts'
import { createEntry } from './decision-store.ts'
import { isWriteConflict } from './errors.ts'
import type { Prisma, PrismaClient } from './generated/client.ts'
import { KeyCounts } from './key-counts.ts'
import { retryOnConflict } from './retry-on-conflict.ts'
import {
  deleteExpiredKeys,
  findKeptResponse,
  findNextExpiry,
  type KeptResponse,
  keepResponse,
  lockKey,
} from './sql/idempotency-keys.ts'
import { StaleRead, TransactionUploadStore } from './upload-store.ts'

/** Expired keys that one statement deletes, which bounds its locks and its time. */
const maxDeletedAtOnce = 1000

export interface IdempotencyOptions {
  /** How long a response is kept. */
  readonly ttlMs: number
  /** Most responses that are kept for one client. */
  readonly maxKeysPerClient: number
}

/** Keeps the responses of requests with a key in Postgres. */
export class PostgresIdempotencyStore implements IdempotencyStore {
  readonly #client: PrismaClient
  readonly #options: IdempotencyOptions
  readonly #counts: KeyCounts

  constructor(client: PrismaClient, options: IdempotencyOptions) {
    this.#client = client
    this.#options = options
    this.#counts = new KeyCounts(options.maxKeysPerClient)
  }

  async processOnce(
    request: KeyedRequest,
    respond: Respond,
  ): Promise<{ response: EntryResponse; isReplayed: boolean }> {
    const result = await retryOnConflict(
      () => this.#client.$transaction((transaction) => this.#processIn(transaction, request, respond)),
      (error) => error instanceof StaleRead || isWriteConflict(error),
    )
    if (!result.isReplayed) this.#counts.add(request.clientId)
    return result
  }

  async assertUnused(request: KeyedRequest): Promise<void> {
    const kept = await findKeptResponse(this.#client, request)
    if (kept !== undefined) throw keyReused(request.key)
  }

  /**
   * Deletes one batch of expired keys.
   * @returns whether there may be more
   */
  async deleteExpired(): Promise<boolean> {
    return (await deleteExpiredKeys(this.#client, maxDeletedAtOnce)) === maxDeletedAtOnce
  }

  async #processIn(transaction: Prisma.TransactionClient, request: KeyedRequest, respond: Respond) {
    const { isLocked, kept } = await lockKey(transaction, request)
    if (kept !== undefined) return { response: replay(request, kept), isReplayed: true }
    if (!isLocked) throw keyInFlight(request.key)
    await this.#assertRoom(transaction, request.clientId)
    const response = await respond({
      uploads: new TransactionUploadStore(transaction),
      decisions: { create: (content, actor) => createEntry(transaction, content, actor) },
    })
    if (!(await keepResponse(transaction, request, response, this.#options.ttlMs))) throw new StaleRead()
    return { response, isReplayed: false }
  }

  /** Keys that are kept must not be dropped to make room: a repeat would be stored again. */
  async #assertRoom(transaction: Prisma.TransactionClient, clientId: string): Promise<void> {
    if (await this.#counts.hasRoom(transaction, clientId)) return
    const seconds = (await findNextExpiry(transaction, clientId)) ?? 0
    throw tooManyKeys(this.#options.maxKeysPerClient, Math.max(1, seconds))
  }
}

/** @throws {DomainError} `idempotency-key-reused` */
function replay({ key, fingerprint }: KeyedRequest, kept: KeptResponse): EntryResponse {
  if (!Buffer.from(kept.fingerprint).equals(fingerprint)) throw keyReused(key)
  return kept
}
