import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'

/** Ports by name; 0 means a free port. */
type Ports = Readonly<Record<string, number>>

const filePath = (dataDir: string) => path.join(dataDir, 'ports.json')

/**
 * Replaces each 0 by the port of the last run, where that is free, so that URLs and tokens of the last run stay valid: a
 * token contains the URL of its issuer.
 */
export async function chooseLastPorts<P extends Ports>(dataDir: string, configured: P): Promise<P> {
  const last = readLastPorts(dataDir)
  const chosen = await Promise.all(
    Object.entries(configured).map(async ([name, port]) => {
      const candidate = last[name]
      return [name, port === 0 && candidate !== undefined && (await isFree(candidate)) ? candidate : port]
    }),
  )
  return Object.fromEntries(chosen)
}

export function saveLastPorts(dataDir: string, ports: Ports): void {
  writeFileSync(filePath(dataDir), `${JSON.stringify(ports)}\n`)
}

function readLastPorts(dataDir: string): Ports {
  try {
    const ports = JSON.parse(readFileSync(filePath(dataDir), 'utf8')) as Record<string, unknown>
    return Object.fromEntries(
      Object.entries(ports).filter((entry): entry is [string, number] => isPort(entry[1])),
    )
  } catch {
    return {} // the first run, or a file that a killed run left behind
  }
}

const isPort = (value: unknown) => Number.isInteger(value) && Number(value) > 0 && Number(value) < 65_536

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  try {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  } catch {
    return false
  }
  server.close()
  await once(server, 'close')
  return true
}
