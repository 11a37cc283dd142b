import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { testServerVariable } from './test-database.ts'

declare global {
  var stopTestServer: (() => Promise<void>) | undefined
}

/** jest's globalSetup: starts the test server, which starts Postgres when the first test requests a database. */
export default async function setup(): Promise<void> {
  const script = fileURLToPath(new URL('./test-server.ts', import.meta.url))
  const child = spawn(process.execPath, [script], { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  const [address] = await Promise.race([once(child.stdout, 'data'), ended])
  if (child.exitCode !== null) throw new Error('The test server did not start; its error is above')
  process.env[testServerVariable] = String(address).trim()

  // These handles must not keep jest running. The server stops when this process exits.
  for (const handle of [child, child.stdin, child.stdout] as { unref?(): void }[]) handle.unref?.()
  globalThis.stopTestServer = async () => {
    child.ref()
    child.stdin.end()
    await ended
  }
}
