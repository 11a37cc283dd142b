import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'

/** The methods with which Node's parser accepts `RTSP/` instead of `HTTP/`; `SOURCE` is that of `ICE/`. */
const methods = [
  ...['ANNOUNCE', 'DESCRIBE', 'FLUSH', 'GET', 'GET_PARAMETER', 'OPTIONS', 'PAUSE', 'PLAY', 'POST', 'RECORD'],
  ...['REDIRECT', 'SETUP', 'SET_PARAMETER', 'SOURCE', 'TEARDOWN'],
]
const methodAndTarget = `^(?:${methods.join('|')}) +[^ \\r\\n]+ +`
const otherProtocol = new RegExp(`${methodAndTarget}(?:RTSP|ICE)/`)
/** A line that ends after its method, in its target or in the name of its protocol. */
const partOfLine = new RegExp(
  `^(?:${methods.join('|')}) +[^ \\r\\n]*$|${methodAndTarget}(?:RT?|RTSP?|IC?|ICE)?$`,
)

export interface ProtocolFilterLimits {
  /** For the request line. */
  readonly maxLineBytes: number
  /** From the start of a connection to the end of its first head. */
  readonly headTimeoutMs: number
}

/**
 * Refuses connections that begin with a request of RTSP or Icecast. Node's parser accepts both, and does not show the name of the
 * protocol: `GET / RTSP/1.0` would be served as HTTP/1.0. So the first line of each connection is read before Node gets it.
 * Errors are reported as Node does, by the event `clientError` with a code of Node.
 *
 * A `data` listener that stays would show each line, but with one, Node reads up to 64 KiB ahead of a request that waits, for
 * each connection. So the first bytes are put back, and Node reads the rest by itself. The server refuses later requests of
 * version 1.0. A later line with `RTSP/1.1`, a version that does not exist, is still served as HTTP/1.1.
 */
export class ProtocolFilter {
  readonly #server: Server
  readonly #limits: ProtocolFilterLimits
  readonly #serve: (socket: Socket) => void
  /** Connections without a complete first line. */
  readonly #unread = new Set<Socket>()
  /**
   * Connections without a request, each with a function that stops its time limit. Node's own limit begins when Node gets the
   * connection, which is late if the first line is slow.
   */
  readonly #waiting = new Map<Socket, () => void>()

  /** Takes the place of the listener with which Node serves a connection. */
  constructor(server: Server, limits: ProtocolFilterLimits) {
    const [serve, ...others] = server.listeners('connection')
    if (serve === undefined || others.length > 0)
      throw new Error('The server must have one listener for connections, which is that of Node')
    this.#server = server
    this.#limits = limits
    this.#serve = (socket) => serve.call(server, socket)
    server.removeAllListeners('connection')
    server.on('connection', (socket) => this.#readLine(socket))
  }

  /** Whether a request is the first one of its connection. Must be called for each request, once. */
  isFirst(request: IncomingMessage): boolean {
    const forget = this.#waiting.get(request.socket)
    forget?.()
    return forget !== undefined
  }

  /** Closes connections that have not sent their first line. */
  close(): void {
    for (const socket of this.#unread) socket.destroy()
  }

  #readLine(socket: Socket): void {
    let received: Buffer | undefined
    const read = (chunk: Buffer) => {
      received = trimStart(received === undefined ? chunk : Buffer.concat([received, chunk]))
      const isOther = isOtherProtocol(received)
      if (isOther === true) fail('HPE_INVALID_CONSTANT')
      else if (isOther === false) pass(received)
      else if (received.length > this.#limits.maxLineBytes) fail('HPE_HEADER_OVERFLOW')
    }
    const end = () => {
      if (received === undefined || received.length === 0) socket.end()
      else fail('HPE_INVALID_EOF_STATE')
    }
    const stop = () => {
      received = undefined
      this.#unread.delete(socket)
      socket.off('data', read).off('end', end)
    }
    const pass = (bytes: Buffer) => {
      stop()
      // In the same turn, so that Node reads no byte before these.
      this.#serve(socket)
      socket.off('error', ignore) // Node listens now
      socket.unshift(bytes)
    }
    const fail = (code: string) => {
      stop()
      forget()
      this.#server.emit('clientError', Object.assign(new Error(code), { code }), socket)
    }
    const timer = setTimeout(() => fail('ERR_HTTP_REQUEST_TIMEOUT'), this.#limits.headTimeoutMs)
    const forget = () => {
      clearTimeout(timer)
      this.#unread.delete(socket)
      this.#waiting.delete(socket)
      socket.off('close', forget)
    }
    this.#unread.add(socket)
    this.#waiting.set(socket, forget)
    socket.on('data', read).on('end', end).on('error', ignore).on('close', forget)
  }
}

/** A client that leaves is no error. */
function ignore(): void {}

/** Removes empty lines before the request line (RFC 9112, section 2.2). */
function trimStart(bytes: Buffer): Buffer {
  let start = 0
  while (bytes[start] === 13 || bytes[start] === 10) start++
  return start === 0 ? bytes : bytes.subarray(start)
}

/** Returns undefined as long as more bytes are needed. */
function isOtherProtocol(bytes: Buffer): boolean | undefined {
  const lineEnd = bytes.indexOf('\n')
  const line = bytes.toString('latin1', 0, lineEnd === -1 ? bytes.length : lineEnd + 1)
  if (otherProtocol.test(line)) return true
  return partOfLine.test(line) || methods.some((method) => method.startsWith(line)) ? undefined : false
}
