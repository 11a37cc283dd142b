import { readFileSync } from 'node:fs'

/**
 * Whether a process works, on this machine and under any user. One that has ended does not, also while nobody has
 * collected its exit code, as where a container's first process collects none.
 */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  return !isDefunct(pid)
}

/** "pid (name) state …", where Z is a process that has ended: proc_pid_stat(5). Elsewhere the first process collects. */
function isDefunct(pid: number): boolean {
  if (process.platform !== 'linux') return false
  try {
    return /^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return true // ended meanwhile
  }
}
