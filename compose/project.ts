import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

const namePrefix = 'timesheets-test-'

/** What a command left behind. */
export interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** One container, as `docker inspect` tells it. */
export interface Container {
  readonly Id: string
  readonly RestartCount: number
  readonly State: {
    readonly Status: string
    readonly ExitCode: number
    readonly Health?: { readonly Status: string }
  }
}

/** A compose project of its own, of this checkout and `.env.example`, beside whatever else runs on this machine. */
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

  /** First takes away what an earlier test left that was killed. */
  static async create(): Promise<Project> {
    const project = new Project(await freePort())
    const { stdout } = await project.docker('compose', 'ls', '--all', '--quiet')
    for (const name of stdout.split('\n').filter(isLeftOver)) await new Project(0, name).remove()
    return project
  }

  /** The same, with other variables. */
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

  /** @throws an Error with what the command wrote, where it does not end with 0 */
  async compose(...words: string[]): Promise<Outcome> {
    return demandSuccess(words, await this.tryCompose(...words))
  }

  tryCompose(...words: string[]): Promise<Outcome> {
    return this.#run(['compose', '--project-name', this.name, '--env-file', '.env.example', ...words])
  }

  /** @throws an Error with what the command wrote, where it does not end with 0 */
  async docker(...words: string[]): Promise<Outcome> {
    return demandSuccess(words, await this.#run(words))
  }

  /** The container of a service, whether or not it runs. */
  async container(service: string): Promise<Container> {
    const { stdout } = await this.compose('ps', '--all', '--quiet', service)
    return JSON.parse((await this.docker('inspect', stdout.trim())).stdout)[0]
  }

  /** A token of contractor-sync, as an operator gets it. */
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

  /** Takes away all that was made: containers, networks, volumes, images. */
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

  #run(words: string[]): Promise<Outcome> {
    return new Promise((resolve) => {
      const options = { cwd: root, env: this.#environment, maxBuffer: 64 * 1024 * 1024 }
      execFile('docker', words, options, (error, stdout, stderr) => {
        const code = typeof error?.code === 'number' ? error.code : error === null ? 0 : 1
        resolve({ code, stdout, stderr: stderr || (error?.message ?? '') })
      })
    })
  }
}

/** Asks until there is an answer. What it waits for takes seconds; that it never comes is told after a minute. */
export async function eventually<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
  let last: unknown
  for (let attempt = 0; attempt < 240; attempt++) {
    try {
      const answer = await ask()
      if (answer !== undefined) return answer
    } catch (error) {
      last = error
    }
    await sleep(250)
  }
  throw new Error(`Waited in vain: ${what}`, { cause: last })
}

/** A test's project whose process is no more. */
function isLeftOver(name: string): boolean {
  if (!name.startsWith(namePrefix)) return false
  try {
    process.kill(Number(name.slice(namePrefix.length)), 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}

function demandSuccess(words: readonly string[], outcome: Outcome): Outcome {
  if (outcome.code === 0) return outcome
  throw new Error(`docker ${words.join(' ')} ended with ${outcome.code}:\n${outcome.stderr.slice(-4000)}`)
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
