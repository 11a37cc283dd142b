import type { Batch } from '../timesheets-api/client.ts'
import type { SyncedEntry } from '../timesheets-api/synced-entry.ts'
import type { Aside, Mapped } from './mapping.ts'

/** A body that the API takes, with room to spare (it reads 16 MiB of JSON). */
const maxBatchBytes = 8 * 1024 * 1024
/** No entry that the API accepts is near this (2,000 characters of notes); one longer would block its whole batch. */
const maxItemBytes = 64 * 1024

/** A batch, and what was read on the way to it and is not in it. */
export interface Step {
  readonly batch: Batch
  readonly aside: readonly Aside[]
}

/** Gathers items for the API, as many as may go at once. */
export async function* inBatches(mapped: AsyncIterable<Mapped>, maxItems: number): AsyncGenerator<Step> {
  let items: SyncedEntry[] = []
  let texts: string[] = []
  let bytes = 0
  let aside: Aside[] = []
  const take = (): Step => {
    const step = { batch: { items, body: `[${texts.join(',')}]` }, aside }
    items = []
    texts = []
    bytes = 0
    aside = []
    return step
  }

  for await (const one of mapped) {
    if (one.kind !== 'item') {
      aside.push(one)
      if (aside.length >= maxItems) yield take()
      continue
    }
    const text = JSON.stringify(one.item)
    const itemBytes = Buffer.byteLength(text)
    if (itemBytes > maxItemBytes) {
      aside.push(tooLarge(one.item, itemBytes))
      continue
    }
    if (items.length >= maxItems || bytes + itemBytes > maxBatchBytes) yield take()
    items.push(one.item)
    texts.push(text)
    bytes += itemBytes
  }
  if (items.length > 0 || aside.length > 0) yield take()
}

function tooLarge({ external_id: externalId }: SyncedEntry, bytes: number): Aside {
  return {
    kind: 'rejected',
    externalId,
    problem: 'too-large',
    reason: `its text is ${bytes} bytes long; shorten its notes (2000 characters at most)`,
  }
}
