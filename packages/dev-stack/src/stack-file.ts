import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Credentials } from '@timesheets/fake-auth0/registry'
import { lockOwner } from './stack-lock.ts'

/** What a running stack tells of itself, for tools and tests: `.local/stack.json`. */
export interface StackFile extends Credentials {
  readonly gateway: string
  readonly issuer: string
  readonly audience: string
  readonly tracker: string
  readonly database: string
  /** The second ports, with health and metrics. */
  readonly admin: Readonly<Record<'gateway' | 'timesheets-service', string>>
  readonly pids: Readonly<Record<string, number>>
}

const fileIn = (dataDir: string) => path.join(dataDir, 'stack.json')

/** Puts it in place whole, or not at all. */
export function writeStackFile(dataDir: string, stack: StackFile): void {
  mkdirSync(dataDir, { recursive: true })
  const temporary = `${fileIn(dataDir)}.${process.pid}`
  writeFileSync(temporary, `${JSON.stringify(stack, null, 2)}\n`, { mode: 0o600 })
  renameSync(temporary, fileIn(dataDir))
}

export function removeStackFile(dataDir: string): void {
  rmSync(fileIn(dataDir), { force: true })
}

/** @throws an Error of one line where no stack runs; one that was killed has left its file behind */
export function readStackFile(dataDir: string): StackFile {
  try {
    if (lockOwner(dataDir) === undefined) throw new Error('nobody works on this folder')
    return JSON.parse(readFileSync(fileIn(dataDir), 'utf8')) as StackFile
  } catch {
    throw new Error('No stack is running here: start one with `npm start`, and leave it running')
  }
}
