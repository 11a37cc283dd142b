import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** An address on which the process cannot listen. The message is for the person who starts it. */
export class ListenError extends Error {
  override readonly name = 'ListenError'
}

/**
 * Listens and returns the URL, for example `http://0.0.0.0:8080` for all addresses of this machine.
 * @throws {ListenError}
 */
export async function listen(server: Server, port: number, host: string): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    const onError = (cause: NodeJS.ErrnoException) => {
      const reason =
        cause.code === 'EADDRINUSE' ? 'is taken by another process' : `is not available: ${cause.code}`
      reject(new ListenError(`Port ${port} on ${host} ${reason}`, { cause }))
    }
    server.once('error', onError)
    server.listen(port, host, () => {
      server.off('error', onError)
      resolve()
    })
  })
  const { address, port: actual, family } = server.address() as AddressInfo
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${actual}`
}
