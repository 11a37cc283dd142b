import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'

/** What the load generator is asked to send, as JSON in its only argument. */
export interface Load {
  readonly port: number
  readonly connections: number
  /** How many requests to send, on all connections together. */
  readonly count: number
  readonly method: 'GET' | 'POST'
  readonly path: string
  /** The body, or the length of one without meaning. */
  readonly body?: string
  readonly bodyBytes?: number
  /** Default: 200. */
  readonly expectedStatus?: number
  /** A file with an access token in each line; they are used in turn. */
  readonly tokensFile: string
}

/** What it prints. */
export interface LoadResult {
  readonly requests: number
  readonly failures: number
  readonly seconds: number
  readonly p50Ms: number
  readonly p99Ms: number
}

/**
 * Sends requests over raw sockets, each connection one after the other, which costs less CPU than any HTTP client. Each
 * response must have a Content-Length. A process of its own.
 */
async function run(load: Load): Promise<LoadResult> {
  const body = load.body ?? `{"pad":"${'x'.repeat(Math.max(0, (load.bodyBytes ?? 0) - 10))}"}`
  const expectedStart = Buffer.from(`HTTP/1.1 ${load.expectedStatus ?? 200}`)
  const requests = readFileSync(load.tokensFile, 'utf8')
    .trim()
    .split('\n')
    .map((token) => Buffer.from(formatRequest(load, token, body), 'latin1'))
  const times: number[] = []
  let failures = 0
  let next = 0
  const startedAt = performance.now()

  await Promise.all(
    Array.from({ length: load.connections }, async () => {
      const socket = connect(load.port, '127.0.0.1').setNoDelay(true)
      await once(socket, 'connect')
      let received = Buffer.alloc(0)
      let sentAt = 0
      const send = () => {
        sentAt = performance.now()
        socket.write(requests[next++ % requests.length]!)
      }
      const ended = new Promise<void>((resolve, reject) => {
        socket.once('close', resolve).once('error', reject)
      })
      socket.on('data', (chunk) => {
        received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
        const end = findEnd(received)
        if (end === undefined || received.length < end) return
        times.push(performance.now() - sentAt)
        if (!received.subarray(0, 12).equals(expectedStart)) failures++
        received = received.subarray(end)
        if (next < load.count) send()
        else socket.destroy()
      })
      send()
      await ended
    }),
  )

  const seconds = (performance.now() - startedAt) / 1000
  times.sort((a, b) => a - b)
  const quantile = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0
  return { requests: times.length, failures, seconds, p50Ms: quantile(0.5), p99Ms: quantile(0.99) }
}

function formatRequest(load: Load, token: string, body: string): string {
  const head = [
    `${load.method} ${load.path} HTTP/1.1`,
    'Host: api.exampleco.com',
    'User-Agent: bench',
    'Accept: application/json',
    `Authorization: Bearer ${token}`,
  ]
  if (load.method === 'GET') return `${head.join('\r\n')}\r\n\r\n`
  head.push('Content-Type: application/json', `Content-Length: ${body.length}`)
  return `${head.join('\r\n')}\r\n\r\n${body}`
}

/** The length of the first response, as soon as its head has arrived. */
function findEnd(received: Buffer): number | undefined {
  const headEnd = received.indexOf('\r\n\r\n')
  if (headEnd < 0) return undefined
  const length = /\r\ncontent-length: *(\d+)/i.exec(received.toString('latin1', 0, headEnd))?.[1]
  if (length === undefined) throw new Error(`no Content-Length in ${received.toString('latin1', 0, headEnd)}`)
  return headEnd + 4 + Number(length)
}

if (import.meta.main) console.log(JSON.stringify(await run(JSON.parse(process.argv[2] ?? '{}') as Load)))
