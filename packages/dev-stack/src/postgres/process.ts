import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { PostgresUser } from './user.ts'

/** A postmaster that is ready for connections. */
export interface PostgresProcess {
  readonly pid: number
  /** Settles when it ends, by `stop` or by itself, with how, for a person. */
  readonly ended: Promise<string>
  /** Ends it: sessions are cut, what was committed is kept. */
  stop(): Promise<void>
}

/** The server ended before it was ready. */
export class StartFailed extends Error {
  override name = 'StartFailed'
}

/** Recovery after a crash is part of a start. */
const startTimeoutMs = 60_000
/** How long a shutdown may take before the next, harder signal. */
const stopStepMs = 5_000
/** Fast, then immediate (recovery at the next start), then none of Postgres' own: server-shutdown in its manual. */
const stopSignals = ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const

/**
 * Runs a postmaster on a data folder as a child of this process.
 *
 * @param settings Of postgresql.conf, by name.
 * @param log Takes what the server logs, line by line.
 * @throws {StartFailed} with the server's own reason.
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
    cwd: folder, // the folder of this process may be closed to the user
    env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true, // Ctrl-C in a terminal goes to a whole group; when the database goes is for its owner to say
  })
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code, signal) => resolve(signal ? `by ${signal}` : `with exit code ${code}`))
  })
  const endWithOwner = () => child.kill('SIGINT')
  process.once('exit', endWithOwner)
  ended.then(() => process.off('exit', endWithOwner))

  const reasons: string[] = []
  const ready = new Promise<void>((resolve) => {
    createInterface(child.stderr).on('line', (line) => {
      log(line)
      if (/FATAL|PANIC|could not bind|HINT/.test(line)) reasons.push(line)
      if (line.includes('database system is ready to accept connections')) resolve()
    })
  })
  const timer = setTimeout(() => child.kill('SIGQUIT'), startTimeoutMs)
  const how = await Promise.race([ready, ended])
  clearTimeout(timer)
  if (how !== undefined)
    throw new StartFailed(`Postgres ended ${how}: ${reasons.join(' ') || 'it gave no reason'}`)
  return { pid: child.pid!, ended, stop: () => stop(child, ended) }
}

async function stop(child: ChildProcess, ended: Promise<string>): Promise<void> {
  for (const signal of stopSignals) {
    child.kill(signal)
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(resolve, stopStepMs, 'late')
    })
    const outcome = await Promise.race([ended, late])
    clearTimeout(timer)
    if (outcome !== 'late') return
  }
}
