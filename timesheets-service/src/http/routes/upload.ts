import { parseUploadItem, type UploadItem } from '@timesheets/contracts/entry'
import { ProblemError } from '@timesheets/contracts/problem'
import { formatMessage, itemStatuses, statusCodes } from '@timesheets/contracts/status'
import {
  type BatchResponse,
  maxArrayItems,
  type Summary,
  type UploadItemResult,
  uploadQuerySchema,
} from '@timesheets/contracts/upload'
import { sendJson } from '@timesheets/runtime/http/send-json'
import type { Response, Router } from 'express'
import type { ItemResult } from '../../domain/plan-upload.ts'
import { type UploadOptions, upload } from '../../domain/upload.ts'
import type { UploadStore } from '../../domain/upload-store.ts'
import { toDomainProblem } from '../domain-problem.ts'
import { toEtag } from '../etag.ts'
import { getIdentity } from '../gateway-identity.ts'
import { jsonBody } from '../json-body.ts'
import { createResourceRouter } from '../operation-contract.ts'
import { parseQuery } from '../query.ts'
import type { ServiceParts } from '../service-parts.ts'

/** Memory of the result for one item. A rejected item has up to 20 validation errors. */
const itemResultBytes = 4096

/** `/timesheets/upload`: stores one entry, or an array of entries. */
export function uploadRouter({ uploads, sourceOwners, publicUrl, responses, body }: ServiceParts): Router {
  return createResourceRouter({
    uploadTimesheets: [
      jsonBody(body),
      async (request, response) => {
        const dryRun = parseQuery(request, uploadQuerySchema).dry_run === 'true'
        const options = { dryRun, sourceOwners }
        const { client } = getIdentity(response)
        if (Array.isArray(request.body)) {
          await responses.reserve(response, request.body.length * itemResultBytes)
          sendJson(response, await uploadBatch(request.body, client, options, uploads))
        } else await uploadOne(request.body, client, options, uploads, publicUrl, response)
      },
    ],
  })
}

async function uploadOne(
  body: unknown,
  client: string,
  options: UploadOptions,
  store: UploadStore,
  publicUrl: string,
  response: Response,
): Promise<void> {
  const item = parseUploadItem(body, new Date())
  const [result] = await upload([item], client, { ...options, readBack: true }, store)
  if (result!.status === 'rejected') throw result!.error
  const { status, id, userId, correction } = result!
  const message = formatMessage(status, id, userId)
  response.status(statusCodes[status])
  if (typeof id !== 'number') {
    sendJson(response, { id: null, user_id: userId, status, message })
    return
  }
  const entry = result!.entry ?? (await store.read(id))
  response.setHeader('location', `${publicUrl}/timesheets/${id}`)
  response.setHeader('etag', toEtag(entry.version))
  // A pending correction is in the entry already.
  const discarded = correction === 'discarded' ? { correction } : {}
  sendJson(response, { ...entry, ...discarded, status, message })
}

async function uploadBatch(
  values: readonly unknown[],
  client: string,
  options: UploadOptions,
  store: UploadStore,
): Promise<BatchResponse> {
  if (values.length > maxArrayItems) {
    throw new ProblemError('too-large', `An array may have at most ${maxArrayItems} items; split it`, {
      members: { max_items: maxArrayItems },
    })
  }
  const now = new Date()
  const parsed = values.map((value) => parseBatchItem(value, now))
  const valid = parsed.filter((item): item is UploadItem => !(item instanceof ProblemError))
  const results = (await upload(valid, client, options, store))[Symbol.iterator]()
  const items = parsed.map((item, index) =>
    item instanceof ProblemError ? rejected(index, item) : toItemResult(index, results.next().value!),
  )
  const summary = summarize(items)
  return { errors: summary.rejected > 0, summary, items }
}

/** An item of a batch needs an identity, because a repeated batch must not create it again. */
function parseBatchItem(value: unknown, now: Date): UploadItem | ProblemError {
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
    'An item of a batch needs an external_id, so that a repeat is not counted twice',
    { members: { errors: [{ pointer: '#/external_id', message: 'is missing' }] } },
  )
}

function toItemResult(index: number, result: ItemResult): UploadItemResult {
  if (result.status === 'rejected') return rejected(index, toDomainProblem(result.error))
  const { status, id, userId, correction } = result
  return {
    index,
    status,
    code: statusCodes[status],
    id: typeof id === 'number' ? id : null,
    user_id: userId,
    message: formatMessage(status, id, userId),
    ...(correction === undefined ? {} : { correction }),
  }
}

function rejected(index: number, error: ProblemError): UploadItemResult {
  return { index, status: 'rejected', code: error.status, problem: error.toProblem() }
}

function summarize(items: readonly UploadItemResult[]): Summary {
  const counts = itemStatuses.map((name) => [name, items.filter(({ status }) => status === name).length])
  return { received: items.length, ...Object.fromEntries(counts) }
}
