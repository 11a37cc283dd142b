import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'

/**
 * Returns a loopback port that no process listens on at this moment. Another process may take it before the caller
 * does: use it only where a port must be known before its server starts, and port 0 everywhere else.
 */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
