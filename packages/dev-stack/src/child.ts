import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream, fchmodSync, openSync, type WriteStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { passOn } from './inherit-env.ts'
import { endProcess } from './process-end.ts'
import { lastWords } from './stderr-summary.ts'

/** One process of the stack: which, with what environment, and where its log goes. */
export interface ChildSpec {
  readonly name: string
  /** File of the process's entry. */
  readonly script: string
  readonly environment: Readonly<Record<string, string>>
  /** The variable that sets its port, and the second one's: it is started again on those it had. */
  readonly portVariable: string
  readonly adminPortVariable?: string
  readonly logFile: string
}

/** What a process says of itself when it is ready. */
export interface Listening {
  readonly url: string
  readonly adminUrl: string | undefined
  readonly pid: number
}

export interface ChildEvents {
  /** It died after it was ready, and is about to be started again. */
  died(name: string, why: string): void
  /** It is there again. */
  returned(name: string, listening: Listening): void
}

const endWithParent = fileURLToPath(new URL('./end-with-parent.ts', import.meta.url))
const startTimeoutMs = 60_000
const firstPauseMs = 100
const longestPauseMs = 5000
/** A process that lived for so long is started again without a pause. */
const steadyMs = 10_000

/** A process of the stack that is started again, on its port, when it dies. */
export class Child {
  readonly #spec: ChildSpec
  readonly #events: ChildEvents
  #process: ChildProcess | undefined
  #ports: Record<string, string> = {}
  #stopping = false
  #pauseMs = 0

  constructor(spec: ChildSpec, events: ChildEvents) {
    this.#spec = spec
    this.#events = events
  }

  /** @throws an Error of one line where it dies, or does not say that it listens, during its start */
  async start(): Promise<Listening> {
    const { name, script, logFile } = this.#spec
    const startedAt = performance.now()
    const log = openLog(logFile)
    const child = spawn(process.execPath, ['--import', endWithParent, script], {
      env: this.#environment(),
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // Its own process group: Ctrl-C reaches the stack alone, which ends its processes in order.
      detached: true,
    })
    this.#process = child
    child.stdout!.pipe(log, { end: false })
    child.stderr!.pipe(log, { end: false })
    child.once('close', () => log.end()) // not before: on 'exit' its last words may still be on their way
    const listening = await this.#untilListening(child)
    this.#keepPorts(listening)
    child.once('exit', (code, signal) => {
      if (this.#stopping) return
      this.#pauseMs =
        performance.now() - startedAt > steadyMs
          ? 0
          : Math.min(Math.max(2 * this.#pauseMs, firstPauseMs), longestPauseMs)
      this.#events.died(name, signal ?? `exit code ${code}`)
      setTimeout(() => this.#startAgain(), this.#pauseMs)
    })
    return listening
  }

  /** Ends it: SIGTERM, and SIGKILL where that is not enough. */
  async stop(): Promise<void> {
    this.#stopping = true
    if (this.#process !== undefined) await endProcess(this.#process)
  }

  async #startAgain(): Promise<void> {
    if (this.#stopping) return
    try {
      const listening = await this.start()
      this.#events.returned(this.#spec.name, listening)
    } catch (error) {
      if (this.#stopping) return
      this.#pauseMs = Math.min(Math.max(2 * this.#pauseMs, firstPauseMs), longestPauseMs)
      this.#events.died(this.#spec.name, (error as Error).message)
      setTimeout(() => this.#startAgain(), this.#pauseMs)
    }
  }

  #untilListening(child: ChildProcess): Promise<Listening> {
    const { name, logFile } = this.#spec
    const complaints: string[] = []
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        child.kill('SIGKILL')
        reject(new Error(`${name} did not start within ${startTimeoutMs / 1000} s; its log is ${logFile}`))
      }, startTimeoutMs)
      child.once('error', (error) => {
        clearTimeout(timer)
        reject(new Error(`${name} did not start: ${error.message}`))
      })
      child.once('close', (code, signal) => {
        clearTimeout(timer)
        const said = lastWords(complaints) || `it ended with ${signal ?? code}, its log is ${logFile}`
        reject(new Error(`${name} did not start: ${said}${this.#adviceOn(said)}`))
      })
      createInterface({ input: child.stderr! }).on('line', (line) => {
        if (line.trim() !== '' && complaints.length < 8) complaints.push(line)
      })
      const onSaid = (said: unknown) => {
        const listening = listeningOf(said, child.pid!)
        if (listening === undefined) return
        clearTimeout(timer)
        resolve(listening)
      }
      // Standard output goes to the log: a process whose URL holds a password tells it in a message.
      child.on('message', onSaid)
      createInterface({ input: child.stdout! }).on('line', (line) => onSaid(readLine(line)))
    })
  }

  #environment(): NodeJS.ProcessEnv {
    // `npm run reset` looks for the data under the same temporary folder.
    const inherited = passOn(/^(PATH|TMPDIR|TMP|TEMP)$/)
    return { ...inherited, ...this.#spec.environment, ...this.#ports }
  }

  /** Where a port is taken: which variable sets it. */
  #adviceOn(said: string): string {
    const [, port] = /Port (\d+)\b.* is taken/.exec(said) ?? []
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

/** Only for this user, also where an earlier version left it open to all. */
function openLog(file: string): WriteStream {
  const fd = openSync(file, 'a', 0o600)
  fchmodSync(fd, 0o600)
  return createWriteStream(file, { fd })
}

/** What a line of JSON says, if it is the one in which a process tells where it listens. */
function readLine(line: string): unknown {
  return line.startsWith('{') && line.includes('"listening"') ? JSON.parse(line) : undefined
}

function listeningOf(said: unknown, pid: number): Listening | undefined {
  const told = said as { listening?: unknown; admin?: string; pid?: number } | undefined
  if (typeof told?.listening !== 'string') return undefined
  return { url: told.listening, adminUrl: told.admin, pid: told.pid ?? pid }
}
