import { createServer as createTcpServer } from 'node:net'
import { expect, test } from '@jest/globals'
import { ProblemError, type ProblemSlug } from '@timesheets/contracts/problem'
import { earlyResponse } from '@timesheets/runtime/http/early-response'
import { createExpressApp } from '@timesheets/runtime/http/express-app'
import { problemHandler } from '@timesheets/runtime/http/problem-handler'
import { createLogger } from '@timesheets/runtime/logger'
import { listen, startGateway, startStack } from './gateway-fixture.ts'
import { parseResponse, RawConnection, uploadHead } from './raw-connection.ts'

const megabytes = 50
const chunk = Buffer.alloc(64 * 1024, 'x')
const countChunks = (bytes: number) => Math.ceil(bytes / chunk.length)
const total = megabytes * 1024 * 1024

/** A service that rejects each request before it reads the body. */
const rejectWith = (slug: ProblemSlug) =>
  createExpressApp()
    .use(earlyResponse)
    .use(() => {
      throw new ProblemError(slug, 'no')
    })
    .use(problemHandler(createLogger('service', 'silent')))

/** Sends a head and then 50 MB whatever comes back, as many clients do; gives what came back, and how it ended. */
async function sendAll(url: string, head: string, isChunked: boolean) {
  const connection = new RawConnection(url)
  await connection.send(head)
  for (let i = 0; i < countChunks(total); i++) {
    if (isChunked) await connection.send(`${chunk.length.toString(16)}\r\n`)
    if (!(await connection.send(chunk)))
      throw new Error(`cut after ${i} chunks; received: ${connection.text}`)
    if (isChunked) await connection.send('\r\n')
  }
  if (isChunked) await connection.send('0\r\n\r\n')
  return parseResponse(await connection.readToEnd())
}

const framings = [
  ['with its length', `Content-Length: ${total}`],
  ['in chunks', 'Transfer-Encoding: chunked'],
] as const

test.each(framings)(
  'a response of the gateway reaches a client that is still sending 50 MB %s',
  async (_name, framing) => {
    const gateway = await startStack()
    const [good, weak] = [
      await gateway.issuer.token(),
      await gateway.issuer.token({ claims: { scope: 'x' } }),
    ]
    const heads: [number, string][] = [
      [401, uploadHead('none', [framing])],
      [403, uploadHead(weak, [framing])],
      [404, uploadHead(good, [framing]).replace('/timesheets/upload', '/none')],
      [401, uploadHead('none', [framing, 'Expect: 100-continue'])],
    ]
    for (const [status, head] of heads) {
      const answer = await sendAll(gateway.url, head, framing.includes('chunked'))
      expect(answer.status).toBe(status)
      expect(answer.headers.connection).toBe('close')
      expect(JSON.parse(answer.body)).toMatchObject({ status })
    }
    expect(gateway.service.requests).toHaveLength(0)
  },
)

test.each(framings)(
  'a response of the service reaches a client that is still sending 50 MB %s',
  async (_name, framing) => {
    for (const slug of ['too-large', 'unsupported-media-type'] as const) {
      const gateway = await startStack(rejectWith(slug))
      const head = uploadHead(await gateway.issuer.token(), [framing])
      const answer = await sendAll(gateway.url, head, framing.includes('chunked'))
      expect([413, 415]).toContain(answer.status)
      expect(answer.headers.connection).toBe('close')
      expect(JSON.parse(answer.body)).toMatchObject({ type: `/problems/${slug}` })
    }
  },
)

test('a response arrives before the client sends the rest', async () => {
  const gateway = await startStack(rejectWith('too-large'))
  for (const [token, status] of [
    [await gateway.issuer.token(), 413],
    ['none', 401],
  ] as const) {
    const connection = new RawConnection(gateway.url)
    await connection.send(`${uploadHead(token, [`Content-Length: ${total}`])}{"some":"bytes"`)
    const answer = parseResponse(await connection.waitFor(/\r\n\r\n\{.*\}$/s))
    expect(answer.status).toBe(status)
    connection.reset()
  }
})

test('a service that closes the connection with its response does not disturb the gateway', async () => {
  const body = '{"status":413}'
  const rude = await listen(
    createTcpServer((socket) => {
      socket.on('error', () => undefined)
      socket.once('data', () => {
        const head = `HTTP/1.1 413 Content Too Large\r\nContent-Type: application/problem+json\r\n`
        socket.write(`${head}Content-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`)
        socket.destroySoon()
      })
    }),
  )
  const { issuer } = await startStack()
  const { url } = await startGateway({ issuer, serviceUrl: rude })
  const token = await issuer.token()
  for (let i = 0; i < 5; i++) {
    const answer = await sendAll(url, uploadHead(token, [`Content-Length: ${total}`]), false)
    // Its reset may overtake its answer; then the gateway says that the service broke.
    expect([413, 502]).toContain(answer.status)
    expect(JSON.parse(answer.body)).toMatchObject({ status: answer.status })
  }
})

test('keeps the connection where the whole request was read', async () => {
  const gateway = await startStack()
  const connection = new RawConnection(gateway.url)
  await connection.send('GET /none HTTP/1.1\r\nHost: x\r\n\r\n')
  await connection.waitFor(/404.*\}$/s)
  await connection.send('GET /other HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  expect((await connection.readToEnd()).match(/HTTP\/1\.1 404/g)).toHaveLength(2)
})

test('closes the connection once the cap of discarded bytes is reached', async () => {
  const gateway = await startStack()
  const connection = new RawConnection(gateway.url)
  await connection.send(uploadHead('none', ['Transfer-Encoding: chunked']))
  let sent = 0
  const piece = Buffer.concat([Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n')])
  while (await connection.send(piece)) sent++
  expect(parseResponse(connection.text).status).toBe(401)
  expect(sent).toBeGreaterThan(countChunks(64 * 1024 * 1024) - 1)
})
