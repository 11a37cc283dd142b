import type { IncomingMessage } from 'node:http'
import { ProblemError } from '@timesheets/contracts/problem'
import { maxArrayItems } from '@timesheets/contracts/upload'
import { hasBody } from '@timesheets/runtime/answer'
import { otherBudget, uploadBudget } from './body-budget.ts'
import { holdsMoreValuesThan } from './json-values.ts'

/** What a person's request needs at most: an entry with its notes, a thousand ids. */
const defaultMaxBytes = 64 * 1024

/** Time that a body has to come whole: who takes longer holds room that others want. */
const bodyMs = 120_000

/** What most bodies fit into. */
const firstBytes = 4096

/** A thousand entries with all their members, several times over. */
const maxJsonValues = 64 * maxArrayItems

/**
 * Reads a request's body as JSON (RFC 8259: UTF-8), in memory that is bounded for it and for all bodies together.
 * @throws {ProblemError} `unsupported-media-type`, `too-large`, `malformed-json`, `not-ready`
 */
export async function readJsonBody(
  request: IncomingMessage,
  { maxBytes = defaultMaxBytes } = {},
): Promise<unknown> {
  demandJson(request)
  return parse(await readBytes(request, maxBytes))
}

/**
 * Reads a body that may be left out: nothing at all, of whatever type, is an empty object.
 * @throws {ProblemError} as `readJsonBody`
 */
export async function readOptionalJsonBody(request: IncomingMessage): Promise<unknown> {
  if (!hasBody(request)) return {}
  const bytes = await readBytes(request, defaultMaxBytes)
  if (bytes.length === 0) return {}
  demandJson(request)
  return parse(bytes)
}

function parse(bytes: Buffer): unknown {
  if (holdsMoreValuesThan(maxJsonValues, bytes)) {
    throw new ProblemError(
      'too-large',
      `The body holds more values than ${maxArrayItems} entries have; send it in parts`,
      { members: { max_items: maxArrayItems } },
    )
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw new ProblemError('malformed-json', 'The body is not JSON in UTF-8; nothing was read of it')
  }
}

function demandJson(request: IncomingMessage): void {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase()
  if (encoding !== 'identity') {
    throw new ProblemError('unsupported-media-type', 'A compressed body is not read here; send it as it is', {
      members: { accepted: ['identity'] },
      headers: { 'accept-encoding': 'identity' },
    })
  }
  const [type = '', ...parameters] = (request.headers['content-type'] ?? '')
    .split(';')
    .map((part) => part.trim().toLowerCase())
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))?.slice('charset='.length)
  if (type !== 'application/json' || !['utf-8', '"utf-8"', undefined].includes(charset)) {
    throw new ProblemError('unsupported-media-type', 'The body must be application/json, in UTF-8', {
      members: { accepted: ['application/json'] },
      headers: { accept: 'application/json' },
    })
  }
}

const cut = () => new ProblemError('invalid-request', 'The request was cut before its end')
const tooSlow = () =>
  new ProblemError(
    'invalid-request',
    `The body did not come whole within ${bodyMs / 1000} s; send it in parts`,
  )

async function readBytes(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const tooLarge = () =>
    new ProblemError('too-large', `The body must have at most ${maxBytes} bytes; send it in parts`, {
      members: { max_bytes: maxBytes },
    })
  const promisedBytes = Number(request.headers['content-length'] ?? maxBytes)
  if (promisedBytes > maxBytes) throw tooLarge()
  const budget = maxBytes > 1024 * 1024 ? uploadBudget : otherBudget
  let bytes = Buffer.alloc(0)
  let length = 0
  /** One buffer that grows: a list of what came would cost far more where it comes a byte at a time. */
  const add = (chunk: Buffer) => {
    const needed = length + chunk.length
    if (needed > maxBytes) throw tooLarge()
    if (needed > bytes.length) {
      const size = Math.min(promisedBytes, Math.max(needed, 2 * bytes.length, firstBytes))
      budget.take(request, size - bytes.length)
      const grown = Buffer.allocUnsafeSlow(size)
      bytes.copy(grown, 0, 0, length)
      bytes = grown
    }
    chunk.copy(bytes, length)
    length = needed
  }
  return await new Promise((resolve, reject) => {
    if (request.destroyed) return reject(cut())
    const settle = (act: () => void) => {
      clearTimeout(timer)
      request.removeAllListeners('data').off('end', onEnd).off('close', onCut)
      act()
    }
    const onEnd = () => settle(() => resolve(bytes.subarray(0, length)))
    const onCut = () => settle(() => reject(cut()))
    const timer = setTimeout(() => settle(() => reject(tooSlow())), bodyMs)
    request.on('data', (chunk: Buffer) => {
      try {
        add(chunk)
      } catch (error) {
        settle(() => reject(error))
      }
    })
    request.once('end', onEnd)
    request.once('close', onCut)
  })
}
