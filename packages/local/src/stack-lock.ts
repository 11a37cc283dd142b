import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { isAlive } from './alive.ts'

/**
 * Makes this process the only one that works on a data folder; a lock whose owner is dead is taken over.
 * @returns what gives it back
 * @throws an Error of one line where another stack holds it
 */
export function lockDataDir(dataDir: string): () => void {
  mkdirSync(dataDir, { recursive: true })
  const file = path.join(dataDir, 'stack.pid')
  const owner = ownerOf(file)
  if (owner !== undefined)
    throw new Error(`A stack is running already (process ${owner}); end it with Ctrl-C first`)
  rmSync(file, { force: true })
  writeFileSync(file, String(process.pid), { flag: 'wx' })
  return () => rmSync(file, { force: true })
}

function ownerOf(file: string): number | undefined {
  let pid: number
  try {
    pid = Number(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
  return pid !== process.pid && isAlive(pid) ? pid : undefined
}
