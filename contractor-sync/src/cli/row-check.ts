import { parseUploadItem } from '@timesheets/contracts/entry'
import { ProblemError } from '@timesheets/contracts/problem'
import { toBatches } from '../sync/batches.ts'
import { type MappingResult, mapRecord, type Rejection } from '../sync/mapping.ts'
import type { People } from '../sync/people.ts'
import type { UploadItem } from '../timesheets-api/client.ts'
import type { Tracker } from '../trackers/tracker.ts'

const maxShownItems = 3
const maxShownRejections = 10
/** Only for the order of the work: nothing is uploaded. */
const rowsPerStep = 1000

/** What a run would do with the rows of files. */
export interface RowsCheck {
  /** Number of entries that the API would accept. */
  readonly accepted: number
  /** The first ones, as they would be uploaded. */
  readonly firstItems: readonly UploadItem[]
  readonly rejected: number
  /** The first ones. */
  readonly rejections: readonly Rejection[]
}

/**
 * Judges every row as a run does: by the same mapping and batches, and by the validation that the API uses. Nothing is
 * uploaded.
 * @param onAccepted called with each item that the API would accept
 * @throws the errors of `Tracker.read`
 */
export async function checkRows(
  tracker: Tracker,
  people: People,
  onAccepted: (item: UploadItem) => void = () => {},
): Promise<RowsCheck> {
  const firstItems: UploadItem[] = []
  const rejections: Rejection[] = []
  let [accepted, rejected] = [0, 0]
  const reject = (rejection: Rejection) => {
    rejected += 1
    if (rejections.length < maxShownRejections) rejections.push(rejection)
  }
  const now = new Date()
  for await (const { batch, details, notUploaded } of toBatches(mapAll(tracker, people), rowsPerStep)) {
    for (const record of notUploaded) if (record.kind === 'rejected') reject(record)
    for (const [i, item] of batch.items.entries()) {
      const rejection = validate(item, now)
      if (rejection !== undefined) {
        reject({ kind: 'rejected', externalId: item.external_id, ...rejection, details: details[i]! })
        continue
      }
      accepted += 1
      onAccepted(item)
      if (firstItems.length < maxShownItems) firstItems.push(item)
    }
  }
  return { accepted, firstItems, rejected, rejections }
}

async function* mapAll(tracker: Tracker, people: People): AsyncGenerator<MappingResult> {
  for await (const record of tracker.read({})) yield mapRecord(record, tracker.source, people)
}

function validate(item: UploadItem, now: Date) {
  try {
    parseUploadItem(item, now)
    return undefined
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    return { problem: error.slug, reason: error.message }
  }
}
