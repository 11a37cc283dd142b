import { validateHeaderValue } from 'node:http'
import { InvalidResponseError, TransientError } from '../errors.ts'
import { assertNotTransient, type Endpoint, type HttpRequest, toConnectionError } from './http-client.ts'

/** Longer than any line that the API sends: a rejected item with all its validation errors. */
const maxLineBytes = 1024 * 1024
/** An error response is one JSON text. */
const maxErrorBytes = 64 * 1024

export interface LineRequest extends Omit<HttpRequest, 'body' | 'timeoutMs'> {
  /** Sent while the response is read. Called once. */
  readonly body?: () => AsyncIterable<Uint8Array>
  /** The request fails if nothing is sent or received for so long. */
  readonly idleTimeoutMs: number
}

/** The beginning of a response of lines. */
export interface LineResponse {
  readonly status: number
  /** The parsed body of a response other than 200; undefined if it is not JSON. */
  readonly error: unknown
  /** The parsed lines of a response with status 200. Leaving the loop ends the request. */
  readonly lines: AsyncGenerator<unknown>
}

/**
 * Sends one request and reads a response of JSON lines (NDJSON) as it arrives, also while the request is being sent.
 * Does not retry.
 * @throws the errors of `requestJson`; `lines` throws them, too
 */
export async function requestLines(
  endpoint: Endpoint,
  url: string,
  request: LineRequest,
): Promise<LineResponse> {
  const { method = 'GET', headers, body, idleTimeoutMs } = request
  for (const [name, value] of Object.entries(headers)) validateHeaderValue(name, value)
  const idle = new IdleTimer(idleTimeoutMs)
  const signal = request.signal === undefined ? idle.signal : AbortSignal.any([request.signal, idle.signal])
  const toError = (error: unknown): unknown => {
    request.signal?.throwIfAborted()
    if (error instanceof InvalidResponseError) return error
    return idle.isExpired
      ? new TransientError(`${endpoint.name} did not respond within ${idleTimeoutMs / 1000} s`, {
          cause: error,
        })
      : toConnectionError(endpoint, error as Error)
  }

  let response: Response
  try {
    response = await fetch(url, {
      method,
      headers,
      signal,
      redirect: 'manual',
      ...(body === undefined
        ? {}
        : { body: ReadableStream.from(idle.watch(body())), duplex: 'half' as const }),
    })
  } catch (error) {
    idle.end()
    throw toError(error)
  }
  const { status } = response
  const chunks = idle.watch(response.body ?? emptyBody())
  if (status !== 200) {
    // The body says why, but without it the status still does; what is still being sent no longer matters.
    const error = await readError(chunks).catch(() => undefined)
    idle.end()
    assertNotTransient(endpoint, response)
    return { status, error, lines: readNoLines() }
  }
  return { status, error: undefined, lines: readLines(endpoint, chunks, idle, toError) }
}

async function* readLines(
  endpoint: Endpoint,
  chunks: AsyncIterable<Uint8Array>,
  idle: IdleTimer,
  toError: (error: unknown) => unknown,
): AsyncGenerator<unknown> {
  let isComplete = false
  try {
    for await (const line of splitLines(endpoint, chunks)) yield parseLine(endpoint, line)
    isComplete = true
  } catch (error) {
    throw toError(error)
  } finally {
    idle.end(!isComplete)
  }
}

/** Splits UTF-8 text into lines. An empty line is skipped; a last line without its end was cut. */
async function* splitLines({ name }: Endpoint, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let rest: Buffer[] = []
  let restBytes = 0
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    let start = 0
    for (let end = bytes.indexOf(0x0a); end !== -1; end = bytes.indexOf(0x0a, start)) {
      const line = bytes.subarray(start, end)
      yield rest.length === 0 ? line : Buffer.concat([...rest, line])
      rest = []
      restBytes = 0
      start = end + 1
    }
    if (start === bytes.length) continue
    rest.push(bytes.subarray(start))
    restBytes += bytes.length - start
    if (restBytes > maxLineBytes) throw new InvalidResponseError(`${name} sent a line of more than 1 MB`)
  }
  if (restBytes > 0) {
    throw new InvalidResponseError(`${name} sent a line that is cut`, { retryable: true })
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true })

function parseLine({ name, setting }: Endpoint, line: Buffer): unknown {
  try {
    return JSON.parse(decoder.decode(line))
  } catch {
    throw new InvalidResponseError(
      `${name} sent a line that is not JSON; does ${setting} lead to the right server?`,
      { retryable: true },
    )
  }
}

async function readError(chunks: AsyncIterable<Uint8Array>): Promise<unknown> {
  const parts: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of chunks) {
    parts.push(chunk)
    bytes += chunk.length
    if (bytes > maxErrorBytes) return undefined
  }
  return JSON.parse(Buffer.concat(parts).toString())
}

async function* readNoLines(): AsyncGenerator<unknown> {}
async function* emptyBody(): AsyncGenerator<Uint8Array> {}

/** Aborts after a time without bytes in either direction. */
class IdleTimer {
  readonly #controller = new AbortController()
  readonly #timeoutMs: number
  #timer: NodeJS.Timeout
  isExpired = false

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs
    this.#timer = this.#start()
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Passes bytes on; each of them restarts the time. */
  async *watch(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      this.#timer.refresh()
      yield chunk
    }
  }

  /** Stops the time, and by default what is still being sent or received. */
  end(abort = true): void {
    clearTimeout(this.#timer)
    if (abort) this.#controller.abort()
  }

  #start(): NodeJS.Timeout {
    return setTimeout(() => {
      this.isExpired = true
      this.#controller.abort()
    }, this.#timeoutMs)
  }
}
