import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** How many parsed requests of all connections may wait for the one before them; one read (64 KB) delivers at most 3640. */
const maxHeld = 4096

interface Connection {
  isBusy: boolean
  /** Requests that were sent without waiting for the response to the one before (pipelining). */
  readonly held: [IncomingMessage, ServerResponse][]
}

/**
 * Runs one request of a connection at a time, in order (RFC 9112, section 9.3.2). Node emits each pipelined request at once,
 * so a connection could start thousands. While requests are held, the socket is not read; what one read delivers is parsed
 * to its end, so the number of held requests is bounded too, and a connection that exceeds it is closed.
 */
export function serializeConnections(listener: RequestListener): RequestListener {
  const connections = new WeakMap<Socket, Connection>()
  let heldCount = 0

  const hold = (socket: Socket, connection: Connection, pair: [IncomingMessage, ServerResponse]) => {
    if (heldCount >= maxHeld) {
      socket.destroy()
      return
    }
    if (connection.held.length === 0) stopReading(socket)
    connection.held.push(pair)
    heldCount++
  }

  /** What starts a held request, of the connections whose turn it is. */
  const waiting: (() => void)[] = []

  /**
   * Starts one held request in each turn of the event loop, of all connections. Node accepts one new connection in a turn, so
   * pipelined requests that made turns long would keep others from connecting.
   */
  const startNext = () => {
    const start = waiting.shift()!
    if (waiting.length > 0) setImmediate(startNext)
    start()
  }

  const startInTurn = (start: () => void) => {
    waiting.push(start)
    if (waiting.length === 1) setImmediate(startNext)
  }

  const run = (
    socket: Socket,
    connection: Connection,
    [request, response]: [IncomingMessage, ServerResponse],
  ) => {
    connection.isBusy = true
    response.once('close', () => {
      connection.isBusy = false
      const next = connection.held.shift()
      if (next === undefined) return
      heldCount--
      if (connection.held.length === 0) startReading(socket)
      connection.isBusy = true
      startInTurn(() => run(socket, connection, next))
    })
    listener(request, response)
  }

  const connect = (socket: Socket): Connection => {
    const connection: Connection = { isBusy: false, held: [] }
    connections.set(socket, connection)
    socket.once('close', () => {
      heldCount -= connection.held.length
      connection.held.length = 0
    })
    return connection
  }

  return (request, response) => {
    const { socket } = request
    if (socket.destroyed) return
    const connection = connections.get(socket) ?? connect(socket)
    if (connection.isBusy) hold(socket, connection, [request, response])
    else run(socket, connection, [request, response])
  }
}

/** Stops reading. Node resumes a socket each time a body is read, so `resume` is disabled too. */
function stopReading(socket: Socket): void {
  socket.resume = () => socket
  socket.pause()
}

function startReading(socket: Socket): void {
  Reflect.deleteProperty(socket, 'resume')
  socket.resume()
}
