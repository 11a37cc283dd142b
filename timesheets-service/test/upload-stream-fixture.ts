import { once } from 'node:events'
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http'
import { createInterface } from 'node:readline'
import { expect } from '@jest/globals'
import { type UploadLine, uploadLineSchema } from '@timesheets/contracts/upload'
import { signedHeaders, syncIdentity } from './client.ts'
import { entry, useService } from './service-fixture.ts'

/** The service, with limits of streams that a test can reach. */
export const service = useService({
  UPLOAD_CHUNK_ITEMS: '100',
  UPLOAD_MAX_LINE_BYTES: '4096',
  UPLOAD_IDLE_MS: '1500',
  UPLOAD_STALL_MS: '1000',
  UPLOAD_MAX_INFLATE_RATIO: '50',
})

export const ndjson = { 'content-type': 'application/x-ndjson' }
export const item = (externalId: string, fields: object = {}) =>
  entry({ source: 'harvest', external_id: externalId, ...fields })
export const toLines = (items: readonly unknown[]) =>
  items.map((value) => `${JSON.stringify(value)}\n`).join('')

/** Uploads a complete stream, and returns the lines of its response. */
export async function uploadLines(
  body: string | Buffer,
  query = '',
  headers: Record<string, string> = {},
): Promise<UploadLine[]> {
  const {
    status,
    text,
    headers: received,
  } = await service().upload<string>(body, {
    query,
    headers: { ...ndjson, ...headers },
  })
  expect([status, received.get('content-type')]).toEqual([200, 'application/x-ndjson'])
  return text
    .trimEnd()
    .split('\n')
    .map((line) => uploadLineSchema.parse(JSON.parse(line)))
}

export const summaryIn = (lines: readonly UploadLine[]) => {
  const last = lines.at(-1)!
  return 'summary' in last ? last.summary : undefined
}

export const count = async (condition: string) =>
  (await service().sql<{ n: number }>(`select count(*)::int as n from timesheets where ${condition}`))[0]!.n

/** A stream that the test sends piece by piece, over a socket. */
export class OpenStream {
  readonly request: ClientRequest
  readonly #response: Promise<IncomingMessage>
  #lines: AsyncIterator<string> | undefined

  private constructor(url: string, headers: Record<string, string>) {
    const target = '/timesheets/upload?results=all'
    const framing = { 'transfer-encoding': 'chunked' }
    const signed = signedHeaders('POST', target, syncIdentity, framing)
    this.request = httpRequest(`${url}${target}`, {
      method: 'POST',
      headers: { ...ndjson, ...framing, ...signed, ...headers },
    })
    this.#response = once(this.request, 'response').then(([response]) => response as IncomingMessage)
    this.#response.catch(() => undefined) // the test that cuts the stream
  }

  static async open(headers: Record<string, string> = {}): Promise<OpenStream> {
    return new OpenStream(await service().listen(), headers)
  }

  send(items: readonly unknown[]): void {
    this.request.write(toLines(items))
  }

  get status(): Promise<number | undefined> {
    return this.#response.then(({ statusCode }) => statusCode)
  }

  /** @returns undefined at the end of the response */
  async nextLine(): Promise<UploadLine | undefined> {
    this.#lines ??= createInterface({ input: await this.#response })[Symbol.asyncIterator]()
    const { done, value } = await this.#lines.next()
    return done === true ? undefined : uploadLineSchema.parse(JSON.parse(value))
  }
}
