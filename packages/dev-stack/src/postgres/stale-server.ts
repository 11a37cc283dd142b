import { execFile } from 'node:child_process'
import { readdir, readFile, readlink, realpath, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

/** One operating system process of a Postgres server. */
interface ServerProcess {
  readonly pid: number
  readonly parent: number
}

/** Contains the pid of the Node process that started the server. Postgres keeps its own `postmaster.pid` beside it. */
const ownerFile = 'local-owner.pid'

const shutdownMs = 10_000
/** Backends of a killed postmaster notice its death by themselves; this is the time they get. */
const orphanExitMs = 2_000

/**
 * Prepares a data folder for a new server. Stops a server whose owner was killed (SIGKILL), and the backends of a
 * postmaster that was itself killed. Then records this process as the owner of the folder.
 *
 * @throws {Error} with one line, when another running process owns a server on this folder
 */
export async function claimDataDir(dataDir: string): Promise<void> {
  const folder = await realpath(dataDir)
  const postmaster = await readPid(path.join(folder, 'postmaster.pid'))
  const running = await listServerProcesses(folder)
  const server = running.find(({ pid }) => pid === postmaster)
  if (server) {
    // An orphan gets another parent, so a reused pid of the owner cannot match here.
    if (server.parent === (await readPid(path.join(folder, ownerFile)))) {
      throw new Error(`${folder} is in use: process ${server.parent} runs Postgres on it. Stop it first.`)
    }
    sendSignal(server.pid, 'SIGINT') // fast shutdown
    await waitUntilGone(folder, shutdownMs)
  } else if (running.length > 0) {
    await waitUntilGone(folder, orphanExitMs)
  }
  for (const { pid } of await listServerProcesses(folder)) sendSignal(pid, 'SIGKILL')
  await waitUntilGone(folder, shutdownMs)

  // Postgres refuses to start while the pid in postmaster.pid is in use, also when another program got that pid.
  if (postmaster && isPidInUse(postmaster)) await rm(path.join(folder, 'postmaster.pid'), { force: true })
  await writeFile(path.join(folder, ownerFile), `${process.pid}\n`)
}

async function waitUntilGone(folder: string, withinMs: number): Promise<void> {
  const deadline = Date.now() + withinMs
  while (Date.now() < deadline && (await listServerProcesses(folder)).length > 0) await sleep(50)
}

async function readPid(file: string): Promise<number | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '')
  return Number.parseInt(text, 10) || undefined
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** Returns true also for a zombie, as Postgres' own check does (unlike `isProcessRunning`). */
function isPidInUse(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Lists the postmaster and the backends that run on a data folder. */
function listServerProcesses(folder: string): Promise<ServerProcess[]> {
  return process.platform === 'linux' ? listFromProc(folder) : listFromPs(folder)
}

/** Linux: every process named `postgres` whose working directory is the data folder. */
async function listFromProc(folder: string): Promise<ServerProcess[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const found = await Promise.all(
    pids.map(async (pid) => {
      try {
        if ((await readlink(`/proc/${pid}/cwd`)) !== folder) return []
        // "pid (name) state parent …": proc_pid_stat(5)
        const [, name, parent] = /\((.*)\) \S (\d+)/.exec(await readFile(`/proc/${pid}/stat`, 'utf8')) ?? []
        return name === 'postgres' ? [{ pid: Number(pid), parent: Number(parent) }] : []
      } catch {
        return [] // the process ended, or belongs to another user
      }
    }),
  )
  return found.flat()
}

/**
 * Other systems: the postmaster only, by its command line. The command lines of backends do not contain the folder;
 * a starting Postgres waits for them itself.
 */
async function listFromPs(folder: string): Promise<ServerProcess[]> {
  const { stdout } = await promisify(execFile)('ps', ['-axo', 'pid=,ppid=,command='])
  return stdout.split('\n').flatMap((line) => {
    const [, pid, parent, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? []
    return command?.includes(`postgres -D ${folder} `) ? [{ pid: Number(pid), parent: Number(parent) }] : []
  })
}
