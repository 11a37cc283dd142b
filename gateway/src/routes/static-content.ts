import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { RequestHandler } from 'express'

const compress = promisify(gzip)

/** An immutable asset, held in memory with its ETag and gzip form. */
export class StaticContent {
  readonly #bytes: Buffer
  readonly #headers: Readonly<Record<string, string>>
  #compressed: Promise<Buffer> | undefined

  /** @param headers beside the type, the ETag and the cache lifetime */
  constructor(type: string, content: string | Buffer, headers: Readonly<Record<string, string>> = {}) {
    this.#bytes = Buffer.from(content)
    const etag = createHash('sha256').update(this.#bytes).digest('base64url').slice(0, 22)
    this.#headers = {
      ...headers,
      'content-type': type,
      etag: `"${etag}"`,
      'cache-control': 'public, max-age=300',
    }
  }

  /** Sends it, or 304 if the client has it (RFC 9110, section 13.1.2). */
  readonly send: RequestHandler = async (request, response) => {
    response.setHeaders(new Map(Object.entries(this.#headers)))
    response.vary('accept-encoding')
    if (request.acceptsEncodings('gzip') === 'gzip') {
      response.setHeader('content-encoding', 'gzip')
      this.#compressed ??= compress(this.#bytes)
      response.send(await this.#compressed)
    } else response.send(this.#bytes)
  }
}
