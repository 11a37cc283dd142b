import { readdirSync, readFileSync } from 'node:fs'

/** `getconf CLK_TCK` on Linux. */
const ticksPerSecond = 100

/** CPU that a process has used, user and system, all threads, in microseconds; in steps of 10 ms. */
export function readCpuMicroseconds(pid: number): number {
  const fields = readStat(pid)
  return ((Number(fields[utime]) + Number(fields[utime + 1])) * 1_000_000) / ticksPerSecond
}

/** The same of a process with all its children, also those that have ended. */
export function readTreeCpuMicroseconds(pid: number): number {
  const own = readStat(pid)
  const ended = ((Number(own[utime + 2]) + Number(own[utime + 3])) * 1_000_000) / ticksPerSecond
  const children = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && isChild(Number(name), pid))
  const running = children.map((child) => readCpuMicroseconds(Number(child)))
  return readCpuMicroseconds(pid) + ended + running.reduce((sum, cpu) => sum + cpu, 0)
}

function isChild(pid: number, parent: number): boolean {
  try {
    return Number(readStat(pid)[1]) === parent
  } catch {
    return false // it has ended meanwhile
  }
}

/** Positions in what `readStat` returns: fields 14 to 17 of proc(5) are utime, stime, cutime and cstime. */
const utime = 11

function readStat(pid: number): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The name in parentheses may contain spaces.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}

/** The most memory that a process has used at once, in MB. */
export function readPeakMegabytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024
}
