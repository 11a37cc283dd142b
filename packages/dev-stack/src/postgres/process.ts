import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { PostgresUser } from './user.ts'

/** A postmaster that is ready for connections. */
export interface PostgresProcess {
  readonly pid: number
  /** Resolves when the server ends, for example with "by SIGKILL" or "with exit code 1". */
  readonly ended: Promise<string>
  /** Stops the server: closes all sessions, keeps committed data. */
  stop(): Promise<void>
}

/** The server ended before it was ready. */
export class PostgresStartError extends Error {
  override name = 'PostgresStartError'
}

/** Recovery after a crash is part of a start. */
const startTimeoutMs = 60_000
/** How long a shutdown may take before the next signal is sent. */
const stopStepMs = 5_000
/** Fast shutdown, immediate shutdown (the next start recovers), kill. Postgres manual, "Shutting Down the Server". */
const stopSignals = ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const

/**
 * Runs a postmaster on a data folder as a child of this process.
 *
 * @param settings parameters of postgresql.conf, by name
 * @param log called with each line that the server logs
 * @throws {PostgresStartError} with the reason that the server logged
 */
export async function runPostgres(
  postgres: string,
  folder: string,
  settings: Readonly<Record<string, string>>,
  user: PostgresUser | undefined,
  log: (line: string) => void,
): Promise<PostgresProcess> {
  const parameters = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const child = spawn(postgres, ['-D', folder, ...parameters], {
    ...user,
    cwd: folder, // the user may not be able to enter the working directory of this process
    env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true, // Ctrl-C signals the whole process group, and the owner stops the database last
  })
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code, signal) => resolve(signal ? `by ${signal}` : `with exit code ${code}`))
  })
  const stopOnExit = () => child.kill('SIGINT')
  process.once('exit', stopOnExit)
  ended.then(() => process.off('exit', stopOnExit))

  const reasons: string[] = []
  const ready = new Promise<void>((resolve) => {
    createInterface(child.stderr).on('line', (line) => {
      log(line)
      if (/FATAL|PANIC|could not bind|HINT/.test(line)) reasons.push(line)
      if (line.includes('database system is ready to accept connections')) resolve()
    })
  })
  const timer = setTimeout(() => child.kill('SIGQUIT'), startTimeoutMs)
  const outcome = await Promise.race([ready, ended])
  clearTimeout(timer)
  if (outcome !== undefined)
    throw new PostgresStartError(`Postgres ended ${outcome}: ${reasons.join(' ') || 'it logged no reason'}`)
  return { pid: child.pid!, ended, stop: () => stop(child, ended) }
}

async function stop(child: ChildProcess, ended: Promise<string>): Promise<void> {
  for (const signal of stopSignals) {
    child.kill(signal)
    let timer: NodeJS.Timeout | undefined
    const timeout = new Promise<'timeout'>((resolve) => {
      timer = setTimeout(resolve, stopStepMs, 'timeout')
    })
    const outcome = await Promise.race([ended, timeout])
    clearTimeout(timer)
    if (outcome !== 'timeout') return
  }
}
