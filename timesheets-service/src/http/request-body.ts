import { pipeline, type Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { ProblemError } from '@timesheets/contracts/problem'
import type { Request } from 'express'

/** Compressed bodies are checked against the ratio after this much of their content: short texts can repeat themselves. */
const minBytesForRatio = 1024 * 1024

const supportedEncodings = ['identity', 'gzip'] as const

export interface ReadLimits {
  /** The most bytes of content per received byte of a compressed body. */
  readonly maxInflateRatio: number
  /** How long to wait for the next bytes (ms), after this many have been received. */
  readonly waitMs: (receivedBytes: number) => number
  /** The problem of a client that sends too slowly. */
  readonly tooSlow: () => ProblemError
}

/**
 * Reads the body of a request, and decompresses it, at the pace of its consumer. The request itself is never destroyed, so
 * that it can still be answered.
 * @throws {ProblemError} `invalid-request` for a body that is cut, too slow or no gzip; `too-large` for one that inflates
 *   beyond the ratio
 */
export async function* readBody(request: Request, limits: ReadLimits): AsyncGenerator<Buffer> {
  const received = { bytes: 0 }
  const raw = readReceived(request, limits, received)
  if (bodyEncoding(request) === 'identity') {
    yield* raw
    return
  }
  const gunzip = createGunzip({ chunkSize: 64 * 1024 })
  pipeline(raw, gunzip, () => undefined) // an error also ends the loop below
  let bytes = 0
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (bytes > minBytesForRatio && bytes > received.bytes * limits.maxInflateRatio) {
        throw new ProblemError(
          'too-large',
          `The gzip content is more than ${limits.maxInflateRatio} times as large as what was sent; send it uncompressed`,
          { members: { max_ratio: limits.maxInflateRatio } },
        )
      }
      yield chunk
    }
  } catch (error) {
    throw isGzipError(error) ? notGzip(error) : error
  }
}

/**
 * The content encoding of a body.
 * @throws {ProblemError} `unsupported-media-type`
 */
export function bodyEncoding({ headers }: Request): (typeof supportedEncodings)[number] {
  const name = (headers['content-encoding'] ?? 'identity').trim().toLowerCase()
  const encoding = supportedEncodings.find((supported) => supported === name)
  if (encoding !== undefined) return encoding
  throw new ProblemError('unsupported-media-type', 'The body may be compressed with gzip only', {
    members: { accepted: supportedEncodings },
    headers: { 'accept-encoding': 'gzip, identity' },
  })
}

async function* readReceived(
  request: Request,
  { waitMs, tooSlow }: ReadLimits,
  received: { bytes: number },
): AsyncGenerator<Buffer> {
  const iterator = (request as Readable).iterator({ destroyOnReturn: false })
  try {
    for (;;) {
      const next = await rejectAfter(waitMs(received.bytes), iterator.next(), tooSlow)
      if (next.done === true) return
      received.bytes += next.value.length
      yield next.value
    }
  } catch (error) {
    if (error instanceof ProblemError) throw error
    throw new ProblemError('invalid-request', 'The request was cut before its end', { cause: error })
  } finally {
    // An iterator that waits keeps its listener, and the rest of the request could not be drained.
    request.removeAllListeners('readable')
  }
}

/** @throws what `createError` returns, if the promise takes longer */
async function rejectAfter<T>(ms: number, promise: Promise<T>, createError: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(createError()), Math.max(0, ms))
  })
  try {
    return await Promise.race([promise, timeout])
  } finally {
    clearTimeout(timer)
  }
}

/** zlib's own codes, such as Z_DATA_ERROR, and Z_BUF_ERROR for content that is cut. */
const isGzipError = (error: unknown) => String((error as NodeJS.ErrnoException).code).startsWith('Z_')

function notGzip(cause: unknown): ProblemError {
  const { message } = cause as Error
  return new ProblemError('invalid-request', `The body is not valid gzip, or it is cut (${message})`, {
    cause,
  })
}
