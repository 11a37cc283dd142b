import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'

const patienceMs = 15_000

/** Ends a process and waits for it: SIGTERM, and SIGKILL where that is not enough. */
export async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs)
  await exited
  clearTimeout(timer)
}
