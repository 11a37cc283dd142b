import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** Stands between the service and Postgres, and can be cut, at any moment or at a COMMIT. */
export class DatabaseProxy implements AsyncDisposable {
  readonly #host: string
  readonly #port: number
  readonly #server = createServer((socket) => this.#accept(socket))
  readonly #sockets = new Set<Socket>()
  #isCut = false
  #cutAtCommit: 'once it has arrived' | 'once it is answered' | undefined

  private constructor(database: URL) {
    this.#host = database.hostname
    this.#port = Number(database.port)
  }

  /** @returns the proxy, and the database's URL by way of it */
  static async before(databaseUrl: string): Promise<{ proxy: DatabaseProxy; url: string }> {
    const url = new URL(databaseUrl)
    const proxy = new DatabaseProxy(url)
    proxy.#server.listen(0, '127.0.0.1')
    await once(proxy.#server, 'listening')
    url.hostname = '127.0.0.1'
    url.port = String((proxy.#server.address() as AddressInfo).port)
    return { proxy, url: url.href }
  }

  /** Ends every session, and lets no new one in. */
  cut(): void {
    this.#isCut = true
    for (const socket of this.#sockets) socket.destroy()
  }

  restore(): void {
    this.#isCut = false
  }

  /** Cuts at the next COMMIT: it takes effect, and the service may not learn of it. */
  cutAtCommit(when: 'once it has arrived' | 'once it is answered'): void {
    this.#cutAtCommit = when
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #accept(near: Socket): void {
    if (this.#isCut) return void near.destroy()
    const far = connect(this.#port, this.#host)
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(socket)
      socket.setNoDelay()
      socket.on('error', () => {}) // its close follows
      socket.on('close', () => {
        this.#sockets.delete(socket)
        other.destroy()
      })
    }
    near.on('data', (bytes) => this.#forward(bytes, near, far))
    far.on('data', (bytes) => near.write(bytes))
  }

  #forward(bytes: Buffer, near: Socket, far: Socket): void {
    const when = bytes.includes('COMMIT') ? this.#cutAtCommit : undefined
    if (when !== undefined) {
      this.#cutAtCommit = undefined
      far.removeAllListeners('data')
      far.once('data', (response) => {
        if (when === 'once it has arrived') this.cut()
        else near.write(response, () => this.cut())
      })
    }
    far.write(bytes)
  }
}
