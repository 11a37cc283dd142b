import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { ProblemError } from '@timesheets/contracts/problem'

/** How long a client may take to read why its connection ends. */
const lingerMs = 1000

/** Answers bytes that are no HTTP, of which node:http makes no request. Without it their answer would be bare. */
export class MalformedRequests {
  readonly #pending = new WeakMap<Duplex, Map<ServerResponse, IncomingMessage>>()
  readonly #ended = new WeakSet<Duplex>()

  /** Keeps in mind which answers a connection still owes. */
  observe(request: IncomingMessage, response: ServerResponse): void {
    const pending = this.#pending.get(request.socket) ?? new Map()
    this.#pending.set(request.socket, pending.set(response, request))
    response.once('close', () => pending.delete(response))
  }

  /**
   * For `clientError`. A client reads answers in the order of its requests (RFC 9112, section 9.3.2), so a 400 that
   * overtakes an answer would be taken for it: "nothing was done" where something was. What is owed is answered
   * first, and then the connection ends; a request that can come to no end any more is cut.
   */
  refuse(error: NodeJS.ErrnoException, socket: Duplex): void {
    if (this.#ended.has(socket)) return
    const pending = this.#pending.get(socket) ?? new Map<ServerResponse, IncomingMessage>()
    // Of a request whose framing is not known, node:http tells before its body; nothing takes such a one for whole.
    if (error.code === 'HPE_INVALID_TRANSFER_ENCODING' && pending.size === 1) pending.clear()
    if (!socket.writable || [...pending.values()].some((request) => !request.complete)) {
      socket.destroy(error)
      return
    }
    this.#ended.add(socket)
    const last = [...pending.keys()].at(-1)
    if (last === undefined) end(socket, answerTo(error.code))
    else {
      if (!last.headersSent) last.setHeader('connection', 'close')
      last.once('close', () => end(socket))
    }
  }
}

function end(socket: Duplex, answer = ''): void {
  socket.end(answer)
  setTimeout(() => socket.destroy(), lingerMs).unref()
}

function answerTo(code: string | undefined): string {
  const status = statusOf(code)
  const problem =
    status === 400
      ? new ProblemError('invalid-request', 'The request is not HTTP/1.1 as RFC 9112 has it').toProblem()
      : { type: 'about:blank', title: STATUS_CODES[status], status }
  const body = JSON.stringify(problem)
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/problem+json',
    'cache-control: no-store',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ]
  return `${lines.join('\r\n')}\r\n\r\n${body}`
}

/** As node:http would answer by itself. */
function statusOf(code: string | undefined): number {
  if (code === 'HPE_HEADER_OVERFLOW') return 431
  if (code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW') return 413
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 408
  return 400
}
