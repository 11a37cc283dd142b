import { isUtf8 } from 'node:buffer'
import { ProblemError } from '@timesheets/contracts/problem'
import { maxArrayItems } from '@timesheets/contracts/upload'
import { hasBody } from '@timesheets/runtime/http/early-response'
import { sendContinue } from '@timesheets/runtime/http/expect-continue'
import type { Request, RequestHandler, Response } from 'express'
import type { BodyBudget } from './body-budget.ts'
import { getIdentity } from './gateway-identity.ts'
import { bodyMediaType } from './media-type.ts'
import { bodyEncoding, readBody } from './request-body.ts'
import { exceedsValueLimit } from './value-limit.ts'

export interface JsonBodyOptions {
  readonly maxBytes: number
  /** The most bytes of a body that is an object; default: `maxBytes`. */
  readonly maxObjectBytes?: number
  /** The most bytes of content per received byte of a compressed body. */
  readonly maxInflateRatio: number
  /** A request without a body gets `{}`. */
  readonly isOptional?: boolean
  readonly budget: BodyBudget
  /** Whether the body counts against the share of the client or of the person in the budget. */
  readonly ownedBy: 'client' | 'person'
  /** Time before a body must have arrived at the minimum rate; default 10 s. */
  readonly graceMs?: number
}

/** Values of 1,000 entries with all their fields, several times over. */
const maxJsonValues = 64 * maxArrayItems

/** A body must arrive at a minimum rate, because it holds memory that others need. */
const defaultGraceMs = 10_000
const minBytesPerMs = 128

/**
 * Reads a JSON body (RFC 8259: UTF-8), plain or gzip, in bounded memory and time. `express.json` would not do: it reports a
 * body over the limit only after its end, replaces invalid UTF-8, cannot be stopped, and limits neither the number of
 * values nor the memory of all bodies together, of which a compressed body takes far more than it sends.
 * @throws {ProblemError} `unsupported-media-type`, `too-large`, `malformed-json`, `not-ready`, `invalid-request`
 */
export function jsonBody(options: JsonBodyOptions): RequestHandler {
  const { maxBytes, isOptional = false, budget } = options
  return async (request, response, next) => {
    const declaredBytes = Number(request.headers['content-length'] ?? 0)
    if (!isOptional || declaredBytes > 0) assertJson(request)
    if (declaredBytes > maxBytes) throw tooLarge(maxBytes)
    if (!hasBody(request)) {
      if (!isOptional) throw malformedJson()
      request.body = {}
      next()
      return
    }
    response.once('close', () => budget.release(request))
    sendContinue(request, response)
    try {
      request.body = parse(request, await collect(request, response, options), options)
    } catch (error) {
      budget.release(request)
      throw error
    }
    next()
  }
}

function assertJson(request: Request): void {
  bodyEncoding(request)
  bodyMediaType(request, ['application/json'])
}

/** Reads the whole body. */
async function collect(request: Request, response: Response, options: JsonBodyOptions): Promise<Buffer> {
  const { maxBytes, maxInflateRatio, budget, ownedBy, graceMs = defaultGraceMs } = options
  const identity = getIdentity(response)
  const owner = ownedBy === 'client' ? identity.client : `${identity.client} ${identity.person}`
  const startedAt = performance.now()
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of readBody(request, {
    maxInflateRatio,
    waitMs: (receivedBytes) => graceMs + receivedBytes / minBytesPerMs - (performance.now() - startedAt),
    tooSlow: () => tooSlow(graceMs),
  })) {
    bytes += chunk.length
    if (bytes > maxBytes) throw tooLarge(maxBytes)
    budget.reserve(request, owner, chunk.length)
    chunks.push(chunk)
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
}

function parse(request: Request, bytes: Buffer, options: JsonBodyOptions): unknown {
  const { isOptional = false, maxBytes, maxObjectBytes = maxBytes } = options
  if (bytes.length === 0) {
    if (isOptional) return {}
    throw malformedJson()
  }
  if (isOptional) assertJson(request)
  if (!isUtf8(bytes)) throw malformedJson()
  if (bytes.length > maxObjectBytes && startsObject(bytes)) throw tooLarge(maxObjectBytes)
  if (exceedsValueLimit(maxJsonValues, bytes)) {
    throw new ProblemError(
      'too-large',
      `The body contains more values than ${maxArrayItems} entries have; split it`,
      { members: { max_items: maxArrayItems } },
    )
  }
  try {
    return JSON.parse(decoder.decode(bytes))
  } catch {
    throw malformedJson()
  }
}

/** Ignores a byte order mark, as RFC 8259, section 8.1, allows. */
const decoder = new TextDecoder()

const startsObject = (bytes: Buffer) => decoder.decode(bytes.subarray(0, 1024)).trimStart().startsWith('{')

function tooLarge(maxBytes: number): ProblemError {
  return new ProblemError('too-large', `The body may have at most ${maxBytes} bytes; split it`, {
    members: { max_bytes: maxBytes },
  })
}

function malformedJson(): ProblemError {
  return new ProblemError('malformed-json', 'The body is not JSON in UTF-8; nothing was stored')
}

function tooSlow(graceMs: number): ProblemError {
  return new ProblemError(
    'invalid-request',
    `The body arrived too slowly; send at least ${minBytesPerMs} kB per second after ${graceMs / 1000} s`,
  )
}
