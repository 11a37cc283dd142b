import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream, fchmodSync, openSync, type WriteStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { inheritEnv } from './inherit-env.ts'
import { stopProcess } from './running-process.ts'
import { stderrSummary } from './stderr-summary.ts'

/** How to start one process of the stack. */
export interface ChildSpec {
  readonly name: string
  /** The path of the entry script. */
  readonly script: string
  readonly environment: Readonly<Record<string, string>>
  /** The variables that set its ports. A restart uses the ports of the first start. */
  readonly portVariable: string
  readonly adminPortVariable?: string
  readonly logFile: string
}

/** Where a process listens, as it reports when it is ready. */
export interface Listening {
  readonly url: string
  readonly adminUrl: string | undefined
  readonly pid: number
}

export interface ChildEvents {
  /** The process exited after it was ready. A restart follows. */
  died(name: string, reason: string): void
  /** The restarted process is ready. */
  returned(name: string, listening: Listening): void
}

const parentExitHook = fileURLToPath(new URL('./parent-exit.ts', import.meta.url))
const startTimeoutMs = 60_000
const minBackoffMs = 100
const maxBackoffMs = 5000
/** A process that ran for at least this long is restarted without a pause. */
const stableAfterMs = 10_000

/** A process of the stack. It is restarted on the same ports when it exits. */
export class Child {
  readonly #spec: ChildSpec
  readonly #events: ChildEvents
  #process: ChildProcess | undefined
  #ports: Record<string, string> = {}
  #stopping = false
  #backoffMs = 0

  constructor(spec: ChildSpec, events: ChildEvents) {
    this.#spec = spec
    this.#events = events
  }

  /** @throws {Error} with one line, when the process exits during its start or is not ready within 60 s */
  async start(): Promise<Listening> {
    const { name, script, logFile } = this.#spec
    const startedAt = performance.now()
    const log = openLog(logFile)
    const child = spawn(process.execPath, ['--import', parentExitHook, script], {
      env: this.#environment(),
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // A process group of its own: Ctrl-C signals the stack only, which stops its processes in order.
      detached: true,
    })
    this.#process = child
    child.stdout!.pipe(log, { end: false })
    child.stderr!.pipe(log, { end: false })
    child.once('close', () => log.end()) // 'exit' comes too early: output may still be in the pipes
    const listening = await this.#waitUntilReady(child)
    this.#keepPorts(listening)
    child.once('exit', (code, signal) => {
      if (this.#stopping) return
      if (performance.now() - startedAt > stableAfterMs) this.#backoffMs = 0
      else this.#increaseBackoff()
      this.#events.died(name, signal ?? `exit code ${code}`)
      setTimeout(() => this.#restart(), this.#backoffMs)
    })
    return listening
  }

  /** Stops the process for good: SIGTERM, then SIGKILL after 15 s. */
  async stop(): Promise<void> {
    this.#stopping = true
    if (this.#process !== undefined) await stopProcess(this.#process)
  }

  async #restart(): Promise<void> {
    if (this.#stopping) return
    try {
      const listening = await this.start()
      this.#events.returned(this.#spec.name, listening)
    } catch (error) {
      if (this.#stopping) return
      this.#increaseBackoff()
      this.#events.died(this.#spec.name, (error as Error).message)
      setTimeout(() => this.#restart(), this.#backoffMs)
    }
  }

  #increaseBackoff(): void {
    this.#backoffMs = Math.min(Math.max(2 * this.#backoffMs, minBackoffMs), maxBackoffMs)
  }

  #waitUntilReady(child: ChildProcess): Promise<Listening> {
    const { name, logFile } = this.#spec
    const stderrLines: string[] = []
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        child.kill('SIGKILL')
        reject(new Error(`${name} did not start within ${startTimeoutMs / 1000} s; see its log ${logFile}`))
      }, startTimeoutMs)
      child.once('error', (error) => {
        clearTimeout(timer)
        reject(new Error(`${name} did not start: ${error.message}`))
      })
      child.once('close', (code, signal) => {
        clearTimeout(timer)
        const reason = stderrSummary(stderrLines) || `it ended with ${signal ?? code}; see its log ${logFile}`
        reject(new Error(`${name} did not start: ${reason}${this.#adviseOnPort(reason)}`))
      })
      createInterface({ input: child.stderr! }).on('line', (line) => {
        if (line.trim() !== '' && stderrLines.length < 8) stderrLines.push(line)
      })
      const onReport = (report: unknown) => {
        const listening = parseListening(report, child.pid!)
        if (listening === undefined) return
        clearTimeout(timer)
        resolve(listening)
      }
      // Standard output goes to the log, so a process whose URL contains a password reports it by an IPC message.
      child.on('message', onReport)
      createInterface({ input: child.stdout! }).on('line', (line) => onReport(parseReadyLine(line)))
    })
  }

  #environment(): NodeJS.ProcessEnv {
    // TMPDIR: `npm run reset` looks for the Postgres data under the same temporary folder.
    const inherited = inheritEnv(/^(PATH|TMPDIR|TMP|TEMP)$/)
    return { ...inherited, ...this.#spec.environment, ...this.#ports }
  }

  /** Names the variable that sets the port, when the reason is a taken port. */
  #adviseOnPort(reason: string): string {
    const [, port] = /Port (\d+)\b.* is taken/.exec(reason) ?? []
    const { portVariable, adminPortVariable } = this.#spec
    const environment = this.#environment()
    const variable = [portVariable, adminPortVariable].find((name) => name && environment[name] === port)
    return port === undefined || variable === undefined ? '' : `; set ${variable} to use another`
  }

  #keepPorts({ url, adminUrl }: Listening): void {
    const { portVariable, adminPortVariable } = this.#spec
    this.#ports = {
      [portVariable]: new URL(url).port,
      ...(adminPortVariable === undefined || adminUrl === undefined
        ? {}
        : { [adminPortVariable]: new URL(adminUrl).port }),
    }
  }
}

/** Opens a log that only this user can read, also when an earlier version created it with mode 0644. */
function openLog(file: string): WriteStream {
  const fd = openSync(file, 'a', 0o600)
  fchmodSync(fd, 0o600)
  return createWriteStream(file, { fd })
}

/** Parses the JSON line by which a process reports that it listens; undefined for any other line. */
function parseReadyLine(line: string): unknown {
  return line.startsWith('{') && line.includes('"listening"') ? JSON.parse(line) : undefined
}

function parseListening(report: unknown, pid: number): Listening | undefined {
  const fields = report as { listening?: unknown; admin?: string; pid?: number } | undefined
  if (typeof fields?.listening !== 'string') return undefined
  return { url: fields.listening, adminUrl: fields.admin, pid: fields.pid ?? pid }
}
