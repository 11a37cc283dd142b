import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** An address that cannot be listened on; the message is for the person who starts the process. */
export class ListenError extends Error {
  override readonly name = 'ListenError'
}

/**
 * Listens, and gives the URL where: `http://0.0.0.0:8080` for every address of this machine.
 * @throws {ListenError}
 */
export async function listen(server: Server, port: number, host: string): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    const onError = (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'EADDRINUSE' ? 'is taken by another process' : `cannot be had: ${cause.code}`
      reject(new ListenError(`Port ${port} on ${host} ${why}`, { cause }))
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
