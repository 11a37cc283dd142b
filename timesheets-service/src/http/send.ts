import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { endAfterRequest, isHeardOut } from '@timesheets/runtime/answer'

/** A client that takes nothing for so long is cut. */
const defaultStalledMs = 30_000
/** What is waited for at a time: a slow client need only take so much in that time. */
const maxSliceBytes = 64 * 1024

/** Answers with a text that is there already. */
export function sendText(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  text: string,
  headers: OutgoingHttpHeaders = {},
): void {
  response.writeHead(status, {
    ...headers,
    ...lastOfItsConnection(request),
    'content-length': Buffer.byteLength(text),
  })
  response.write(text)
  endAfterRequest(request, response)
}

/**
 * Answers with text as it comes, at the pace of the client, and asks for no more of it once the client has left. What
 * fails before the first text is thrown with nothing sent; what fails later leaves half an answer, to be cut.
 */
export async function sendStream(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  chunks: AsyncIterable<string>,
  headers: OutgoingHttpHeaders = {},
  { stalledMs = defaultStalledMs } = {},
): Promise<void> {
  const begin = () => {
    if (!response.headersSent) response.writeHead(status, { ...headers, ...lastOfItsConnection(request) })
  }
  for await (const chunk of chunks) {
    if (response.destroyed) return
    begin()
    if (!(await isTaken(response, Buffer.from(chunk), stalledMs))) return
  }
  begin()
  endAfterRequest(request, response)
}

/** @returns false where the client has left, or was cut */
async function isTaken(response: ServerResponse, bytes: Buffer, stalledMs: number): Promise<boolean> {
  for (let start = 0; start < bytes.length; start += maxSliceBytes) {
    if (!response.write(bytes.subarray(start, start + maxSliceBytes))) await drained(response, stalledMs)
    if (response.destroyed) return false
  }
  return true
}

/** Until the client has taken what was written, or has left, or is cut. */
function drained(response: ServerResponse, stalledMs: number): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      clearTimeout(timer)
      response.off('drain', settle).off('close', settle)
      resolve()
    }
    const timer = setTimeout(() => response.destroy(), stalledMs)
    response.on('drain', settle).on('close', settle)
  })
}

/** A request that is not through yet is the last one of its connection. */
function lastOfItsConnection(request: IncomingMessage): OutgoingHttpHeaders {
  return isHeardOut(request) ? {} : { connection: 'close' }
}
