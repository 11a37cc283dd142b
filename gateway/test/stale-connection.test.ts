import { createServer, type IncomingMessage } from 'node:http'
import { expect, test } from '@jest/globals'
import { listen, startProxy } from './gateway-fixture.ts'

/** A proxy to a service that resets a connection where the test says so; `count` numbers the requests of the connection. */
async function startProxyTo(isReset: (request: IncomingMessage, count: number) => boolean) {
  const targets: string[] = []
  const counts = new WeakMap<object, number>()
  const service = createServer((request, response) => {
    targets.push(`${request.method} ${request.url}`)
    const count = (counts.get(request.socket) ?? 0) + 1
    counts.set(request.socket, count)
    if (isReset(request, count)) request.socket.resetAndDestroy()
    else request.resume().once('end', () => response.end('{}'))
  })
  return { url: await startProxy(await listen(service)), targets }
}

test('repeats a GET once whose idle connection was closed', async () => {
  const { url, targets } = await startProxyTo((_request, count) => count > 1)
  expect((await fetch(`${url}/a`)).status).toBe(200)
  expect((await fetch(`${url}/b`)).status).toBe(200)
  expect(targets).toEqual(['GET /a', 'GET /b', 'GET /b'])
})

test('does not repeat a GET twice, or on a new connection', async () => {
  const { url, targets } = await startProxyTo((request) => request.url === '/b')
  expect((await fetch(`${url}/a`)).status).toBe(200)
  expect((await fetch(`${url}/b`)).status).toBe(502)
  expect(targets).toEqual(['GET /a', 'GET /b', 'GET /b'])
  expect((await fetch(`${url}/b`)).status).toBe(502)
  expect(targets).toHaveLength(4)
})

test.each(['POST', 'PUT', 'PATCH', 'DELETE'])('does not repeat a %s', async (method) => {
  const { url, targets } = await startProxyTo((_request, count) => count > 1)
  expect((await fetch(`${url}/a`)).status).toBe(200)
  expect((await fetch(`${url}/b`, { method })).status).toBe(502)
  expect(targets).toEqual(['GET /a', `${method} /b`])
})
