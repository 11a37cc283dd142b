import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { stopProcess } from './running-process.ts'
import type { StackFile } from './stack-file.ts'

const script = fileURLToPath(new URL('../../../contractor-sync/src/main.ts', import.meta.url))
const parentExitHook = fileURLToPath(new URL('./parent-exit.ts', import.meta.url))

/**
 * Runs contractor-sync against a running stack, on this terminal.
 * @param args its command line, for example `run --dry-run`
 * @param stopping stops it when aborted
 * @returns its exit code
 */
export async function runSync(
  stack: StackFile,
  args: readonly string[],
  stopping: AbortSignal,
): Promise<number> {
  const child = spawn(process.execPath, ['--import', parentExitHook, script, ...args], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, ...syncEnvironment(stack) },
    // A process group of its own: Ctrl-C signals this process only, which then stops the sync once and not twice.
    detached: true,
  })
  stopping.addEventListener('abort', () => stopProcess(child), { once: true })
  const [code] = (await once(child, 'exit')) as [number | null]
  return code ?? 1
}

/** Returns the settings that point contractor-sync at the local stack. */
export function syncEnvironment(stack: StackFile): Record<string, string> {
  const { client_id, client_secret } = stack.clients['contractor-sync']!
  return {
    API_URL: stack.gateway,
    AUTH0_ISSUER: stack.issuer,
    AUTH0_AUDIENCE: stack.audience,
    AUTH0_CLIENT_ID: client_id,
    AUTH0_CLIENT_SECRET: client_secret!,
    ALLOW_HTTP_ISSUER: 'true',
    HARVEST_URL: stack.tracker,
    HARVEST_ACCESS_TOKEN: 'local-only-harvest-token',
    HARVEST_ACCOUNT_ID: '1000001',
  }
}
