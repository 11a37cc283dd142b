import { createServer, type IncomingMessage } from 'node:http'
import { expect, test } from '@jest/globals'
import { createLogger } from '@timesheets/runtime/logger'
import { createForward } from '../src/forward.ts'
import { identitySecret, listen } from './started.ts'

const identity = { client: 'c', person: 'p', scopes: [] }

/** A way to a service that answers its first request, and does to the others on the same connection what is said. */
async function startWay(misbehave: (request: IncomingMessage, count: number) => boolean) {
  const targets: string[] = []
  const counts = new WeakMap<object, number>()
  const service = createServer((request, response) => {
    targets.push(`${request.method} ${request.url}`)
    const count = (counts.get(request.socket) ?? 0) + 1
    counts.set(request.socket, count)
    if (misbehave(request, count)) request.socket.resetAndDestroy()
    else request.resume().once('end', () => response.end('{}'))
  })
  const options = { serviceUrl: await listen(service), serviceTimeoutMs: 10_000, identitySecret }
  const { forward } = createForward(options, createLogger('test', 'silent'))
  const url = await listen(
    createServer((request, response) => void forward(request, response, identity, 'id')),
  )
  return { url, targets }
}

test('a GET that met a connection closed while idle is asked again', async () => {
  const { url, targets } = await startWay((_request, count) => count > 1)
  expect((await fetch(`${url}/a`)).status).toBe(200)
  expect((await fetch(`${url}/b`)).status).toBe(200)
  expect(targets).toEqual(['GET /a', 'GET /b', 'GET /b'])
})

test('but not without end, and not on a new connection', async () => {
  const { url, targets } = await startWay((request) => request.url === '/b')
  expect((await fetch(`${url}/a`)).status).toBe(200)
  expect((await fetch(`${url}/b`)).status).toBe(502)
  expect(targets).toEqual(['GET /a', 'GET /b', 'GET /b'])
  expect((await fetch(`${url}/b`)).status).toBe(502)
  expect(targets).toHaveLength(4)
})

test.each(['POST', 'PUT', 'PATCH', 'DELETE'])('a %s is not', async (method) => {
  const { url, targets } = await startWay((_request, count) => count > 1)
  expect((await fetch(`${url}/a`)).status).toBe(200)
  expect((await fetch(`${url}/b`, { method })).status).toBe(502)
  expect(targets).toEqual(['GET /a', `${method} /b`])
})
