import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { ProblemError } from '@timesheets/contracts/problem'

/** How long a client may take to read why its connection ends. */
const lingerMs = 1000

/** Answers bytes that are no HTTP, of which node:http makes no request. Without it their answer would be bare. */
export class MalformedRequests {
  readonly #answers = new WeakMap<Duplex, Set<ServerResponse>>()
  readonly #ended = new WeakSet<Duplex>()

  /** Keeps in mind which answers a connection is busy with. */
  observe(request: IncomingMessage, response: ServerResponse): void {
    const answers = this.#answers.get(request.socket) ?? new Set()
    this.#answers.set(request.socket, answers.add(response))
    response.once('close', () => answers.delete(response))
  }

  /** For `clientError`: a problem where nothing of an answer is out yet, else a cut. */
  refuse(error: NodeJS.ErrnoException, socket: Duplex): void {
    if (this.#ended.has(socket)) return
    const isAnswering = [...(this.#answers.get(socket) ?? [])].some((response) => response.headersSent)
    if (!socket.writable || isAnswering) {
      socket.destroy(error)
      return
    }
    this.#ended.add(socket)
    socket.end(answerTo(error.code))
    setTimeout(() => socket.destroy(), lingerMs).unref()
  }
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
