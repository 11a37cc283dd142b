import { maxRejections, type RejectionBody } from '@timesheets/contracts/sync-run'
import type { EarlierMiss, WithheldDeletion } from './deletions.ts'
import type { Rejection } from './mapping.ts'
import { listFingerprints, type RunContext } from './run-context.ts'
import { shorten } from './stored-text.ts'
import { toRejection } from './withheld-deletions.ts'

/** Number of rejections in one request. */
const batch = 500

/** What was rejected before the upload, for the API to keep. What the API rejects, it keeps by itself. */
export class RejectionLog {
  readonly #rejections: RejectionBody[] = []

  add({ externalId, problem, reason, details }: Rejection): void {
    if (this.#rejections.length >= maxRejections) return
    this.#rejections.push({
      external_id: shorten(externalId, 256),
      problem: { type: `/problems/${problem}`, detail: shorten(reason, 1000) },
      sent: Object.fromEntries(
        Object.entries(details).map(([name, value]) => [
          name,
          typeof value === 'string' ? shorten(value, 300) : value,
        ]),
      ),
    })
  }

  /**
   * Sends the withheld deletions and the rejections to the API.
   * @param missed.before what an earlier run was the first to miss
   * @param missed.at when this run read the tracker
   */
  async send(
    context: RunContext,
    withheld: readonly WithheldDeletion[],
    missed: { readonly before: ReadonlyMap<string, EarlierMiss>; readonly at: Date },
  ): Promise<void> {
    const { api, retryBudget, runId } = context
    const deletions = withheld.map((deletion) => {
      const { externalId, userId, day } = deletion
      const thisRead = { at: missed.at, fingerprints: listFingerprints(context, userId, day) }
      return toRejection(deletion, missed.before.get(externalId) ?? thisRead)
    })
    const all = [...deletions, ...this.#rejections].slice(0, maxRejections)
    for (let start = 0; start < all.length; start += batch)
      await retryBudget.run(() => api.reportRejections(runId, all.slice(start, start + batch)))
  }
}
