import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { isProcessRunning, processStartTime } from './running-process.ts'

const filePath = (dataDir: string) => path.join(dataDir, 'stack.pid')

/**
 * Locks a data folder for this process. A stale lock, of a process that has ended, is taken over.
 * @returns a function that releases the lock
 * @throws {Error} with one line, when another stack holds the lock
 */
export function lockDataDir(dataDir: string): () => void {
  mkdirSync(dataDir, { recursive: true })
  const file = filePath(dataDir)
  const own = `${file}.${process.pid}`
  writeFileSync(own, `${process.pid} ${processStartTime(process.pid) ?? ''}\n`)
  try {
    // link(2) is atomic and fails when the file exists: of two simultaneous starts, one gets the lock.
    if (!tryLink(own, file)) {
      removeStaleLock(file)
      if (!tryLink(own, file)) throw alreadyLocked(file)
    }
  } finally {
    rmSync(own)
  }
  return () => rmSync(file, { force: true })
}

/** Returns the pid of the process that holds the lock of a data folder; undefined when the lock is free or stale. */
export function lockOwner(dataDir: string): number | undefined {
  return readOwner(filePath(dataDir))
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

/** @throws {Error} when the owner of the lock is running */
function removeStaleLock(file: string): void {
  if (readOwner(file) !== undefined) throw alreadyLocked(file)
  const moved = `${file}.stale.${process.pid}`
  try {
    renameSync(file, moved)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return // released, or another start was faster
    throw error
  }
  try {
    // Another start may have taken the lock over after it was read: then the moved file is its lock; put it back.
    if (readOwner(moved) !== undefined) {
      tryLink(moved, file)
      throw alreadyLocked(file)
    }
  } finally {
    rmSync(moved)
  }
}

function alreadyLocked(file: string): Error {
  const owner = readOwner(file)
  const process = owner === undefined ? '' : ` (process ${owner})`
  return new Error(`A stack is already running${process} and holds ${file}. Stop it with Ctrl-C first.`)
}

/** Compares the start time as well as the pid, because the operating system reuses pids. */
function readOwner(file: string): number | undefined {
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
