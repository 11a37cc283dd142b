import { parseUploadItem } from '@timesheets/contracts/entry'
import { ProblemError, type ValidationError } from '@timesheets/contracts/problem'
import { formatMessage, statusCodes } from '@timesheets/contracts/status'
import { type BatchResponse, ndjson, uploadQuerySchema } from '@timesheets/contracts/upload'
import { sendJson } from '@timesheets/runtime/http/send-json'
import type { RequestHandler, Router } from 'express'
import type { EntryResponse, Respond } from '../../domain/idempotency.ts'
import type { ItemResult } from '../../domain/plan-upload.ts'
import { SharedUploads } from '../../domain/shared-upload.ts'
import type { NewRejection } from '../../domain/sync-run-store.ts'
import { type UploadOptions, upload } from '../../domain/upload.ts'
import type { UploadStore } from '../../domain/upload-store.ts'
import { toEtag } from '../etag.ts'
import { getIdentity } from '../gateway-identity.ts'
import { readKeyId, respondOnce } from '../idempotency-key.ts'
import { jsonBody } from '../json-body.ts'
import { bodyMediaType } from '../media-type.ts'
import { createResourceRouter } from '../operation-contract.ts'
import { invalidParameter, parseQuery } from '../query.ts'
import { bodyEncoding } from '../request-body.ts'
import type { ServiceParts } from '../service-parts.ts'
import { resolveSyncRun } from '../sync-run-header.ts'
import { keepIfRejected, toUploadingRun } from '../sync-run-rejections.ts'
import {
  countResults,
  emptySummary,
  type ParsedItem,
  parseItem,
  storeItems,
  toItemResult,
} from '../upload-items.ts'
import { type StreamLimits, uploadStream } from '../upload-stream.ts'

/** Memory of the result for one item. A rejected item has up to 20 validation errors. */
const itemResultBytes = 4096

/** Validation errors that the response to an atomic upload lists at most. */
const maxErrors = 20

export interface UploadLimits extends StreamLimits {
  readonly maxArrayItems: number
}

/** `/timesheets/upload`: stores one entry, an array of entries, or a stream of any length. */
export function uploadRouter(parts: ServiceParts & { readonly limits: UploadLimits }): Router {
  const { uploads: store, sourceOwners, publicUrl, responses, body, limits } = parts
  const shared = new SharedUploads(store, sourceOwners)

  const streamed: RequestHandler = async (request, response, next) => {
    if (bodyMediaType(request, ['application/json', ndjson]) !== ndjson) {
      next()
      return
    }
    bodyEncoding(request)
    const query = parseQuery(request, uploadQuerySchema)
    if (query.atomic === 'true') {
      throw invalidParameter('atomic', 'is for an object or an array; a stream is stored chunk by chunk')
    }
    await uploadStream(request, response, {
      client: getIdentity(response).client,
      keyId: readKeyId(request, response),
      options: { dryRun: query.dry_run === 'true', sourceOwners },
      syncRun: await resolveSyncRun(request, response, query, parts),
      store,
      allResults: query.results === 'all',
      limits,
    })
  }

  const whole: RequestHandler = async (request, response) => {
    const query = parseQuery(request, uploadQuerySchema)
    const options = { dryRun: query.dry_run === 'true', sourceOwners }
    const { client } = getIdentity(response)
    const run = await resolveSyncRun(request, response, query, parts)
    if (!Array.isArray(request.body)) {
      const keep = (rejections: readonly NewRejection[]) =>
        upload([], client, { ...options, syncRun: run && { ...run, rejections } }, store)
      await keepIfRejected(request.body, run && keep, async () => {
        const item = parseUploadItem(request.body, new Date())
        const oneOptions = { ...options, readBack: true, syncRun: run && { ...run, rejections: [] } }
        // A transaction of its own for what a key, a sync run or a dry run ties to it.
        const isShared = run === undefined && !options.dryRun && readKeyId(request, response) === undefined
        const respond: Respond = async ({ uploads }) => {
          const result = isShared
            ? await shared.upload(item, client)
            : (await upload([item], client, oneOptions, uploads))[0]!
          return toEntryResponse(result, uploads, publicUrl)
        }
        await respondOnce(request, response, parts, respond, { isDryRun: options.dryRun })
      })
      return
    }
    const { length } = request.body
    if (length > limits.maxArrayItems) throw tooManyItems(limits.maxArrayItems)
    await responses.reserve(response, length * itemResultBytes)
    const context = { now: new Date(), keyId: readKeyId(request, response) }
    const parsed = request.body.map((value, index) => parseItem(value, index, context))
    if (query.atomic === 'true') assertAllValid(parsed)
    const syncRun = run && toUploadingRun(run, parsed, (index) => request.body[index])
    const atomic = query.atomic === 'true'
    sendJson(response, await uploadBatch(parsed, client, { ...options, atomic, syncRun }, store))
  }

  return createResourceRouter({ uploadTimesheets: [streamed, jsonBody(body), whole] })
}

/** @throws {DomainError} if the entry was rejected */
async function toEntryResponse(
  result: ItemResult,
  store: UploadStore,
  publicUrl: string,
): Promise<EntryResponse> {
  if (result.status === 'rejected') throw result.error
  const { status, id, userId, correction } = result
  const message = formatMessage(status, id, userId)
  if (typeof id !== 'number') {
    const body = JSON.stringify({ id: null, user_id: userId, status, message })
    return { status: statusCodes[status], location: null, etag: null, body }
  }
  const entry = result.entry ?? (await store.read(id))
  // A pending correction is in the entry already.
  const discarded = correction === 'discarded' ? { correction } : {}
  return {
    status: statusCodes[status],
    location: `${publicUrl}/timesheets/${id}`,
    etag: toEtag(entry.version),
    body: JSON.stringify({ ...entry, ...discarded, status, message }),
  }
}

async function uploadBatch(
  parsed: readonly ParsedItem[],
  client: string,
  options: UploadOptions,
  store: UploadStore,
): Promise<BatchResponse> {
  const results = await storeItems(parsed, client, options, store)
  const summary = countResults(emptySummary(), results)
  return {
    errors: summary.rejected > 0,
    summary,
    items: results.map((result, index) => toItemResult(index, result)),
  }
}

/** @throws {ProblemError} `invalid-entry`, with the validation errors of all items */
function assertAllValid(parsed: readonly ParsedItem[]): void {
  const invalid = parsed.flatMap((item, index) => (item instanceof ProblemError ? [{ item, index }] : []))
  if (invalid.length === 0) return
  const errors = invalid.flatMap(({ item, index }) => toItemErrors(item, index)).slice(0, maxErrors)
  throw new ProblemError(
    'invalid-entry',
    `${invalid.length} of ${parsed.length} items are invalid; nothing was stored`,
    { members: { errors } },
  )
}

/** The errors of an item, with pointers into the array. */
function toItemErrors({ members, message }: ProblemError, index: number): ValidationError[] {
  const errors = (members.errors as readonly ValidationError[] | undefined) ?? [{ pointer: '#', message }]
  return errors.map((error) => ({ ...error, pointer: error.pointer.replace('#', `#/${index}`) }))
}

function tooManyItems(max: number): ProblemError {
  return new ProblemError('too-large', `An array may have at most ${max} items; split it or send a stream`, {
    members: { max_items: max },
  })
}
