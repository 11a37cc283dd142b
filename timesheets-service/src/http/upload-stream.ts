import { ProblemError } from '@timesheets/contracts/problem'
import type { Summary } from '@timesheets/contracts/upload'
import { sendContinue } from '@timesheets/runtime/http/expect-continue'
import type { Request, Response } from 'express'
import type { LimitFunction } from 'p-limit'
import { type RunOptions, runChunks } from '../domain/run-chunks.ts'
import type { WritingRun } from '../domain/sync-run.ts'
import type { UploadOptions } from '../domain/upload.ts'
import type { UploadStore } from '../domain/upload-store.ts'
import { type Line, readLines } from './ndjson-lines.ts'
import { readBody } from './request-body.ts'
import { sendStream } from './stream.ts'
import { toUploadingRun } from './sync-run-rejections.ts'
import { type LineChunk, toChunks } from './upload-chunks.ts'
import {
  type BatchResult,
  countResults,
  emptySummary,
  getStatus,
  type ParsedItem,
  parseLine,
  storeItems,
  toItemResult,
} from './upload-items.ts'

/** Limits of streams; see the settings `UPLOAD_…`. */
export interface StreamLimits {
  readonly maxLineBytes: number
  readonly chunkItems: number
  readonly chunkBytes: number
  readonly maxInflateRatio: number
  readonly idleMs: number
  readonly stallMs: number
  /** Admits the chunks of all streams. */
  readonly admitChunk: LimitFunction
}

/** How many chunks of one stream are stored at once: while one waits for the database, the next is parsed. */
const maxRunningChunks = 3

/** What one upload as a stream needs. */
export interface StreamedUpload {
  readonly client: string
  /** Identifies the idempotency key of the request, if it has one. */
  readonly keyId: string | undefined
  readonly options: UploadOptions
  /** The sync run that uploads. */
  readonly syncRun: WritingRun | undefined
  readonly store: UploadStore
  /** Whether the response has a line for every item. */
  readonly allResults: boolean
  readonly limits: StreamLimits
}

/** What the results of a stream suggest for its next chunks: a stream mostly has new entries only, or none. */
interface Expectation {
  areNew: boolean
}

/** The results of a chunk that is stored. */
interface StoredChunk {
  readonly firstIndex: number
  readonly results: readonly BatchResult[]
}

/**
 * Stores a stream of entries chunk by chunk, and streams the results while it is still being received. Each result line
 * is sent after the COMMIT that it reports. Memory is bounded by the chunks that are collected and stored at once: while
 * the database or the client is slow, nothing more is read.
 * @throws {ProblemError} if nothing was stored yet; later, the response ends with a line that names the problem
 */
export async function uploadStream(
  request: Request,
  response: Response,
  upload: StreamedUpload,
): Promise<void> {
  const { limits } = upload
  const body = readBody(request, {
    maxInflateRatio: limits.maxInflateRatio,
    waitMs: () => limits.idleMs,
    tooSlow: () =>
      new ProblemError(
        'invalid-request',
        `No byte arrived for ${limits.idleMs / 1000} s; send the stream again`,
      ),
  })
  sendContinue(request, response)
  const chunks = toChunks(readLines(body, limits.maxLineBytes), {
    maxItems: limits.chunkItems,
    maxBytes: limits.chunkBytes,
  })
  const options: RunOptions = { maxRunning: maxRunningChunks, limit: limits.admitChunk }
  const expectation = { areNew: false }
  const stored = runChunks(chunks, (chunk) => prepare(chunk, upload, expectation), options)
  response.status(200).setHeader('content-type', 'application/x-ndjson')
  response.locals.endsWithProblemLine = true
  await sendStream(response, formatLines(stored, upload.allResults), { stallMs: limits.stallMs })
}

function prepare(
  { firstIndex, lines }: LineChunk,
  { client, keyId, options, syncRun: run, store, limits }: StreamedUpload,
  expectation: Expectation,
) {
  const context = { now: new Date(), keyId }
  const parsed = lines.map((line, i) => parseLine(line, firstIndex + i, context, limits.maxLineBytes))
  const syncRun = run && toUploadingRun(run, parsed, (index) => readSent(lines[index]!))
  return {
    keys: new Set(parsed.flatMap(toKey)),
    run: async (): Promise<StoredChunk> => {
      const uploadOptions = { ...options, syncRun, assumeNew: expectation.areNew }
      const results = await storeItems(parsed, client, uploadOptions, store)
      expectation.areNew = results.every((result) => getStatus(result) === 'created')
      return { firstIndex, results }
    },
  }
}

/** What a rejected line says: a JSON value, or else its text. Of a line that is too long, nothing is kept. */
function readSent(line: Line): unknown {
  if (line === 'too long') return undefined
  try {
    return JSON.parse(line.toString())
  } catch {
    return line.toString()
  }
}

/** Identifies the entry that an item concerns. A source that an item names contains no space. */
const toKey = (item: ParsedItem) =>
  item instanceof ProblemError ? [] : [`${item.source ?? ''} ${item.externalId}`]

async function* formatLines(chunks: AsyncIterable<StoredChunk>, allResults: boolean): AsyncGenerator<string> {
  let summary: Summary = emptySummary()
  for await (const { firstIndex, results } of chunks) {
    const lines = results.flatMap((result, i) =>
      allResults || isShown(result) ? [toLine(toItemResult(firstIndex + i, result))] : [],
    )
    summary = countResults(summary, results)
    yield `${lines.join('')}${toLine({ progress: summary })}`
  }
  yield toLine({ summary })
}

const isShown = (result: BatchResult) => ['rejected', 'held'].includes(getStatus(result))

const toLine = (value: object) => `${JSON.stringify(value)}\n`
