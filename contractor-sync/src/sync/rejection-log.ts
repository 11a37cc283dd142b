import { maxRejectionBytes, maxRejections, type RejectionBody } from '@timesheets/contracts/sync-run'
import type { EarlierMiss, WithheldDeletion } from './deletions.ts'
import type { Rejection } from './mapping.ts'
import { listFingerprints, type RunContext } from './run-context.ts'
import { shorten } from './stored-text.ts'
import { toRejection } from './withheld-deletions.ts'

/** Number of rejections in one request. */
const batch = 500
const maxIdLength = 256
/** Of the reason; each other text has a third. With the last one, a line is short enough in any script. */
const textLengths = [1000, 300, 100]

/** What was rejected before the upload, for the API to keep. What the API rejects, it keeps by itself. */
export class RejectionLog {
  readonly #rejections: RejectionBody[] = []

  add(rejection: Rejection): void {
    if (this.#rejections.length < maxRejections) this.#rejections.push(toBody(rejection))
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

/** Texts are shortened as far as needed: the API rejects a longer line, and with it the lines after it. */
function toBody(rejection: Rejection): RejectionBody {
  const bodies = textLengths.map((maxLength) => describe(rejection, maxLength))
  return bodies.find((body) => Buffer.byteLength(JSON.stringify(body)) <= maxRejectionBytes) ?? bodies.at(-1)!
}

function describe({ externalId, problem, reason, details }: Rejection, maxLength: number): RejectionBody {
  return {
    external_id: shorten(externalId, maxIdLength),
    problem: { type: `/problems/${problem}`, detail: shorten(reason, maxLength) },
    sent: Object.fromEntries(
      Object.entries(details).map(([name, value]) => [
        name,
        typeof value === 'string' ? shorten(value, Math.floor(maxLength / 3)) : value,
      ]),
    ),
  }
}
