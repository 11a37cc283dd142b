import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { endProcess } from './process-end.ts'
import type { StackFile } from './stack-file.ts'

const script = fileURLToPath(new URL('../../../contractor-sync/src/main.ts', import.meta.url))
const endWithParent = fileURLToPath(new URL('./end-with-parent.ts', import.meta.url))

/**
 * Runs contractor-sync against a running stack, on this terminal.
 * @param words its command line: `run --dry-run`
 * @param ending ends it
 * @returns its exit code, once it has ended
 */
export async function runSync(
  stack: StackFile,
  words: readonly string[],
  ending: AbortSignal,
): Promise<number> {
  const child = spawn(process.execPath, ['--import', endWithParent, script, ...words], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, ...syncEnvironment(stack) },
    // Its own process group: Ctrl-C reaches this process alone, and it is told to end once, not twice.
    detached: true,
  })
  ending.addEventListener('abort', () => endProcess(child), { once: true })
  const [code] = (await once(child, 'exit')) as [number | null]
  return code ?? 1
}

/** The settings with which contractor-sync works against the local stack. */
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
