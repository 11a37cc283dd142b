import { createServer as createHttpServer, type ServerResponse } from 'node:http'
import { createServer, type Socket } from 'node:net'
import { beforeAll, expect, test } from '@jest/globals'
import {
  listen,
  type StartedIssuer,
  startGateway,
  startIssuer,
  startStack,
  uploadPath,
} from './gateway-fixture.ts'
import { exchange, parseResponse, RawConnection, uploadHead } from './raw-connection.ts'

let issuer: StartedIssuer
let token: string

beforeAll(async () => {
  issuer = await startIssuer()
  token = await issuer.token()
})

/** A gateway before a service that does to each connection what the test says, once bytes came. */
async function startBefore(misbehave: (socket: Socket) => void, serviceTimeoutMs = 10_000) {
  const service = await listen(
    createServer((socket) => {
      socket.on('error', () => undefined)
      socket.once('data', () => misbehave(socket))
    }),
  )
  return startGateway({ issuer, serviceUrl: service }, { serviceTimeoutMs })
}

const upload = (url: string) =>
  fetch(url + uploadPath, { method: 'POST', body: '{}', headers: { authorization: `Bearer ${token}` } })

async function expectProblem(answer: Response, status: number, slug: string): Promise<void> {
  expect(answer.status).toBe(status)
  expect(answer.headers.get('content-type')).toBe('application/problem+json')
  expect(await answer.json()).toMatchObject({ type: `/problems/${slug}`, status })
}

test('responds 502 with Retry-After if the service is not there', async () => {
  const server = createServer()
  const gone = await listen(server)
  await new Promise((resolve) => server.close(resolve))
  const { url } = await startGateway({ issuer, serviceUrl: gone })
  const answer = await upload(url)
  expect(answer.headers.get('retry-after')).toBe('1')
  await expectProblem(answer, 502, 'service-unreachable')
})

