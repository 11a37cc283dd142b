import { createHash } from 'node:crypto'
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { endAfterRequest } from '@timesheets/runtime/answer'
import { withVary } from './cors.ts'

/** Something of ours that is the same for everybody, kept in memory as it goes out. */
export class StaticFile {
  readonly #type: string
  readonly #bytes: Buffer
  readonly #etag: string
  readonly #headers: OutgoingHttpHeaders
  #compressed: Promise<Buffer> | undefined

  /** @param headers beside its type, tag and how long it may be kept */
  constructor(type: string, content: string | Buffer, headers: OutgoingHttpHeaders = {}) {
    this.#type = type
    this.#bytes = Buffer.from(content)
    this.#etag = `"${createHash('sha256').update(this.#bytes).digest('base64url').slice(0, 22)}"`
    this.#headers = headers
  }

  /** Answers with it, or says that the copy a client has is still good (RFC 9110, section 13.1.2). */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { 'if-none-match': known = '', 'accept-encoding': accepted = '' } = request.headers
    const headers = withVary(response, {
      ...this.#headers,
      etag: this.#etag,
      'cache-control': 'public, max-age=300',
      vary: 'accept-encoding',
    })
    const isKnown = known.split(',').some((tag) => tag.trim().replace(/^W\//, '') === this.#etag)
    if (isKnown) response.writeHead(304, headers)
    else {
      const zipped = /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/i.test(String(accepted))
      const bytes = zipped ? await this.#zip() : this.#bytes
      response.writeHead(200, {
        ...headers,
        'content-type': this.#type,
        'content-length': bytes.length,
        ...(zipped ? { 'content-encoding': 'gzip' } : {}),
      })
      response.write(bytes)
    }
    endAfterRequest(request, response)
  }

  #zip(): Promise<Buffer> {
    this.#compressed ??= promisify(gzip)(this.#bytes)
    return this.#compressed
  }
}
