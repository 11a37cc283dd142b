import { execFile } from 'node:child_process'

import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort } from '@timesheets/dev-stack/free-port'

const root = fileURLToPath(new URL('..', import.meta.url))

const namePrefix = 'timesheets-test-'

/** The result of a command. */
export interface CommandResult {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** The used fields of `docker inspect`. */
export interface Container {
  readonly Id: string
  readonly RestartCount: number
  readonly State: {
    readonly Status: string
    readonly ExitCode: number
    readonly Health?: { readonly Status: string }
  }
}

/** A compose project for tests, from this checkout and `.env.example`, separate from all other projects. */
export class Project {
  readonly name: string
  readonly #environment: NodeJS.ProcessEnv

  readonly port: number

  private constructor(port: number, name = `${namePrefix}${process.pid}`) {
    this.port = port
    this.name = name
    this.#environment = {
      ...process.env,
      GATEWAY_PORT: String(port),
      VERSION: this.name,
      IMAGE_PREFIX: 'timesheets',
    }
  }

  /** Creates a project, after it has removed the projects of tests that were killed. */
  static async create(): Promise<Project> {
    const project = new Project(await freePort())
    const { stdout } = await project.docker('compose', 'ls', '--all', '--quiet')
    for (const name of stdout.split('\n').filter(isStale)) await new Project(0, name).remove()
    return project
  }

  /** Returns the same project with other variables. */
  with(variables: Readonly<Record<string, string>>): Project {
    const other = new Project(this.port, this.name)
    Object.assign(other.#environment, variables)
    return other
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  image(service: string): string {
    return `timesheets/${service}:${this.name}`
  }

  /** @throws {Error} with standard error, when the command does not exit with 0 */
  async compose(...args: string[]): Promise<CommandResult> {
    return requireSuccess(args, await this.tryCompose(...args))
  }

  tryCompose(...args: string[]): Promise<CommandResult> {
    return this.#run(['compose', '--project-name', this.name, '--env-file', '.env.example', ...args])
  }

  /** @throws {Error} with standard error, when the command does not exit with 0 */
  async docker(...args: string[]): Promise<CommandResult> {
    return requireSuccess(args, await this.#run(args))
  }

  /** Inspects the container of a service, also when it has stopped. */
  async container(service: string): Promise<Container> {
    const { stdout } = await this.compose('ps', '--all', '--quiet', service)
    return JSON.parse((await this.docker('inspect', stdout.trim())).stdout)[0]
  }

  /** Requests a token by `contractor-sync token`, as an operator does. */
  async token(): Promise<string> {
    return (await this.compose('run', '--rm', '--no-TTY', 'contractor-sync', 'token')).stdout.trim()
  }

  async upload(token: string, entry: object): Promise<{ status: number; body: Record<string, unknown> }> {
    const response = await fetch(`${this.url}/timesheets/upload`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(entry),
    })
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }

  /** Removes the containers, networks, volumes and images. */
  async remove(): Promise<void> {
    await this.tryCompose('down', '--volumes', '--remove-orphans', '--timeout', '5')
    const { stdout } = await this.docker(
      'images',
      '--quiet',
      '--filter',
      `reference=timesheets/*:${this.name}`,
    )
    const images = [...new Set(stdout.split('\n').filter((id) => id !== ''))]
    if (images.length > 0) await this.#run(['rmi', '--force', ...images])
  }

  #run(args: string[]): Promise<CommandResult> {
    return new Promise((resolve) => {
      const options = { cwd: root, env: this.#environment, maxBuffer: 64 * 1024 * 1024 }
      execFile('docker', args, options, (error, stdout, stderr) => {
        const code = typeof error?.code === 'number' ? error.code : error === null ? 0 : 1
        resolve({ code, stdout, stderr: stderr || (error?.message ?? '') })
      })
    })
  }
}

/**
 * Polls until `read` returns a value.
 * @throws {Error} after 240 attempts (a minute or more), with the last error as its cause
 */
export async function waitFor<T>(what: string, read: () => Promise<T | undefined>): Promise<T> {
  let lastError: unknown
  for (let attempt = 0; attempt < 240; attempt++) {
    try {
      const value = await read()
      if (value !== undefined) return value
    } catch (error) {
      lastError = error
    }
    await sleep(250)
  }
  throw new Error(`Timed out waiting for ${what}`, { cause: lastError })
}

/** Whether a project belongs to a test process that has ended. */
function isStale(name: string): boolean {
  if (!name.startsWith(namePrefix)) return false
  try {
    process.kill(Number(name.slice(namePrefix.length)), 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}

function requireSuccess(args: readonly string[], result: CommandResult): CommandResult {
  if (result.code === 0) return result
  throw new Error(`docker ${args.join(' ')} exited with ${result.code}:\n${result.stderr.slice(-4000)}`)
}
