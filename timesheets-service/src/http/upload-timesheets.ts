import type { IncomingMessage } from 'node:http'
import { parseUploadItem, type UploadItem } from '@timesheets/contracts/entry'
import { ProblemError } from '@timesheets/contracts/problem'
import { itemStatuses, statusCodes } from '@timesheets/contracts/status'
import {
  type BatchResponse,
  maxArrayItems,
  type Summary,
  type UploadItemResult,
} from '@timesheets/contracts/upload'
import type { EntryStore } from '../domain/entry-store.ts'
import type { Outcome } from '../domain/plan.ts'
import { type UploadOptions, upload } from '../domain/upload.ts'
import { type Answer, invalidParameter, type Operation, readFlag, readQuery } from './call.ts'
import { readJsonBody } from './json-body.ts'

/** A thousand entries, each as long as it may be, in UTF-8. */
const maxUploadBytes = 16 * 1024 * 1024

/** `POST /timesheets/upload`: one entry, or an array of them. */
export function uploadTimesheets(
  store: EntryStore,
  publicUrl: string,
  sourceOwners: UploadOptions['sourceOwners'],
): Operation {
  return async ({ request, identity, query }) => {
    const dryRun = readFlag('dry_run', readQuery(query, ['dry_run']).dry_run)
    refuseUnknownHeaders(request)
    const options = { dryRun, sourceOwners }
    const body = await readJsonBody(request, { maxBytes: maxUploadBytes })
    return Array.isArray(body)
      ? { status: 200, body: await uploadBatch(body, identity.client, options, store) }
      : await uploadOne(body, identity.client, options, store, publicUrl)
  }
}

/** Passed over in silence, a repeat under the same key would be counted twice. */
function refuseUnknownHeaders({ headers }: IncomingMessage): void {
  if (headers['idempotency-key'] !== undefined)
    throw invalidParameter(
      'Idempotency-Key',
      'is a header that is not taken here yet; an external_id tells a repeat',
    )
  if (headers['sync-run'] !== undefined)
    throw invalidParameter('Sync-Run', 'is a header that is not taken here yet; leave it out')
}

async function uploadOne(
  body: unknown,
  client: string,
  options: UploadOptions,
  store: EntryStore,
  publicUrl: string,
): Promise<Answer> {
  const item = parseUploadItem(body, new Date())
  const [outcome] = await upload([item], client, { ...options, readBack: true }, store)
  if (outcome!.status === 'rejected') throw outcome!.problem
  const { status, id, userId, message } = outcome!
  if (id === null) return { status: statusCodes[status], body: { id, user_id: userId, status, message } }
  const entry = outcome!.entry ?? (await store.read(id))
  return {
    status: statusCodes[status],
    body: { ...entry, status, message },
    headers: { location: `${publicUrl}/timesheets/${id}`, etag: `"${entry.version}"` },
  }
}

async function uploadBatch(
  values: readonly unknown[],
  client: string,
  options: UploadOptions,
  store: EntryStore,
): Promise<BatchResponse> {
  if (values.length > maxArrayItems) {
    throw new ProblemError(
      'too-large',
      `An array may hold at most ${maxArrayItems} items; send it in parts`,
      {
        members: { max_items: maxArrayItems },
      },
    )
  }
  const now = new Date()
  const outcomes = await upload(
    values.map((value) => understand(value, now)),
    client,
    options,
    store,
  )
  const summary = summaryOf(outcomes)
  return { errors: summary.rejected > 0, summary, items: outcomes.map(toItem) }
}

/** In a batch an item must be told from its repeat, so it needs an identity. */
function understand(value: unknown, now: Date): UploadItem | ProblemError {
  try {
    const item = parseUploadItem(value, now)
    return item.externalId === null ? missingIdentity() : item
  } catch (error) {
    if (error instanceof ProblemError) return error
    throw error
  }
}

function missingIdentity(): ProblemError {
  return new ProblemError(
    'invalid-entry',
    'In a batch an item needs an external_id, so that a repeat is not counted twice',
    {
      members: { errors: [{ pointer: '#/external_id', message: 'is missing' }] },
    },
  )
}

function toItem(outcome: Outcome, index: number): UploadItemResult {
  if (outcome.status === 'rejected') {
    const problem = outcome.problem.toProblem()
    return { index, status: outcome.status, code: problem.status, problem }
  }
  const { status, id, userId, message } = outcome
  return { index, status, code: statusCodes[status], id, user_id: userId, message }
}

function summaryOf(outcomes: readonly Outcome[]): Summary {
  const counts = itemStatuses.map((word) => [word, outcomes.filter(({ status }) => status === word).length])
  return { received: outcomes.length, ...Object.fromEntries(counts) }
}
