import type { Prisma } from './generated/client.ts'
import { countKeys } from './sql/idempotency-keys.ts'

/** How long a count is used while there is room, and while there is none. */
const countLifeMs = { room: 10_000, full: 1000 }

/** Clients whose counts are remembered. */
const maxClients = 10_000

interface Count {
  readonly countedAt: number
  keys: number
}

/**
 * The number of keys of each client. Rows are counted only now and then, because that takes longer than to store an
 * entry. Keys that other processes keep meanwhile are missed, so a client may exceed its limit by what it sends them
 * in 10 s.
 */
export class KeyCounts {
  readonly #maxPerClient: number
  readonly #counts = new Map<string, Count>()

  constructor(maxPerClient: number) {
    this.#maxPerClient = maxPerClient
  }

  /** Whether a client may have one key more. */
  async hasRoom(client: Prisma.TransactionClient, clientId: string): Promise<boolean> {
    const known = this.#counts.get(clientId)
    if (known !== undefined && this.#isFresh(known)) return this.#isBelowLimit(known)
    const countedAt = performance.now()
    const count = { countedAt, keys: await countKeys(client, clientId) }
    if (this.#counts.size >= maxClients) this.#counts.clear()
    this.#counts.set(clientId, count)
    return this.#isBelowLimit(count)
  }

  /** Adds a key that this process has kept. */
  add(clientId: string): void {
    const count = this.#counts.get(clientId)
    if (count !== undefined) count.keys++
  }

  #isFresh(count: Count): boolean {
    const lifeMs = this.#isBelowLimit(count) ? countLifeMs.room : countLifeMs.full
    return performance.now() - count.countedAt < lifeMs
  }

  #isBelowLimit({ keys }: Count): boolean {
    return keys < this.#maxPerClient
  }
}
