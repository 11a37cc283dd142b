import { parseUploadItem } from '@timesheets/contracts/entry'
import { ProblemError } from '@timesheets/contracts/problem'
import type { UploadItem } from '../timesheets-api/client.ts'
import type { Rejection } from './mapping.ts'

/**
 * Finds why the API would reject an item, by the validation that it uses, for a command that uploads nothing. What only the API
 * knows, such as the owner of the source, is not found.
 */
export function findRejection(
  item: UploadItem,
  now: Date,
): Pick<Rejection, 'problem' | 'reason'> | undefined {
  try {
    parseUploadItem(item, now)
    return undefined
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    return { problem: error.slug, reason: error.message }
  }
}
