import type { Batch } from '../timesheets-api/client.ts'
import type { EntryDetails } from '../trackers/tracker.ts'
import type { MappedItem, MappingResult, NotUploaded, Rejection } from './mapping.ts'

/** Half of the 16 MiB of JSON that the API reads. */
const maxBatchBytes = 8 * 1024 * 1024
/** Far above any entry that the API accepts (2,000 characters of notes). A larger one would block its whole batch. */
const maxItemBytes = 64 * 1024

/** A batch, plus the records skipped or rejected since the previous one. */
export interface BatchStep {
  readonly batch: Batch
  /** Of each item of the batch. */
  readonly details: readonly EntryDetails[]
  readonly notUploaded: readonly NotUploaded[]
}

/** Collects items into batches within the API's limits on number and size. */
export async function* toBatches(
  results: AsyncIterable<MappingResult>,
  maxItems: number,
): AsyncGenerator<BatchStep> {
  let mapped: MappedItem[] = []
  let texts: string[] = []
  let bytes = 0
  let notUploaded: NotUploaded[] = []
  const takeStep = (): BatchStep => {
    const step = {
      batch: { items: mapped.map(({ item }) => item), body: `[${texts.join(',')}]` },
      details: mapped.map(({ details }) => details),
      notUploaded,
    }
    mapped = []
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
      notUploaded.push(rejectTooLarge(result, itemBytes))
      continue
    }
    if (mapped.length >= maxItems || bytes + itemBytes > maxBatchBytes) yield takeStep()
    mapped.push(result)
    texts.push(text)
    bytes += itemBytes
  }
  if (mapped.length > 0 || notUploaded.length > 0) yield takeStep()
}

function rejectTooLarge({ item, details }: MappedItem, bytes: number): Rejection {
  return {
    kind: 'rejected',
    externalId: item.external_id,
    problem: 'too-large',
    reason: `the entry has ${bytes} bytes; shorten its notes (2000 characters at most)`,
    details,
  }
}
