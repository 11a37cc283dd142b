import { isUtf8 } from 'node:buffer'
import { ProblemError } from '@timesheets/contracts/problem'
import { maxRejectionBytes, type RejectionBody, rejectionBodySchema } from '@timesheets/contracts/sync-run'
import { ndjson } from '@timesheets/contracts/upload'
import { parseOrThrow } from '@timesheets/contracts/validation'
import { hasBody } from '@timesheets/runtime/http/early-response'
import { sendContinue } from '@timesheets/runtime/http/expect-continue'
import type { Request, Response } from 'express'
import { bodyMediaType } from './media-type.ts'
import { type Line, readLines } from './ndjson-lines.ts'
import { bodyEncoding, readBody } from './request-body.ts'

/** Lines that are stored together: at most some 2 MB. */
const maxLinesPerChunk = 500

/** How long to wait for the next bytes. */
const idleMs = 30_000

/**
 * Reads rejections, one per line, in chunks. An invalid line ends the reading; the chunks before it have been read.
 * @throws {ProblemError} `unsupported-media-type`, `too-large`, `malformed-json`, `invalid-body`, `invalid-request`
 */
export async function* readRejections(
  request: Request,
  response: Response,
  { maxInflateRatio }: { readonly maxInflateRatio: number },
): AsyncGenerator<readonly RejectionBody[]> {
  bodyMediaType(request, [ndjson])
  bodyEncoding(request)
  if (!hasBody(request)) return
  sendContinue(request, response)
  const body = readBody(request, { maxInflateRatio, waitMs: () => idleMs, tooSlow })
  let chunk: RejectionBody[] = []
  let number = 0
  for await (const lines of readLines(body, maxRejectionBytes)) {
    for (const line of lines) {
      number++
      chunk.push(parseLine(line, number))
      if (chunk.length < maxLinesPerChunk) continue
      yield chunk
      chunk = []
    }
  }
  yield chunk
}

/** @param number of the line, starting at 1; empty lines do not count */
function parseLine(line: Line, number: number): RejectionBody {
  if (line === 'too long') {
    throw new ProblemError(
      'too-large',
      `Line ${number} has more than ${maxRejectionBytes} bytes; shorten it`,
      {
        members: { line: number, max_bytes: maxRejectionBytes },
      },
    )
  }
  let value: unknown
  try {
    if (!isUtf8(line)) throw new SyntaxError('The line is not UTF-8')
    value = JSON.parse(line.toString())
  } catch (cause) {
    throw new ProblemError('malformed-json', `Line ${number} is not JSON in UTF-8`, {
      members: { line: number },
      cause,
    })
  }
  try {
    return parseOrThrow(rejectionBodySchema, value, 'invalid-body')
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    const members = { ...error.members, line: number }
    throw new ProblemError('invalid-body', `Line ${number}: ${error.message}`, { members })
  }
}

const tooSlow = () =>
  new ProblemError('invalid-request', `No byte arrived for ${idleMs / 1000} s; send the rejections again`)
