import { randomUUID } from 'node:crypto'
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { ProblemError } from '@timesheets/contracts/problem'
import { requestIdHeader } from '../identity.ts'

/** Time for a client to read the response before its connection is destroyed. */
const lingerMs = 1000

/**
 * Responds to bytes that are not HTTP, for which node:http creates no request and would send a response without a body.
 */
export class ClientErrorHandler {
  readonly #pending = new WeakMap<Duplex, Map<ServerResponse, IncomingMessage>>()
  readonly #ended = new WeakSet<Duplex>()

  /** Remembers which responses are still to be sent on a connection. */
  track(request: IncomingMessage, response: ServerResponse): void {
    const pending = this.#pending.get(request.socket) ?? new Map()
    this.#pending.set(request.socket, pending.set(response, request))
    response.once('close', () => pending.delete(response))
  }

  /**
   * Handles the event `clientError`. A client matches responses to requests by their order (RFC 9112, section 9.3.2).
   * If a 400 overtook the response to an upload, the client would believe that nothing was stored. So pending responses
   * are sent first, and then the connection ends. A request that can no longer be received completely is cut.
   */
  handle(error: NodeJS.ErrnoException, socket: Duplex): void {
    if (this.#ended.has(socket)) return
    const pending = this.#pending.get(socket) ?? new Map<ServerResponse, IncomingMessage>()
    // node:http emits a request with unknown framing before it reports the error; nothing has processed it yet.
    if (error.code === 'HPE_INVALID_TRANSFER_ENCODING' && pending.size === 1) pending.clear()
    if (!socket.writable || [...pending.values()].some((request) => !request.complete)) {
      socket.destroy(error)
      return
    }
    this.#ended.add(socket)
    const last = [...pending.keys()].at(-1)
    if (last === undefined) end(socket, buildResponse(error.code))
    else {
      if (!last.headersSent) last.setHeader('connection', 'close')
      last.once('close', () => end(socket))
    }
  }
}

function end(socket: Duplex, response = ''): void {
  socket.end(response)
  setTimeout(() => socket.destroy(), lingerMs).unref()
}

function buildResponse(code: string | undefined): string {
  const requestId = randomUUID()
  const problem = toProblem(code)
  const body = JSON.stringify(problem.toProblem(requestId))
  const lines = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    'content-type: application/problem+json',
    'cache-control: no-store',
    `${requestIdHeader}: ${requestId}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ]
  return `${lines.join('\r\n')}\r\n\r\n${body}`
}

/** The statuses that node:http itself would send. */
function toProblem(code: string | undefined): ProblemError {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new ProblemError('head-too-large', 'The request line and headers are too long; shorten them')
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new ProblemError('too-large', 'The chunk extensions are too long; leave them out')
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new ProblemError('request-timeout', 'The request was not received in time; send it again')
    default:
      return new ProblemError('invalid-request', 'The request is not HTTP/1.1 (RFC 9112)')
  }
}
