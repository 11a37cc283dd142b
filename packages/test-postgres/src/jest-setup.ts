import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { testServerVariable } from './test-database.ts'

declare global {
  var endTestServer: (() => Promise<void>) | undefined
}

/** jest's globalSetup: starts the test server, which starts a Postgres once a test file asks for a database. */
export default async function setup(): Promise<void> {
  const script = fileURLToPath(new URL('./test-server.ts', import.meta.url))
  const child = spawn(process.execPath, [script], { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  const [address] = await Promise.race([once(child.stdout, 'data'), ended])
  if (child.exitCode !== null) throw new Error('the test server did not start')
  process.env[testServerVariable] = String(address).trim()

  // Nothing here keeps jest alive: the server ends when this process does.
  for (const handle of [child, child.stdin, child.stdout] as { unref?(): void }[]) handle.unref?.()
  globalThis.endTestServer = async () => {
    child.ref()
    child.stdin.end()
    await ended
  }
}
