import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { request } from 'node:http'
import { createInterface } from 'node:readline'
import { readPeakMegabytes } from '../gateway/process-usage.ts'

/** What the client is asked to send, as JSON in its only argument. */
export interface StreamLoad {
  readonly url: string
  readonly token: string
  readonly file: string
}

/** What it prints. */
export interface StreamResult {
  readonly seconds: number
  readonly summary: Readonly<Record<string, number>>
  readonly peakMegabytes: number
}

/** Uploads a file as a stream, and reads the response meanwhile. A process of its own. */
async function run({ url, token, file }: StreamLoad): Promise<StreamResult> {
  const startedAt = performance.now()
  const outgoing = request(`${url}/timesheets/upload`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson' },
  })
  createReadStream(file, { highWaterMark: 64 * 1024 }).pipe(outgoing)
  const [response] = await once(outgoing, 'response')
  let last = ''
  for await (const line of createInterface({ input: response })) last = line
  const { summary } = JSON.parse(last)
  if (response.statusCode !== 200 || summary === undefined) throw new Error(`${response.statusCode} ${last}`)
  return {
    seconds: (performance.now() - startedAt) / 1000,
    summary,
    peakMegabytes: readPeakMegabytes(process.pid),
  }
}

if (import.meta.main)
  console.log(JSON.stringify(await run(JSON.parse(process.argv[2] ?? '{}') as StreamLoad)))
