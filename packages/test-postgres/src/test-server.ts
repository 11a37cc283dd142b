import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { TestDatabases } from './test-databases.ts'

/**
 * A process that owns the Postgres of a jest run and creates databases on it, over HTTP on loopback:
 * `POST /databases?migrated=true` → `{name, url}`, `DELETE /databases/{name}` → `{}`.
 *
 * It stops Postgres and exits when its standard input closes, which happens however jest ends, also by SIGKILL.
 */
const databases = await TestDatabases.open()

const server = createServer(async (request, response) => {
  try {
    const body = await handle(request)
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  } catch (error) {
    response.writeHead(500, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ error: (error as Error).message }))
  }
})

async function handle({ method, url }: IncomingMessage): Promise<unknown> {
  const { pathname, searchParams } = new URL(url!, 'http://localhost')
  if (method === 'POST') return databases.create(searchParams.get('migrated') === 'true')
  await databases.drop(pathname.replace('/databases/', ''))
  return {}
}

let closing = false
async function close() {
  if (closing) return
  closing = true
  server.close()
  await databases.close()
  process.exit(0)
}

process.stdin.resume().once('end', close)
process.once('SIGTERM', close)
process.on('SIGINT', close)
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  console.log(`http://127.0.0.1:${port}`)
})
