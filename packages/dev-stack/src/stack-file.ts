import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Credentials } from '@timesheets/fake-auth0/registry'
import { lockOwner } from './stack-lock.ts'

/** The addresses, credentials and pids of a running stack, for tools and tests: `.local/stack.json`. */
export interface StackFile extends Credentials {
  readonly gateway: string
  readonly issuer: string
  readonly audience: string
  readonly tracker: string
  readonly database: string
  /** The admin ports, with health and metrics. */
  readonly admin: Readonly<Record<'gateway' | 'timesheets-service', string>>
  readonly pids: Readonly<Record<string, number>>
}

const filePath = (dataDir: string) => path.join(dataDir, 'stack.json')

/** Returns the path of the file: from the current folder with `./` where it is inside, else absolute. */
export function locateStackFile(dataDir: string): string {
  const relative = path.relative(process.cwd(), filePath(dataDir))
  return relative.startsWith('..') ? filePath(dataDir) : `./${relative}`
}

/** Writes the file atomically. */
export function writeStackFile(dataDir: string, stack: StackFile): void {
  mkdirSync(dataDir, { recursive: true })
  const temporary = `${filePath(dataDir)}.${process.pid}`
  writeFileSync(temporary, `${JSON.stringify(stack, null, 2)}\n`, { mode: 0o600 })
  renameSync(temporary, filePath(dataDir))
}

export function removeStackFile(dataDir: string): void {
  rmSync(filePath(dataDir), { force: true })
}

/**
 * Reads the file of a running stack. A stack that was killed leaves its file behind, so the lock is checked first.
 * @throws {Error} with one line, when no stack runs on this folder
 */
export function readStackFile(dataDir: string): StackFile {
  try {
    if (lockOwner(dataDir) === undefined) throw new Error('no process owns this folder')
    return JSON.parse(readFileSync(filePath(dataDir), 'utf8')) as StackFile
  } catch {
    throw new Error('No stack is running. Start one with `npm start` and leave it running.')
  }
}
