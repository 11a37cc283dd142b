import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A TCP proxy between the service and Postgres that can cut its connections, at any time or at a COMMIT. */
export class DatabaseProxy implements AsyncDisposable {
  readonly #host: string
  readonly #port: number
  readonly #server = createServer((socket) => this.#accept(socket))
  readonly #sockets = new Set<Socket>()
  #isCut = false
  #cutAtCommit: 'before its response' | 'after its response' | undefined

  private constructor(database: URL) {
    this.#host = database.hostname
    this.#port = Number(database.port)
  }

  /** @returns the proxy, and the URL of the database through it */
  static async start(databaseUrl: string): Promise<{ proxy: DatabaseProxy; url: string }> {
    const url = new URL(databaseUrl)
    const proxy = new DatabaseProxy(url)
    proxy.#server.listen(0, '127.0.0.1')
    await once(proxy.#server, 'listening')
    url.hostname = '127.0.0.1'
    url.port = String((proxy.#server.address() as AddressInfo).port)
    return { proxy, url: url.href }
  }

  /** Closes all connections, and rejects new ones until `restore`. */
  cut(): void {
    this.#isCut = true
    for (const socket of this.#sockets) socket.destroy()
  }

  /** Accepts connections again. */
  restore(): void {
    this.#isCut = false
  }

  /** Cuts at the next COMMIT, which Postgres executes. The service receives its response only if cut after it. */
  cutAtCommit(when: 'before its response' | 'after its response'): void {
    this.#cutAtCommit = when
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #accept(client: Socket): void {
    if (this.#isCut) return void client.destroy()
    const server = connect(this.#port, this.#host)
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(socket)
      socket.setNoDelay()
      socket.on('error', () => {}) // the event `close` follows
      socket.on('close', () => {
        this.#sockets.delete(socket)
        other.destroy()
      })
    }
    client.on('data', (bytes) => this.#forward(bytes, client, server))
    server.on('data', (bytes) => client.write(bytes))
  }

  #forward(bytes: Buffer, client: Socket, server: Socket): void {
    const when = bytes.includes('COMMIT') ? this.#cutAtCommit : undefined
    if (when !== undefined) {
      this.#cutAtCommit = undefined
      server.removeAllListeners('data')
      server.once('data', (response) => {
        if (when === 'before its response') this.cut()
        else client.write(response, () => this.cut())
      })
    }
    server.write(bytes)
  }
}
