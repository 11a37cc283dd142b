import type { IncomingMessage } from 'node:http'
import { ProblemError } from '@timesheets/contracts/problem'
import { maxArrayItems } from '@timesheets/contracts/upload'
import { hasBody } from '@timesheets/runtime/answer'
import { holdsMoreValuesThan } from './json-values.ts'

/** A thousand entries, each as long as it may be, in UTF-8. */
export const maxJsonBytes = 16 * 1024 * 1024

/** A thousand entries with all their members, several times over. */
const maxJsonValues = 64 * maxArrayItems

/**
 * Reads a request's body as JSON (RFC 8259: UTF-8), in bounded memory.
 * @throws {ProblemError} `unsupported-media-type`, `too-large`, `malformed-json`
 */
export async function readJsonBody(request: IncomingMessage): Promise<unknown> {
  demandJson(request)
  return parse(await readBytes(request))
}

/**
 * Reads a body that may be left out: nothing at all, of whatever type, is an empty object.
 * @throws {ProblemError} as `readJsonBody`
 */
export async function readOptionalJsonBody(request: IncomingMessage): Promise<unknown> {
  if (!hasBody(request)) return {}
  const bytes = await readBytes(request)
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

async function readBytes(request: IncomingMessage): Promise<Buffer> {
  const tooLarge = () =>
    new ProblemError('too-large', `The body must have at most ${maxJsonBytes} bytes; send it in parts`, {
      members: { max_bytes: maxJsonBytes },
    })
  if (Number(request.headers['content-length'] ?? 0) > maxJsonBytes) throw tooLarge()
  const chunks: Buffer[] = []
  let length = 0
  return await new Promise((resolve, reject) => {
    if (request.destroyed) return reject(cut())
    const settle = (act: () => void) => {
      request.removeAllListeners('data').off('end', onEnd).off('close', onCut)
      act()
    }
    const onEnd = () => settle(() => resolve(Buffer.concat(chunks, length)))
    const onCut = () => settle(() => reject(cut()))
    request.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length > maxJsonBytes) settle(() => reject(tooLarge()))
      else chunks.push(chunk)
    })
    request.once('end', onEnd)
    request.once('close', onCut)
  })
}
