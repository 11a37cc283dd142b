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

/** The exit code and the output of a process. */
export interface ProcessResult {
  readonly code: number | null
  readonly output: string
}

/** The whole system as `npm start` starts it, in a temporary folder, on free ports. */
export class RunningStack implements AsyncDisposable {
  readonly dataDir: string
  #process: ChildProcess | undefined
  #output = ''

  constructor() {
    this.dataDir = mkdtempSync(path.join(tmpdir(), 'timesheets-e2e-'))
    // Root runs Postgres as another user, which must be able to enter this folder.
    chmodSync(this.dataDir, 0o755)
  }

  /** Starts it and waits for stack.json, which is written after the first sync. */
  async start(environment: Record<string, string> = {}): Promise<void> {
    const child = this.spawn([], environment)
    while (this.read() === undefined) {
      if (hasEnded(child)) throw new Error(`The stack ended with ${child.exitCode}:\n${this.#output}`)
      await pause(100)
    }
    checkResponses(this.file.gateway, 'system')
  }

  /** Starts it and returns the process, without waiting. */
  spawn(args: readonly string[], environment: Record<string, string> = {}): ChildProcess {
    const child = spawn(process.execPath, ['packages/dev-stack/src/main.ts', ...args], {
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

  /** Runs it until it exits. */
  async run(args: readonly string[], environment: Record<string, string> = {}): Promise<ProcessResult> {
    const [code] = await once(this.spawn(args, environment), 'close')
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

  token(account: string): Promise<string> {
    return fetchAccessToken(this.file, account)
  }

  /** Runs contractor-sync against it, in a separate process. */
  async sync(args: readonly string[], environment: Record<string, string> = {}): Promise<ProcessResult> {
    const child = spawn(process.execPath, ['contractor-sync/src/main.ts', 'run', ...args], {
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

/**
 * Polls until a condition is true.
 * @throws {Error} after 30 s
 */
export async function waitUntil(isTrue: () => Promise<boolean> | boolean, condition: string): Promise<void> {
  const deadline = Date.now() + 30_000
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error(`Timed out waiting until ${condition}`)
    await pause(100)
  }
}

const hasEnded = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
