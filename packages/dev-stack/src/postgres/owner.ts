import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { parentPid } from '../running-process.ts'
import { findLockOwner, takeLock } from '../stack-lock.ts'

/** How long a process whose stack was killed may take to stop its server. */
const orphanExitMs = 20_000
const retryAfterMs = 50

/**
 * Makes this process the only one that prepares and runs a server on a data folder. A process whose stack was killed
 * stops by itself; this waits for it, and kills it when it does not end.
 * @param folder the data folder, which may not exist yet; its parent exists
 * @returns a function that releases the folder
 * @throws {Error} with one line, when a process whose parent runs owns the folder
 */
export async function ownDataDir(folder: string): Promise<() => void> {
  const file = `${folder}.lock`
  const deadline = Date.now() + orphanExitMs
  for (;;) {
    const unlock = takeLock(file, String(process.ppid))
    if (unlock !== undefined) return unlock
    const owner = findLockOwner(file)
    if (owner === undefined) continue // released meanwhile
    // An orphan gets another parent than the one that it recorded.
    const startedBy = Number((await readFile(file, 'utf8').catch(() => '')).split('\n')[1])
    if (owner === process.pid || parentPid(owner) === startedBy) {
      throw new Error(`${folder} is in use: process ${owner} runs Postgres on it. Stop it first.`)
    }
    if (Date.now() > deadline) process.kill(owner, 'SIGKILL')
    await sleep(retryAfterMs)
  }
}
