import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { isProcessRunning, processStartTime } from './running-process.ts'

const filePath = (dataDir: string) => path.join(dataDir, 'stack.pid')

/**
 * Locks a data folder for this process. A stale lock, of a process that has ended, is taken over.
 * @returns a function that releases the lock
 * @throws {Error} when another stack holds the lock
 */
export function lockDataDir(dataDir: string): () => void {
  mkdirSync(dataDir, { recursive: true })
  const file = filePath(dataDir)
  const unlock = takeLock(file)
  if (unlock !== undefined) return unlock
  const owner = findLockOwner(file)
  const process = owner === undefined ? '' : ` (process ${owner})`
  throw new Error(`A stack is already running${process}. Stop it with Ctrl-C first.\nIts lock: ${file}`)
}

/** Returns the pid of the process that holds the lock of a data folder; undefined when the lock is free or stale. */
export function lockOwner(dataDir: string): number | undefined {
  return findLockOwner(filePath(dataDir))
}

/**
 * Takes the lock of a file, or takes over a stale one, of a process that has ended.
 * @param note kept as the second line of the file
 * @returns a function that releases the lock; undefined when another process holds it
 */
export function takeLock(file: string, note = ''): (() => void) | undefined {
  const own = `${file}.${process.pid}`
  writeFileSync(own, `${process.pid} ${processStartTime(process.pid) ?? ''}\n${note}`)
  try {
    // link(2) is atomic and fails when the file exists: of two simultaneous starts, one gets the lock.
    if (!tryLink(own, file) && !(removeStaleLock(file) && tryLink(own, file))) return undefined
  } finally {
    rmSync(own)
  }
  return () => rmSync(file, { force: true })
}

function tryLink(own: string, file: string): boolean {
  try {
    linkSync(own, file)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return false
  }
}

/** Returns false when the owner of the lock is running. */
function removeStaleLock(file: string): boolean {
  if (findLockOwner(file) !== undefined) return false
  const moved = `${file}.stale.${process.pid}`
  try {
    renameSync(file, moved)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true // released, or another start was faster
    throw error
  }
  try {
    // Another start may have taken the lock over after it was read: then the moved file is its lock; put it back.
    const isStale = findLockOwner(moved) === undefined
    if (!isStale) tryLink(moved, file)
    return isStale
  } finally {
    rmSync(moved)
  }
}

/**
 * Returns the pid of the process that holds the lock of a file; undefined when the lock is free or stale. Compares the
 * start time as well as the pid, because the operating system reuses pids.
 */
export function findLockOwner(file: string): number | undefined {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
  const [, pid, startTime] = /^(\d+) (.*)$/m.exec(text) ?? []
  if (pid === undefined || !isProcessRunning(Number(pid))) return undefined
  const current = processStartTime(Number(pid))
  return current === undefined || startTime === '' || current === startTime ? Number(pid) : undefined
}
