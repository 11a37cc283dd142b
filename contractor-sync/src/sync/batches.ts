import type { Batch, IdentifiedEntry } from '../timesheets-api/client.ts'
import type { MappingResult, NotUploaded, Rejection } from './mapping.ts'

/** Half of the 16 MiB of JSON that the API reads. */
const maxBatchBytes = 8 * 1024 * 1024
/** Far above any entry that the API accepts (2,000 characters of notes). A larger one would block its whole batch. */
const maxItemBytes = 64 * 1024

/** A batch, plus the records skipped or rejected since the previous one. */
export interface BatchStep {
  readonly batch: Batch
  readonly notUploaded: readonly NotUploaded[]
}

/** Collects items into batches within the API's limits on number and size. */
export async function* toBatches(
  results: AsyncIterable<MappingResult>,
  maxItems: number,
): AsyncGenerator<BatchStep> {
  let items: IdentifiedEntry[] = []
  let texts: string[] = []
  let bytes = 0
  let notUploaded: NotUploaded[] = []
  const takeStep = (): BatchStep => {
    const step = { batch: { items, body: `[${texts.join(',')}]` }, notUploaded }
    items = []
    texts = []
    bytes = 0
    notUploaded = []
    return step
  }

  for await (const result of results) {
    if (result.kind !== 'item') {
      notUploaded.push(result)
      if (notUploaded.length >= maxItems) yield takeStep()
      continue
    }
    const text = JSON.stringify(result.item)
    const itemBytes = Buffer.byteLength(text)
    if (itemBytes > maxItemBytes) {
      notUploaded.push(rejectTooLarge(result.item, itemBytes))
      continue
    }
    if (items.length >= maxItems || bytes + itemBytes > maxBatchBytes) yield takeStep()
    items.push(result.item)
    texts.push(text)
    bytes += itemBytes
  }
  if (items.length > 0 || notUploaded.length > 0) yield takeStep()
}

function rejectTooLarge({ external_id: externalId }: IdentifiedEntry, bytes: number): Rejection {
  return {
    kind: 'rejected',
    externalId,
    problem: 'too-large',
    reason: `the entry has ${bytes} bytes; shorten its notes (2000 characters at most)`,
  }
}
