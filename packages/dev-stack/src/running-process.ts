import { type ChildProcess, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'

/**
 * Returns true while a process of this machine runs, under any user. A zombie counts as ended: in a container, the
 * first process often collects no exit codes, and the pid of an ended process stays in use.
 */
export function isProcessRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  return !isZombie(pid)
}

/** Reads the state from "pid (name) state …"; Z and X are ended processes. proc_pid_stat(5). Linux only. */
function isZombie(pid: number): boolean {
  if (process.platform !== 'linux') return false
  try {
    return /^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return true // it ended after the signal was sent
  }
}

/**
 * Returns when a process started, in the notation of the operating system. Two processes that get the same pid one
 * after the other differ in it.
 * @returns undefined where the operating system does not say
 */
export function processStartTime(pid: number): string | undefined {
  return process.platform === 'linux' ? readProcStartTime(pid) : readPs('lstart=', pid)
}

/** Returns the pid of a process's parent; undefined when the process has ended. */
export function parentPid(pid: number): number | undefined {
  if (process.platform !== 'linux') return Number(readPs('ppid=', pid)) || undefined
  return Number(readProcStat(pid)?.[1]) || undefined
}

/** In clock ticks since boot: field 22 of proc_pid_stat(5). */
function readProcStartTime(pid: number): string | undefined {
  return readProcStat(pid)?.[19]
}

/** The fields of proc_pid_stat(5) from the third on. The second, the name, may contain blanks and parentheses. */
function readProcStat(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return undefined
  }
}

function readPs(column: string, pid: number): string | undefined {
  const { stdout } = spawnSync('ps', ['-o', column, '-p', String(pid)], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, LC_ALL: 'C' },
  })
  return stdout?.trim() || undefined
}

const killAfterMs = 15_000

/** Stops a child process and waits for its exit: SIGTERM, then SIGKILL after 15 s. */
export async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), killAfterMs)
  await exited
  clearTimeout(timer)
}
