import { execFile } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { promisify } from 'node:util'

/** Lists the paths in a tar archive; folders have a trailing slash. */
export async function listArchive(path: string): Promise<Set<string>> {
  const { stdout } = await promisify(execFile)('tar', ['-tf', path], { maxBuffer: 64 * 1024 * 1024 })
  return new Set(stdout.split('\n').filter((name) => name !== ''))
}

export function removeArchive(path: string): Promise<void> {
  return rm(path, { force: true })
}
