import { findRejection } from '../sync/api-rules.ts'
import { mapRecord, type Rejection } from '../sync/mapping.ts'
import type { People } from '../sync/people.ts'
import type { UploadItem } from '../timesheets-api/client.ts'
import type { Tracker } from '../trackers/tracker.ts'

const maxShownItems = 3
const maxShownRejections = 10

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
 * Judges every row as a run does: by the same mapping, and by the validation that the API uses. Nothing is uploaded.
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
  for await (const record of tracker.read({})) {
    const result = mapRecord(record, tracker.source, people)
    const rejection = result.kind === 'item' ? findRejection(result.item, now) : undefined
    if (result.kind === 'rejected') reject(result)
    else if (result.kind === 'item' && rejection !== undefined)
      reject({
        kind: 'rejected',
        externalId: result.item.external_id,
        ...rejection,
        details: result.details,
      })
    else if (result.kind === 'item') {
      accepted += 1
      onAccepted(result.item)
      if (firstItems.length < maxShownItems) firstItems.push(result.item)
    }
  }
  return { accepted, firstItems, rejected, rejections }
}
