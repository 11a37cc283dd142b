import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { StackFile } from './stack-file.ts'

const script = fileURLToPath(new URL('../../../contractor-sync/src/main.ts', import.meta.url))

/**
 * Runs contractor-sync against a running stack, on this terminal.
 * @param words its command line: `run --dry-run`
 * @returns its exit code
 */
export async function runSync(stack: StackFile, words: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [script, ...words], {
    stdio: 'inherit',
    env: { ...process.env, ...syncEnvironment(stack) },
  })
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