test.each([
  ['resets', (socket: Socket) => socket.resetAndDestroy()],
  ['closes', (socket: Socket) => socket.end()],
  ['talks no HTTP', (socket: Socket) => socket.end('SSH-2.0-x\r\n')],
  ['breaks off in its head', (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\nContent-')],
  [
    'sends two lengths',
    (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'),
  ],
  ['sends an invalid status', (socket: Socket) => socket.end('HTTP/1.1 042 x\r\nContent-Length: 0\r\n\r\n')],
  [
    'sends a status that is too high',
    (socket: Socket) => socket.end('HTTP/1.1 999 x\r\nContent-Length: 0\r\n\r\n'),
  ],
  [
    'asks for another protocol',
    (socket: Socket) =>
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'),
  ],
  [
    'sends a head that is too long',
    (socket: Socket) => socket.write(`HTTP/1.1 200 OK\r\na: ${'x'.repeat(100_000)}\r\n\r\n`),
  ],
])('responds 502 for a service that %s', async (_name, misbehave) => {
  const { url } = await startBefore(misbehave)
  for (let i = 0; i < 3; i++) await expectProblem(await upload(url), 502, 'service-unreachable')
})

test('responds 502 and never 401 if the service refuses the identity', async () => {
  for (const rest of ['Content-Length: 2\r\n\r\n{}', 'Content-Length: 9\r\n\r\n{}']) {
    const { url } = await startBefore((socket) =>
      socket.end(`HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer\r\n${rest}`),
    )
    const answer = await upload(url)
    expect(answer.headers.get('www-authenticate')).toBeNull()
    await expectProblem(answer, 502, 'service-unreachable')
  }
})

test('responds 504 for a silent service', async () => {
  const { url } = await startBefore(() => undefined, 50)
  await expectProblem(await upload(url), 504, 'service-timeout')
})

/** A gateway before a service that responds to the first request of each connection at once, and to others as the test says. */
async function startBeforeSlow(keepAliveSeconds: number, serviceTimeoutMs: number, delayMs: number) {
  const counts = new WeakMap<Socket, number>()
  const server = createHttpServer({ keepAliveTimeout: keepAliveSeconds * 1000 }, (request, response) => {
    const count = (counts.get(request.socket) ?? 0) + 1
    counts.set(request.socket, count)
    request.resume()
    setTimeout(() => response.end(String(count)), count === 1 ? 0 : delayMs).unref()
  })
  return startGateway({ issuer, serviceUrl: await listen(server) }, { serviceTimeoutMs })
}

test('responds 504 for silence on a connection that was used before', async () => {
  const { url } = await startBeforeSlow(60, 200, 60_000)
  expect(await (await upload(url)).text()).toBe('1')
  await expectProblem(await upload(url), 504, 'service-timeout')
})

test('waits for the service longer than it announces to keep idle connections', async () => {
  // Node closes an idle connection one second before the announced time.
  const { url } = await startBeforeSlow(2, 10_000, 1500)
  expect(await (await upload(url)).text()).toBe('1')
  expect(await (await upload(url)).text()).toBe('2')
})

test('responds 504 for a service that stops reading, while the client is still sending', async () => {
  const { url } = await startBefore((socket) => socket.pause(), 50)
  const connection = new RawConnection(url)
  await connection.send(uploadHead(token, ['Content-Length: 100000000', 'Connection: close']))
  const filling = (async () => {
    while (await connection.send(Buffer.alloc(1_000_000))) if (connection.text !== '') break
  })()
  expect(parseResponse(await connection.waitFor(/\r\n\r\n\{.*\}$/s)).status).toBe(504)
  connection.reset()
  await filling
})

test('does not count a pause of the client as silence of the service', async () => {
  const gateway = await startStack(undefined, { serviceTimeoutMs: 1000 })
  const connection = new RawConnection(gateway.url)
  await connection.send(
    `${uploadHead(await gateway.issuer.token(), ['Content-Length: 4', 'Connection: close'])}{`,
  )
  while (gateway.service.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 10))
  await new Promise((resolve) => setTimeout(resolve, 2500))
  await connection.send('   ')
  expect(parseResponse(await connection.readToEnd()).status).toBe(200)
})

test.each([
  ['resets the connection', (socket: Socket) => socket.resetAndDestroy()],
  ['ends its response too soon', (socket: Socket) => socket.end()],
  ['falls silent', () => undefined],
])('cuts the response of a service that %s in the middle', async (_name, misbehave) => {
  for (const [framing, body] of [
    ['Content-Length: 100', 'half'],
    ['Transfer-Encoding: chunked', '4\r\nhalf\r\n'],
  ]) {
    const { url } = await startBefore((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\n${framing}\r\n\r\n${body}`, () => misbehave(socket))
    }, 1000)
    const answer = await upload(url)
    expect(answer.status).toBe(200)
    await expect(answer.text()).rejects.toThrow()
    const raw = await exchange(url, `${uploadHead(token, ['Content-Length: 2'])}{}`)
    expect(raw.body).toContain('half')
    expect(raw.text).not.toContain('0\r\n\r\n')
    expect(raw.text).not.toContain('problem')
  }
})

test('ends the request to the service when the client leaves', async () => {
  const left = Promise.withResolvers<void>()
  const began = Promise.withResolvers<ServerResponse>()
  const gateway = await startStack((request, response) => {
    request.once('close', () => left.resolve())
    began.resolve(response)
  })
  const connection = new RawConnection(gateway.url)
  await connection.send(`${uploadHead(await gateway.issuer.token(), ['Content-Length: 100'])}half`)
  await began.promise
  connection.reset()
  await left.promise
  expect((await fetch(`${gateway.url}/none`)).status).toBe(404)
})

test('ends the response of the service when the client leaves', async () => {
  const left = Promise.withResolvers<void>()
  const gateway = await startStack((request, response) => {
    request.resume()
    response.writeHead(200).write('half')
    response.once('close', () => left.resolve())
  })
  const connection = new RawConnection(gateway.url)
  await connection.send(`${uploadHead(await gateway.issuer.token(), ['Content-Length: 2'])}{}`)
  await connection.waitFor(/half/)
  connection.reset()
  await left.promise
})

test('never sends a POST twice when the service had closed an idle connection', async () => {
  let requests = 0
  const sockets: Socket[] = []
  const server = createHttpServer((request, response) => {
    request.resume()
    requests++
    if (requests > 1) request.socket.resetAndDestroy()
    else request.on('end', () => response.end('{}'))
  })
  server.on('connection', (socket) => sockets.push(socket))
  const { url } = await startGateway({ issuer, serviceUrl: await listen(server) })
  expect((await upload(url)).status).toBe(200)
  await expectProblem(await upload(url), 502, 'service-unreachable')
  expect(requests).toBe(2)
  expect(sockets).toHaveLength(1)
})
