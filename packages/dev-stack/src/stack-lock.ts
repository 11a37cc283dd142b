import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { processStart } from './process-start.ts'
import { isAlive } from './running-process.ts'

const fileIn = (dataDir: string) => path.join(dataDir, 'stack.pid')

/**
 * Makes this process the only one that works on a data folder; a lock whose owner is dead is taken over.
 * @returns what gives it back
 * @throws an Error of one line where another stack holds it
 */
export function lockDataDir(dataDir: string): () => void {
  mkdirSync(dataDir, { recursive: true })
  const file = fileIn(dataDir)
  const own = `${file}.${process.pid}`
  writeFileSync(own, `${process.pid} ${processStart(process.pid) ?? ''}\n`)
  try {
    // A link is in place whole, or refused: of two starts at the same instant one gets it.
    if (!isLinked(own, file)) {
      moveStaleAside(file)
      if (!isLinked(own, file)) throw heldBy(file)
    }
  } finally {
    rmSync(own)
  }
  return () => rmSync(file, { force: true })
}

/** The process that works on a data folder, where there is one. */
export function lockOwner(dataDir: string): number | undefined {
  return ownerOf(fileIn(dataDir))
}

function isLinked(own: string, file: string): boolean {
  try {
    linkSync(own, file)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return false
  }
}

/** @throws where the lock's owner is alive */
function moveStaleAside(file: string): void {
  if (ownerOf(file) !== undefined) throw heldBy(file)
  const aside = `${file}.stale.${process.pid}`
  try {
    renameSync(file, aside)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return // given back, or another start was faster
    throw error
  }
  try {
    // Between the look and the move another start may have taken it over: then it is that one's, and goes back.
    if (ownerOf(aside) !== undefined) {
      isLinked(aside, file)
      throw heldBy(file)
    }
  } finally {
    rmSync(aside)
  }
}

function heldBy(file: string): Error {
  const owner = ownerOf(file)
  const who = owner === undefined ? '' : ` (process ${owner})`
  return new Error(`A stack is running already${who}, as ${file} says; end it with Ctrl-C first`)
}

/** A process of the file's pid is its owner only where it started when the owner did: a pid is given out again. */
function ownerOf(file: string): number | undefined {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
  const [, pid, start] = /^(\d+) (.*)$/m.exec(text) ?? []
  if (pid === undefined || !isAlive(Number(pid))) return undefined
  const startNow = processStart(Number(pid))
  return startNow === undefined || start === '' || startNow === start ? Number(pid) : undefined
}
