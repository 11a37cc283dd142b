import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { endProcess } from './process-end.ts'

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
    const { name, script, environment, logFile } = this.#spec
    const startedAt = performance.now()
    const child = spawn(process.execPath, ['--import', endWithParent, script], {
      env: { PATH: process.env.PATH, ...environment, ...this.#ports },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // Its own process group: Ctrl-C reaches the stack alone, which ends its processes in order.
      detached: true,
    })
    this.#process = child
    const log = createWriteStream(logFile, { flags: 'a' })
    child.stdout!.pipe(log, { end: false })
    child.stderr!.pipe(log, { end: false })
    const listening = await this.#untilListening(child)
    this.#keepPorts(listening)
    child.once('exit', (code, signal) => {
      log.end()
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
    const { name, logFile, portVariable } = this.#spec
    const lastWords: string[] = []
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        child.kill('SIGKILL')
        reject(new Error(`${name} did not start within ${startTimeoutMs / 1000} s; its log is ${logFile}`))
      }, startTimeoutMs)
      child.once('error', (error) => reject(new Error(`${name} did not start: ${error.message}`)))
      child.once('close', (code, signal) => {
        clearTimeout(timer)
        const said = lastWords.join('; ') || `it ended with ${signal ?? code}, its log is ${logFile}`
        const advice = /is taken/.test(said) ? `; set ${portVariable} to use another` : ''
        reject(new Error(`${name} did not start: ${said}${advice}`))
      })
      createInterface({ input: child.stderr! }).on('line', (line) => {
        if (line.trim() !== '' && lastWords.length < 8) lastWords.push(line.trim())
      })
      createInterface({ input: child.stdout! }).on('line', (line) => {
        const listening = readListening(line, child.pid!)
        if (listening === undefined) return
        clearTimeout(timer)
        resolve(listening)
      })
    })
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

/** The line of JSON in which a process says where it listens, if this is it. */
function readListening(line: string, pid: number): Listening | undefined {
  if (!line.startsWith('{') || !line.includes('"listening"')) return undefined
  const said = JSON.parse(line) as { listening?: unknown; admin?: string; pid?: number }
  if (typeof said.listening !== 'string') return undefined
  return { url: said.listening, adminUrl: said.admin, pid: said.pid ?? pid }
}
