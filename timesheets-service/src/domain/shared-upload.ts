import type { UploadItem } from '@timesheets/contracts/entry'
import type { ItemResult } from './plan-upload.ts'
import { type UploadOptions, upload } from './upload.ts'
import type { UploadStore } from './upload-store.ts'

/** The most entries that share a transaction. */
const maxItems = 100

interface Waiting {
  readonly item: UploadItem
  readonly resolve: (result: ItemResult) => void
  readonly reject: (error: unknown) => void
}

/**
 * Stores single entries of many requests at once. While one transaction of a client runs, further entries of that client
 * wait, and then share the next one: its statements and its COMMIT cost little more for a hundred entries than for one.
 * An entry that finds no transaction of its client running is stored at once.
 */
export class SharedUploads {
  readonly #store: UploadStore
  readonly #options: UploadOptions
  /** By client; absent while none of its transactions runs. */
  readonly #waiting = new Map<string, Waiting[]>()

  constructor(store: UploadStore, sourceOwners: UploadOptions['sourceOwners']) {
    this.#store = store
    this.#options = { dryRun: false, readBack: true, sourceOwners }
  }

  /** Stores an entry as `upload` does, with the same errors. */
  upload(item: UploadItem, clientId: string): Promise<ItemResult> {
    return new Promise((resolve, reject) => {
      const entry = { item, resolve, reject }
      const waiting = this.#waiting.get(clientId)
      if (waiting !== undefined) {
        waiting.push(entry)
        return
      }
      const first = [entry]
      this.#waiting.set(clientId, first)
      void this.#storeAll(clientId, first)
    })
  }

  async #storeAll(clientId: string, waiting: Waiting[]): Promise<void> {
    while (waiting.length > 0) await this.#storeBatch(clientId, takeBatch(waiting))
    this.#waiting.delete(clientId)
  }

  /** Never rejects: each entry gets its own result or error. */
  async #storeBatch(clientId: string, batch: readonly Waiting[]): Promise<void> {
    try {
      const items = batch.map(({ item }) => item)
      const results = await upload(items, clientId, this.#options, this.#store)
      for (const [i, { resolve }] of batch.entries()) resolve(results[i]!)
    } catch (error) {
      if (batch.length === 1) batch[0]!.reject(error)
      // One entry may be the reason, and it must not cost the others.
      else for (const entry of batch) await this.#storeBatch(clientId, [entry])
    }
  }
}

/**
 * Takes what can share a transaction. An identity that is already in the batch waits for the next one, because the response
 * to each entry shows what that entry stored.
 */
function takeBatch(waiting: Waiting[]): Waiting[] {
  const identities = new Set<string>()
  let count = 0
  for (const { item } of waiting) {
    const identity = `${item.source ?? ''} ${item.externalId}`
    if (count === maxItems || (item.externalId !== null && identities.has(identity))) break
    identities.add(identity)
    count++
  }
  return waiting.splice(0, count)
}
