import { execFile } from 'node:child_process'
import { readdir, readFile, readlink, realpath, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

/** A process of a Postgres server. */
interface ServerProcess {
  readonly pid: number
  readonly parent: number
}

/** The process that looks after the server of a data folder; Postgres keeps its own `postmaster.pid` beside it. */
const ownerFile = 'local-owner.pid'

const gracefulMs = 10_000
const orphansLeaveMs = 2_000

/**
 * Clears the way for a new server on a data folder: ends a server whose owner is gone (killed with -9), and the
 * processes of one that was itself killed, which work on until they notice. Then claims the folder for this process.
 *
 * @throws an Error of one line when another process that is alive looks after a server on this folder.
 */
export async function claim(dataFolder: string): Promise<void> {
  const folder = await realpath(dataFolder)
  const postmaster = await readPid(path.join(folder, 'postmaster.pid'))
  const running = await serverProcesses(folder)
  const server = running.find(({ pid }) => pid === postmaster)
  if (server) {
    // A process whose parent died has another parent now, so this cannot be fooled by a pid that was given out again.
    if (server.parent === (await readPid(path.join(folder, ownerFile)))) {
      throw new Error(`${folder} is in use: process ${server.parent} runs Postgres on it; stop that first`)
    }
    send(server.pid, 'SIGINT') // fast shutdown
    await allGone(folder, gracefulMs)
  } else if (running.length > 0) {
    await allGone(folder, orphansLeaveMs)
  }
  for (const { pid } of await serverProcesses(folder)) send(pid, 'SIGKILL')
  await allGone(folder, gracefulMs)

  // A pid may have been given to some other program since, which Postgres would take for a server that still runs.
  if (postmaster && isTaken(postmaster)) await rm(path.join(folder, 'postmaster.pid'), { force: true })
  await writeFile(path.join(folder, ownerFile), `${process.pid}\n`)
}

async function allGone(folder: string, withinMs: number): Promise<void> {
  const deadline = Date.now() + withinMs
  while (Date.now() < deadline && (await serverProcesses(folder)).length > 0) await sleep(50)
}

async function readPid(file: string): Promise<number | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '')
  return Number.parseInt(text, 10) || undefined
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** Whether anything has this pid, even a process that ended and was not collected: Postgres asks the same way. */
function isTaken(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** The processes that work on a data folder, postmaster and backends. */
function serverProcesses(folder: string): Promise<ServerProcess[]> {
  return process.platform === 'linux' ? fromProc(folder) : fromPs(folder)
}

/** On Linux: every process of the name `postgres` whose working directory is the data folder, as all of them have. */
async function fromProc(folder: string): Promise<ServerProcess[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const found = await Promise.all(
    pids.map(async (pid) => {
      try {
        if ((await readlink(`/proc/${pid}/cwd`)) !== folder) return []
        // "pid (name) state parent …": proc_pid_stat(5)
        const [, name, parent] = /\((.*)\) \S (\d+)/.exec(await readFile(`/proc/${pid}/stat`, 'utf8')) ?? []
        return name === 'postgres' ? [{ pid: Number(pid), parent: Number(parent) }] : []
      } catch {
        return [] // ended meanwhile, or another user's
      }
    }),
  )
  return found.flat()
}

/** Elsewhere: the postmaster by its command line. Its backends do not show their folder; Postgres itself waits for them. */
async function fromPs(folder: string): Promise<ServerProcess[]> {
  const { stdout } = await promisify(execFile)('ps', ['-axo', 'pid=,ppid=,command='])
  return stdout.split('\n').flatMap((line) => {
    const [, pid, parent, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? []
    return command?.includes(`postgres -D ${folder} `) ? [{ pid: Number(pid), parent: Number(parent) }] : []
  })
}
