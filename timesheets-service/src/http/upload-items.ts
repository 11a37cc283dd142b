import { isUtf8 } from 'node:buffer'
import { parseUploadItem, type UploadItem } from '@timesheets/contracts/entry'
import { ProblemError } from '@timesheets/contracts/problem'
import { formatMessage, itemStatuses, statusCodes } from '@timesheets/contracts/status'
import type { Summary, UploadItemResult } from '@timesheets/contracts/upload'
import type { ItemResult } from '../domain/plan-upload.ts'
import { type UploadOptions, upload } from '../domain/upload.ts'
import type { UploadStore } from '../domain/upload-store.ts'
import { toDomainProblem } from './domain-problem.ts'
import type { Line } from './ndjson-lines.ts'

/** An item of a batch that can be stored, or why it cannot be read. */
export type ParsedItem = UploadItem | ProblemError

/** The result for an item: of storing it, or why it could not be read. */
export type BatchResult = ItemResult | ProblemError

/** What all items of a batch have in common. */
export interface BatchContext {
  /** A date may be at most one year after it. */
  readonly now: Date
  /** Identifies the idempotency key of the request, if it has one. */
  readonly keyId: string | undefined
}

/**
 * Parses an item of an array or of a stream. It needs an identity, because a repeated upload must not create it again: its
 * `external_id`, or the idempotency key of the request with its position.
 */
export function parseItem(value: unknown, index: number, { now, keyId }: BatchContext): ParsedItem {
  try {
    const item = parseUploadItem(value, now)
    if (item.externalId !== null) return item
    if (keyId === undefined) return missingIdentity()
    return { ...item, externalId: `idempotency-key:${keyId}:${index}`, isKeyed: true }
  } catch (error) {
    if (error instanceof ProblemError) return error
    throw error
  }
}

/** Parses a line of a stream. */
export function parseLine(
  line: Line,
  index: number,
  context: BatchContext,
  maxLineBytes: number,
): ParsedItem {
  if (line === 'too long') {
    return new ProblemError('too-large', `The line has more than ${maxLineBytes} bytes`, {
      members: { max_bytes: maxLineBytes },
    })
  }
  let value: unknown
  try {
    if (!isUtf8(line)) throw new TypeError('invalid UTF-8')
    value = JSON.parse(line.toString())
  } catch {
    return new ProblemError('malformed-json', 'The line is not JSON in UTF-8')
  }
  return parseItem(value, index, context)
}

/** Stores the items that could be read, and returns one result per item, in their order. */
export async function storeItems(
  parsed: readonly ParsedItem[],
  client: string,
  options: UploadOptions,
  store: UploadStore,
): Promise<readonly BatchResult[]> {
  const valid = parsed.filter((item): item is UploadItem => !(item instanceof ProblemError))
  const results = (await upload(valid, client, options, store))[Symbol.iterator]()
  return parsed.map((item) => (item instanceof ProblemError ? item : results.next().value!))
}

export function toItemResult(index: number, result: BatchResult): UploadItemResult {
  if (result instanceof ProblemError) return toRejected(index, result)
  if (result.status === 'rejected') return toRejected(index, toDomainProblem(result.error))
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

export const getStatus = (result: BatchResult) =>
  result instanceof ProblemError ? 'rejected' : result.status

export function emptySummary(): Summary {
  const counts = Object.fromEntries(itemStatuses.map((status) => [status, 0]))
  return { received: 0, ...counts } as Summary
}

/** Adds results to a summary. */
export function countResults(summary: Summary, results: readonly BatchResult[]): Summary {
  const sum = { ...summary, received: summary.received + results.length }
  for (const result of results) sum[getStatus(result)]++
  return sum
}

function toRejected(index: number, error: ProblemError): UploadItemResult {
  return { index, status: 'rejected', code: error.status, problem: error.toProblem() }
}

function missingIdentity(): ProblemError {
  return new ProblemError(
    'invalid-entry',
    'An item of a batch needs an external_id, or the request an Idempotency-Key, so that a repeat is not counted twice',
    { members: { errors: [{ pointer: '#/external_id', message: 'is missing' }] } },
  )
}
