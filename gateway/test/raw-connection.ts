import { connect, type Socket } from 'node:net'

/** A bare TCP connection: what a test writes is what the server gets, byte for byte. */
export class RawConnection {
  readonly #socket: Socket
  readonly #closed: Promise<void>
  #text = ''
  #isClosed = false
  #heard: () => void = () => undefined

  constructor(url: string) {
    const { hostname, port } = new URL(url)
    this.#socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true })
    this.#socket.setNoDelay(true)
    this.#socket.on('data', (chunk) => {
      this.#text += chunk.toString('latin1')
      this.#heard()
    })
    // A reset shows as a close; what came before it counts.
    this.#socket.on('error', () => undefined)
    this.#socket.on('end', () => this.#socket.end())
    this.#closed = new Promise((resolve) => {
      this.#socket.once('close', () => {
        this.#isClosed = true
        this.#heard()
        resolve()
      })
    })
  }

  /** Everything received so far. */
  get text(): string {
    return this.#text
  }

  /** Resolves when the bytes were handed over; false when the connection is gone. */
  send(bytes: string | Buffer): Promise<boolean> {
    return new Promise((resolve) => {
      const data = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes
      if (this.#socket.destroyed || this.#socket.writableEnded) resolve(false)
      else this.#socket.write(data, (error) => resolve(error === undefined || error === null))
    })
  }

  /** What was received, as soon as it fits. Throws where the connection closes first. */
  waitFor(pattern: RegExp): Promise<string> {
    return this.#untilIt((text) => pattern.test(text))
  }

  waitForCount(count: number, word: string): Promise<string> {
    return this.#untilIt((text) => text.split(word).length > count)
  }

  async #untilIt(fits: (text: string) => boolean): Promise<string> {
    while (!fits(this.#text)) {
      if (this.#isClosed) throw new Error(`closed too early; received: ${this.#text}`)
      await new Promise<void>((resolve) => {
        this.#heard = resolve
      })
    }
    return this.#text
  }

  /** Everything that came until the server closed. */
  async readToEnd(): Promise<string> {
    await this.#closed
    return this.#text
  }

  /** Breaks the connection as a client does that vanishes. */
  reset(): void {
    this.#socket.resetAndDestroy()
  }
}

/** Sends bytes, and gives the answer when the server has closed. */
export async function exchange(url: string, bytes: string | Buffer): Promise<RawResponse> {
  const wire = new RawConnection(url)
  await wire.send(bytes)
  return parseResponse(await wire.readToEnd())
}

export interface RawResponse {
  readonly status: number
  /** Names in lower case; of a repeated one the last. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly text: string
}

/** Takes the first answer apart, passing over "100 Continue". */
export function parseResponse(received: string): RawResponse {
  const text = received.replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, '')
  const [head = '', body = ''] = text.split(/\r\n\r\n(.*)/s)
  const [statusLine = '', ...lines] = head.split('\r\n')
  const headers = lines.map((line) => {
    const [name = '', value = ''] = line.split(/: ?(.*)/s)
    return [name.toLowerCase(), value]
  })
  return { status: Number(statusLine.split(' ')[1]), headers: Object.fromEntries(headers), body, text }
}

/** The head of a request to upload, as a program would send it. */
export function uploadHead(token: string, lines: readonly string[] = []): string {
  return [
    'POST /timesheets/upload HTTP/1.1',
    'Host: api.exampleco.test',
    `Authorization: Bearer ${token}`,
    'Content-Type: application/json',
    ...lines,
    '\r\n',
  ].join('\r\n')
}
