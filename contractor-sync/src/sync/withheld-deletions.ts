import type { RejectionBody } from '@timesheets/contracts/sync-run'
import { z } from 'zod'
import type { RetryBudget } from '../http/retry.ts'
import type { ApiClient, StoredRejection } from '../timesheets-api/client.ts'
import {
  type EarlierMiss,
  reasonsAfterCompleteReads,
  type WithheldDeletion,
  withholdingReasons,
} from './deletions.ts'

/** The problem under which the API keeps a withheld deletion, among the rejections of its run. */
const problemType = '/problems/deletion-withheld'

const problemSchema = z.looseObject({ type: z.literal(problemType), reason: z.string() })
const sentSchema = z.object({ missing_since: z.iso.datetime(), fingerprints: z.array(z.string()).optional() })

/**
 * Formats a withheld deletion for the API. It is kept there, so that an operator can allow it later, from any machine.
 * @param firstMiss the read that was the first to miss the entry
 */
export function toRejection(deletion: WithheldDeletion, firstMiss: EarlierMiss): RejectionBody {
  const { externalId, userId, day, reason } = deletion
  return {
    external_id: externalId,
    problem: {
      type: problemType,
      title: 'The deletion is withheld',
      detail: `The tracker no longer lists the entry, and it was not deleted: ${withholdingReasons[reason]}`,
      reason,
    },
    sent: {
      user_id: userId,
      day,
      missing_since: firstMiss.at.toISOString(),
      ...(firstMiss.fingerprints === undefined ? {} : { fingerprints: [...firstMiss.fingerprints] }),
    },
  }
}

type Api = Pick<ApiClient, 'listRejections' | 'listRuns'>

/** Reads the ids of the deletions that a run withheld. */
export async function readWithheldIds(
  runId: number,
  api: Api,
  retryBudget: Pick<RetryBudget, 'run'>,
): Promise<ReadonlySet<string>> {
  const ids = new Set<string>()
  for await (const { external_id: id, problem } of readRejections(runId, api, retryBudget)) {
    if (id !== undefined && problemSchema.safeParse(problem).success) ids.add(id)
  }
  return ids
}

/** Reads which entries the last run of all days missed. A tracker without lookup needs two such runs. */
export async function readEarlierMisses(
  source: string,
  api: Api,
  retryBudget: Pick<RetryBudget, 'run'>,
): Promise<ReadonlyMap<string, EarlierMiss>> {
  const runs = await retryBudget.run(() => api.listRuns(source, 500, 'succeeded'))
  const lastFull = runs.find(({ mode, verify }) => mode === 'full' && !verify)
  const misses = new Map<string, EarlierMiss>()
  if (lastFull === undefined) return misses
  for await (const { external_id: id, problem, sent } of readRejections(lastFull.id, api, retryBudget)) {
    const reason = problemSchema.safeParse(problem).data?.reason
    const first = sentSchema.safeParse(sent).data
    const wasComplete = reasonsAfterCompleteReads.some((one) => one === reason)
    if (id !== undefined && wasComplete && first !== undefined)
      misses.set(id, { at: new Date(first.missing_since), fingerprints: first.fingerprints })
  }
  return misses
}

async function* readRejections(
  runId: number,
  api: Api,
  retryBudget: Pick<RetryBudget, 'run'>,
): AsyncGenerator<StoredRejection> {
  let cursor: string | undefined
  do {
    const page = await retryBudget.run(() => api.listRejections(runId, cursor))
    yield* page.items
    cursor = page.next
  } while (cursor !== undefined)
}
