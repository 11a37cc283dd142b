import { isUtf8 } from 'node:buffer'
import { ProblemError } from '@timesheets/contracts/problem'
import { maxArrayItems } from '@timesheets/contracts/upload'
import { hasBody } from '@timesheets/runtime/http/early-response'
import { sendContinue } from '@timesheets/runtime/http/expect-continue'
import express, { type Request, type RequestHandler } from 'express'
import type { BodyBudget } from './body-budget.ts'
import { getIdentity } from './gateway-identity.ts'
import { exceedsValueLimit } from './value-limit.ts'

export interface JsonBodyOptions {
  readonly maxBytes: number
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
const rateCheckMs = 500

/**
 * Reads a JSON body (RFC 8259: UTF-8) by `express.json`, in bounded memory and time. `express.json` lacks these checks:
 * it reports a body over the limit only after its end, replaces invalid UTF-8, and limits neither the number of values
 * nor the memory of all bodies together.
 * @throws {ProblemError} `unsupported-media-type`, `too-large`, `malformed-json`, `not-ready`, `invalid-request`
 */
export function jsonBody(options: JsonBodyOptions): RequestHandler {
  const { maxBytes, isOptional = false, budget, ownedBy, graceMs = defaultGraceMs } = options
  const parse = express.json({
    limit: maxBytes,
    // The media type is checked below, where an optional body may have any.
    type: () => true,
    inflate: false,
    strict: false,
    verify: (request, _response, bytes) => verifyBytes(request as Request, bytes, isOptional),
  })
  return (request, response, next) => {
    const declaredBytes = Number(request.headers['content-length'] ?? 0)
    if (!isOptional || declaredBytes > 0) assertJson(request)
    if (declaredBytes > maxBytes) throw tooLarge(maxBytes)
    if (!hasBody(request)) {
      if (!isOptional) throw malformedJson()
      request.body = {}
      next()
      return
    }
    const identity = getIdentity(response)
    const owner = ownedBy === 'client' ? identity.client : `${identity.client} ${identity.person}`
    response.once('close', () => budget.release(request))

    const startedAt = performance.now()
    let receivedBytes = 0
    let isFinished = false
    let stopParser = () => {}
    const finish = (error?: unknown) => {
      if (isFinished) return
      isFinished = true
      clearInterval(timer)
      request.off('data', count)
      if (error !== undefined) {
        stopParser()
        budget.release(request)
      }
      next(error)
    }
    const count = (chunk: Buffer) => {
      receivedBytes += chunk.length
      try {
        if (receivedBytes > maxBytes) throw tooLarge(maxBytes)
        budget.reserve(request, owner, chunk.length)
      } catch (error) {
        finish(error)
      }
    }
    const timer = setInterval(() => {
      const allowedMs = graceMs + receivedBytes / minBytesPerMs
      if (performance.now() - startedAt > allowedMs) finish(tooSlow(graceMs))
    }, rateCheckMs)
    request.on('data', count)
    sendContinue(request, response)
    stopParser = recordListeners(request, () =>
      parse(request, response, (error?: unknown) =>
        finish(error === undefined ? undefined : toProblem(error)),
      ),
    )
  }
}

/**
 * Returns a function that removes the listeners which `attach` adds. body-parser cannot be cancelled otherwise: it would
 * go on collecting a body that is rejected already, and keep what it has collected.
 */
function recordListeners(request: Request, attach: () => void): () => void {
  const events = ['aborted', 'close', 'data', 'end', 'error'] as const
  const existing = new Set(events.flatMap((event) => request.rawListeners(event)))
  attach()
  const added = events.flatMap((event) =>
    request.rawListeners(event).flatMap((listener) => (existing.has(listener) ? [] : [{ event, listener }])),
  )
  return () => {
    for (const { event, listener } of added) request.off(event, listener as () => void)
  }
}

/** A problem that was found while body-parser ran. body-parser sets a status on the errors that it passes on. */
class RejectedBody extends Error {
  readonly problem: ProblemError

  constructor(problem: ProblemError) {
    super(problem.message)
    this.problem = problem
  }
}

function verifyBytes(request: Request, bytes: Buffer, isOptional: boolean): void {
  try {
    if (bytes.length === 0) {
      if (isOptional) return
      throw malformedJson()
    }
    if (isOptional) assertJson(request)
    if (!isUtf8(bytes)) throw malformedJson()
    if (exceedsValueLimit(maxJsonValues, bytes)) {
      throw new ProblemError(
        'too-large',
        `The body contains more values than ${maxArrayItems} entries have; split it`,
        { members: { max_items: maxArrayItems } },
      )
    }
  } catch (error) {
    throw error instanceof ProblemError ? new RejectedBody(error) : error
  }
}

function assertJson({ headers }: Request): void {
  const encoding = (headers['content-encoding'] ?? 'identity').trim().toLowerCase()
  if (encoding !== 'identity') {
    throw new ProblemError(
      'unsupported-media-type',
      'Compressed bodies are not supported; send it as it is',
      {
        members: { accepted: ['identity'] },
        headers: { 'accept-encoding': 'identity' },
      },
    )
  }
  const [type = '', ...parameters] = (headers['content-type'] ?? '')
    .split(';')
    .map((part) => part.trim().toLowerCase())
  const charsets = parameters.flatMap((parameter) => {
    const [name = '', value = ''] = parameter.split('=').map((part) => part.trim())
    return name === 'charset' ? [value] : []
  })
  const isSupported = charsets.length <= 1 && charsets.every((name) => ['utf-8', '"utf-8"'].includes(name))
  if (type === 'application/json' && isSupported) return
  throw new ProblemError('unsupported-media-type', 'The body must be application/json in UTF-8', {
    members: { accepted: ['application/json'] },
    headers: { accept: 'application/json' },
  })
}

/** Maps the errors of body-parser by their `type`, and keeps other errors. */
function toProblem(error: unknown): unknown {
  if (error instanceof RejectedBody) return error.problem
  switch ((error as { type?: unknown }).type) {
    case 'entity.parse.failed':
      return malformedJson()
    case 'request.aborted':
    case 'request.size.invalid':
      return new ProblemError('invalid-request', 'The request was cut before its end')
    default:
      return error
  }
}

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
