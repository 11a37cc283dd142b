import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { serializeConnections } from './serial-connections.ts'

/** Connection and turn of the event loop of each request, in the order in which they started. */
const started: { readonly socket: Socket; readonly turn: number }[] = []
let turn = 0
let turns: NodeJS.Immediate
const countTurns = () => {
  turn++
  turns = setImmediate(countTurns)
}

const server = createServer(
  serializeConnections(({ socket }, response) => {
    started.push({ socket, turn })
    response.end('ok')
  }),
)

beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  countTurns()
})

afterAll(() => {
  clearImmediate(turns)
  server.closeAllConnections()
  server.close()
})

/** Sends pipelined requests, the last of which closes the connection, and returns all that is received. */
async function pipeline(count: number): Promise<string> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const request = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'
  socket.write(request.repeat(count - 1) + request.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'))
  let received = ''
  socket.on('data', (data) => {
    received += data
  })
  await once(socket, 'close')
  return received
}

test('starts one pipelined request of all connections in a turn, in which Node accepts one connection', async () => {
  const responses = await Promise.all(Array.from({ length: 10 }, () => pipeline(20)))
  for (const text of responses) expect(text.match(/HTTP\/1\.1 200/g)).toHaveLength(20)
  const connections = new Set<Socket>()
  const heldByTurn = new Map<number, number>()
  for (const each of started) {
    if (connections.has(each.socket)) heldByTurn.set(each.turn, (heldByTurn.get(each.turn) ?? 0) + 1)
    connections.add(each.socket)
  }
  expect(connections.size).toBe(10)
  expect(Math.max(...heldByTurn.values())).toBe(1)
})
