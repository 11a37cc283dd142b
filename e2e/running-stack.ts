import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { checkResponses } from '@timesheets/contracts/test/response-checks'
import { fetchAccessToken } from '@timesheets/dev-stack/access-token'
import { syncEnvironment } from '@timesheets/dev-stack/run-sync'
import { readStackFile, type StackFile } from '@timesheets/dev-stack/stack-file'

const root = fileURLToPath(new URL('..', import.meta.url))

/** What a process printed, and how it ended. */
export interface Ended {
  readonly code: number | null
  readonly output: string
}

/** The whole system as `npm start` boots it, in a folder of its own, on free ports. */
export class RunningStack implements AsyncDisposable {
  readonly dataDir: string
  #process: ChildProcess | undefined
  #output = ''

  constructor() {
    this.dataDir = mkdtempSync(path.join(tmpdir(), 'timesheets-e2e-'))
    // Postgres runs as another user where this is root; in a closed folder its data would have to lie elsewhere.
    chmodSync(this.dataDir, 0o755)
  }

  /** Starts it and waits until its file says that everything answers and the first sync has ended. */
  async start(environment: Record<string, string> = {}): Promise<void> {
    const child = this.spawn([], environment)
    while (this.read() === undefined) {
      if (hasEnded(child)) throw new Error(`The stack ended with ${child.exitCode}:\n${this.#output}`)
      await pause(100)
    }
    checkResponses(this.file.gateway, 'system')
  }

  /** Starts it and gives the process, whatever becomes of it. */
  spawn(words: readonly string[], environment: Record<string, string> = {}): ChildProcess {
    const child = spawn(process.execPath, ['packages/dev-stack/src/main.ts', ...words], {
      cwd: root,
      env: { ...process.env, GATEWAY_PORT: '0', LOCAL_DATA_DIR: this.dataDir, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        this.#output += chunk
      })
    }
    this.#process = child
    return child
  }

  /** Runs it to its end. */
  async run(words: readonly string[], environment: Record<string, string> = {}): Promise<Ended> {
    const [code] = await once(this.spawn(words, environment), 'close')
    return { code, output: this.#output }
  }

  get output(): string {
    return this.#output
  }

  get file(): StackFile {
    const file = this.read()
    if (file === undefined) throw new Error('The stack does not run')
    return file
  }

  read(): StackFile | undefined {
    try {
      return readStackFile(this.dataDir)
    } catch {
      return undefined
    }
  }

  token(who: string): Promise<string> {
    return fetchAccessToken(this.file, who)
  }

  /** One run of contractor-sync against it, as a process of its own. */
  async sync(words: readonly string[], environment: Record<string, string> = {}): Promise<Ended> {
    const child = spawn(process.execPath, ['contractor-sync/src/main.ts', 'run', ...words], {
      cwd: root,
      env: { ...process.env, ...syncEnvironment(this.file), ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output += chunk
      })
    }
    const [code] = await once(child, 'close')
    return { code, output }
  }

  async stop(): Promise<number | null> {
    const child = this.#process
    if (child === undefined || hasEnded(child)) return child?.exitCode ?? null
    const closed = once(child, 'close')
    child.kill('SIGINT')
    const [code] = await closed
    return code
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
    rmSync(this.dataDir, { recursive: true, force: true })
  }
}

/** Asks again and again until it holds. */
export async function eventually(holds: () => Promise<boolean> | boolean, what: string): Promise<void> {
  const deadline = Date.now() + 30_000
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`It never came to be: ${what}`)
    await pause(100)
  }
}

const hasEnded = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
