import { createServer as createTcpServer } from 'node:net'
import { expect, test } from '@jest/globals'
import { ProblemError } from '@timesheets/contracts/problem'
import { answerProblem } from '@timesheets/runtime/answer'
import { createLogger } from '@timesheets/runtime/logger'
import { listen, startAll, startGateway } from './started.ts'
import { parseAnswer, uploadHead, Wire } from './wire.ts'

const megabytes = 50
const chunk = Buffer.alloc(64 * 1024, 'x')
const chunksOf = (bytes: number) => Math.ceil(bytes / chunk.length)
const total = megabytes * 1024 * 1024
const silent = createLogger('service', 'silent')

/** Sends a head and then 50 MB whatever comes back, as many clients do; gives what came back, and how it ended. */
async function sendAll(url: string, head: string, isChunked: boolean) {
  const wire = new Wire(url)
  await wire.send(head)
  for (let i = 0; i < chunksOf(total); i++) {
    if (isChunked) await wire.send(`${chunk.length.toString(16)}\r\n`)
    if (!(await wire.send(chunk))) throw new Error(`cut after ${i} chunks; received: ${wire.text}`)
    if (isChunked) await wire.send('\r\n')
  }
  if (isChunked) await wire.send('0\r\n\r\n')
  return parseAnswer(await wire.untilClosed())
}

const framings = [
  ['with its length', `Content-Length: ${total}`],
  ['in chunks', 'Transfer-Encoding: chunked'],
] as const

test.each(framings)(
  'of the gateway reach a client that is still sending 50 MB %s',
  async (_name, framing) => {
    const gateway = await startAll()
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
    expect(gateway.upstream.arrivals).toHaveLength(0)
  },
)

test.each(framings)(
  'of the service reach a client that is still sending 50 MB %s',
  async (_name, framing) => {
    for (const slug of ['too-large', 'unsupported-media-type'] as const) {
      const gateway = await startAll((request, response) => {
        request.removeAllListeners('data')
        answerProblem(request, response, new ProblemError(slug, 'no'), 'id', silent)
      })
      const head = uploadHead(await gateway.issuer.token(), [framing])
      const answer = await sendAll(gateway.url, head, framing.includes('chunked'))
      expect([413, 415]).toContain(answer.status)
      expect(answer.headers.connection).toBe('close')
      expect(JSON.parse(answer.body)).toMatchObject({ type: `/problems/${slug}` })
    }
  },
)

test('are there before the client has sent the rest, or has to', async () => {
  const gateway = await startAll((request, response) => {
    request.removeAllListeners('data')
    answerProblem(request, response, new ProblemError('too-large', 'no'), 'id', silent)
  })
  for (const [token, status] of [
    [await gateway.issuer.token(), 413],
    ['none', 401],
  ] as const) {
    const wire = new Wire(gateway.url)
    await wire.send(`${uploadHead(token, [`Content-Length: ${total}`])}{"some":"bytes"`)
    const answer = parseAnswer(await wire.until(/\r\n\r\n\{.*\}$/s))
    expect(answer.status).toBe(status)
    wire.reset()
  }
})

test('of a service that closes the connection at once do not disturb the gateway', async () => {
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
  const { issuer } = await startAll()
  const { url } = await startGateway({ issuer, serviceUrl: rude })
  const token = await issuer.token()
  for (let i = 0; i < 5; i++) {
    const answer = await sendAll(url, uploadHead(token, [`Content-Length: ${total}`]), false)
    // Its reset may overtake its answer; then the gateway says that the service broke.
    expect([413, 502]).toContain(answer.status)
    expect(JSON.parse(answer.body)).toMatchObject({ status: answer.status })
  }
})

test('leave the connection usable where the whole request was read', async () => {
  const gateway = await startAll()
  const wire = new Wire(gateway.url)
  await wire.send('GET /none HTTP/1.1\r\nHost: x\r\n\r\n')
  await wire.until(/404.*\}$/s)
  await wire.send('GET /other HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  expect((await wire.untilClosed()).match(/HTTP\/1\.1 404/g)).toHaveLength(2)
})

test('are followed by no endless reading: past a cap the connection ends', async () => {
  const gateway = await startAll()
  const wire = new Wire(gateway.url)
  await wire.send(uploadHead('none', ['Transfer-Encoding: chunked']))
  let sent = 0
  const piece = Buffer.concat([Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n')])
  while (await wire.send(piece)) sent++
  expect(parseAnswer(wire.text).status).toBe(401)
  expect(sent).toBeGreaterThan(chunksOf(64 * 1024 * 1024) - 1)
})
