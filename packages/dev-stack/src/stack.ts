import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { createRegistry, credentialsOf } from '@timesheets/fake-auth0/registry'
import { migrate } from '../../../prisma/migrate.ts'
import { Child, type ChildEvents, type ChildSpec, type Listening } from './child.ts'
import type { StackConfig } from './config.ts'
import { passOn } from './inherit-env.ts'
import { runSync } from './run-sync.ts'
import { removeStackFile, type StackFile, writeStackFile } from './stack-file.ts'
import { lockDataDir } from './stack-lock.ts'

/** What the stack tells while it comes up and runs. */
export interface StackObserver extends ChildEvents {
  ready(name: string, where: string, tookMs: number): void
}

const audience = 'https://api.exampleco.com/timesheets'
const root = fileURLToPath(new URL('../../..', import.meta.url))

/** The whole system on one machine: its processes, in the order in which they need each other. */
export class Stack {
  readonly #config: StackConfig
  readonly #observer: StackObserver
  readonly #children = new Map<string, Child>()
  readonly #listening = new Map<string, Listening>()
  readonly #ending = new AbortController()
  #unlock: (() => void) | undefined
  #syncing: Promise<unknown> | undefined
  #published = false

  constructor(config: StackConfig, observer: StackObserver) {
    this.#config = config
    this.#observer = observer
  }

  /** @throws an Error of one line: what did not start, and why */
  async start(): Promise<void> {
    const { dataDir } = this.#config
    this.#unlock = lockDataDir(dataDir)
    removeStackFile(dataDir)
    mkdirSync(path.join(dataDir, 'logs'), { recursive: true })
    const port = (value: number) => String(value)
    const identitySecret = randomBytes(32).toString('hex')

    const database = await this.#run('postgres', 'packages/dev-stack/src/postgres/main.ts', {
      portVariable: 'POSTGRES_PORT',
      environment: {
        POSTGRES_PORT: port(this.#config.postgresPort),
        POSTGRES_DATA_DIR: path.join(dataDir, 'postgres'),
      },
    })
    await migrate(database.url)
    const issuer = await this.#run('issuer', 'packages/fake-auth0/src/main.ts', {
      portVariable: 'ISSUER_PORT',
      environment: {
        ISSUER_PORT: port(this.#config.issuerPort),
        ISSUER_DATA_DIR: path.join(dataDir, 'issuer'),
        ISSUER_AUDIENCE: audience,
      },
    })
    await this.#run('tracker', 'packages/fake-harvest/src/main.ts', {
      portVariable: 'HARVEST_PORT',
      environment: {
        HARVEST_PORT: port(this.#config.trackerPort),
        HARVEST_DATA_DIR: path.join(dataDir, 'harvest'),
        ...passOn(/^HARVEST_(CONTRACTORS|WEEKS|RATE_LIMIT)$/),
      },
    })
    const gatewayPort = this.#config.gatewayPort || (await freePort())
    const service = await this.#run('timesheets-service', 'timesheets-service/src/main.ts', {
      portVariable: 'SERVICE_PORT',
      adminPortVariable: 'SERVICE_ADMIN_PORT',
      environment: {
        SERVICE_PORT: port(this.#config.servicePort),
        SERVICE_ADMIN_PORT: port(this.#config.serviceAdminPort),
        DATABASE_URL: database.url,
        IDENTITY_SECRET: identitySecret,
        ...serverEnvironment,
        PUBLIC_URL: `http://127.0.0.1:${gatewayPort}`,
      },
    })
    await this.#run('gateway', 'gateway/src/main.ts', {
      portVariable: 'GATEWAY_PORT',
      adminPortVariable: 'GATEWAY_ADMIN_PORT',
      environment: {
        GATEWAY_PORT: port(gatewayPort),
        GATEWAY_ADMIN_PORT: port(this.#config.gatewayAdminPort),
        SERVICE_URL: service.url,
        AUTH0_ISSUER: `${issuer.url}/`,
        AUTH0_AUDIENCE: audience,
        ALLOW_HTTP_ISSUER: 'true',
        ...passOn(/^CORS_ORIGINS$/),
        IDENTITY_SECRET: identitySecret,
        ...serverEnvironment,
        PUBLIC_URL: `http://127.0.0.1:${gatewayPort}`,
      },
    })
  }

  /** Aborted once it is being stopped: from then on nothing is started, and nobody is told that it runs. */
  get ending(): AbortSignal {
    return this.#ending.signal
  }

  /**
   * One run of contractor-sync, which ends with the stack.
   * @returns its exit code
   */
  sync(words: readonly string[]): Promise<number> {
    const running = runSync(this.describe(), words, this.ending)
    this.#syncing = running.catch(() => {})
    return running
  }

  /** Tells tools and tests that everything answers. */
  publish(): void {
    if (this.ending.aborted) return
    this.#published = true
    writeStackFile(this.#config.dataDir, this.describe())
  }

  describe(): StackFile {
    const at = (name: string) => this.#listening.get(name)!
    return {
      gateway: at('gateway').url,
      issuer: `${at('issuer').url}/`,
      audience,
      tracker: at('tracker').url,
      database: at('postgres').url,
      admin: { gateway: at('gateway').adminUrl!, 'timesheets-service': at('timesheets-service').adminUrl! },
      pids: Object.fromEntries([...this.#listening].map(([name, { pid }]) => [name, pid])),
      ...credentialsOf(createRegistry({ audience })),
    }
  }

  /** Ends what was started: the sync, then the door, the database last. */
  async stop(): Promise<void> {
    this.#ending.abort()
    // Without the lock the folder is another stack's.
    if (this.#unlock === undefined) return
    removeStackFile(this.#config.dataDir)
    await this.#syncing
    for (const child of [...this.#children.values()].reverse()) await child.stop()
    this.#unlock()
  }

  async #run(
    name: string,
    script: string,
    spec: Omit<ChildSpec, 'name' | 'script' | 'logFile'>,
  ): Promise<Listening> {
    if (this.ending.aborted) throw new Error('The stack is being stopped')
    const startedAt = performance.now()
    const logFile = path.join(this.#config.dataDir, 'logs', `${name}.log`)
    const child = new Child({ ...spec, name, script: path.join(root, script), logFile }, this.#events())
    this.#children.set(name, child)
    const listening = await child.start()
    this.#listening.set(name, listening)
    if (!this.ending.aborted) this.#observer.ready(name, listening.url, performance.now() - startedAt)
    return listening
  }

  #events(): ChildEvents {
    return {
      died: (name, why) => this.#observer.died(name, why),
      returned: (name, listening) => {
        this.#listening.set(name, listening)
        if (this.#published) this.publish()
        this.#observer.returned(name, listening)
      },
    }
  }
}

/** On a laptop no load balancer has to learn that a process goes. */
const serverEnvironment = { DRAIN_WAIT_MS: '0', DRAIN_DEADLINE_MS: '5000', ...passOn(/^LOG_LEVEL$/) }

/** A port that nobody has at this moment: what the API is called must be known before it listens. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
