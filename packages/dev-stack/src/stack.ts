import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { createRegistry, listCredentials } from '@timesheets/fake-auth0/registry'
import { migrate } from '../../../prisma/migrate.ts'
import { Child, type ChildEvents, type ChildSpec, type Listening } from './child.ts'
import type { StackConfig } from './config.ts'
import { freePort } from './free-port.ts'
import { inheritEnv } from './inherit-env.ts'
import { chooseLastPorts, saveLastPorts } from './last-ports.ts'
import { runSync } from './run-sync.ts'
import { removeStackFile, type StackFile, writeStackFile } from './stack-file.ts'
import { lockDataDir } from './stack-lock.ts'

/** Receives what happens while the stack starts and runs. */
export interface StackObserver extends ChildEvents {
  ready(name: string, url: string, tookMs: number): void
}

const audience = 'https://api.exampleco.com/timesheets'
const root = fileURLToPath(new URL('../../..', import.meta.url))

/** The whole system on one machine. Starts each process after the processes that it needs. */
export class Stack {
  readonly #config: StackConfig
  readonly #observer: StackObserver
  readonly #children = new Map<string, Child>()
  readonly #listening = new Map<string, Listening>()
  readonly #stopping = new AbortController()
  #unlock: (() => void) | undefined
  #syncing: Promise<unknown> | undefined
  #published = false

  constructor(config: StackConfig, observer: StackObserver) {
    this.#config = config
    this.#observer = observer
  }

  /** @throws {Error} with one line that names the process that did not start, and the reason */
  async start(): Promise<void> {
    const { dataDir, ...configuredPorts } = this.#config
    this.#unlock = lockDataDir(dataDir)
    removeStackFile(dataDir)
    mkdirSync(path.join(dataDir, 'logs'), { recursive: true })
    const port = (value: number) => String(value)
    const ports = await chooseLastPorts(dataDir, configuredPorts)
    const identitySecret = randomBytes(32).toString('hex')

    const database = await this.#startProcess('postgres', 'packages/dev-stack/src/postgres/main.ts', {
      portVariable: 'POSTGRES_PORT',
      environment: {
        POSTGRES_PORT: port(ports.postgresPort),
        POSTGRES_DATA_DIR: path.join(dataDir, 'postgres'),
      },
    })
    await migrate(database.url)
    const issuer = await this.#startProcess('issuer', 'packages/fake-auth0/src/main.ts', {
      portVariable: 'ISSUER_PORT',
      environment: {
        ISSUER_PORT: port(ports.issuerPort),
        ISSUER_DATA_DIR: path.join(dataDir, 'issuer'),
        ISSUER_AUDIENCE: audience,
      },
    })
    await this.#startProcess('tracker', 'packages/fake-harvest/src/main.ts', {
      portVariable: 'HARVEST_PORT',
      environment: {
        HARVEST_PORT: port(ports.trackerPort),
        HARVEST_DATA_DIR: path.join(dataDir, 'harvest'),
        ...inheritEnv(/^HARVEST_(CONTRACTORS|WEEKS|RATE_LIMIT)$/),
      },
    })
    // PUBLIC_URL contains the gateway's port, so the port must be known before the gateway listens.
    const gatewayPort = ports.gatewayPort || (await freePort())
    const service = await this.#startProcess('timesheets-service', 'timesheets-service/src/main.ts', {
      portVariable: 'SERVICE_PORT',
      adminPortVariable: 'SERVICE_ADMIN_PORT',
      environment: {
        SERVICE_PORT: port(ports.servicePort),
        SERVICE_ADMIN_PORT: port(ports.serviceAdminPort),
        DATABASE_URL: database.url,
        IDENTITY_SECRET: identitySecret,
        ALLOW_LOCAL_SECRETS: 'true',
        ...inheritEnv(/^SYNC_RUN_LEASE_MS$/),
        ...serverEnvironment,
        PUBLIC_URL: `http://127.0.0.1:${gatewayPort}`,
      },
    })
    await this.#startProcess('gateway', 'gateway/src/main.ts', {
      portVariable: 'GATEWAY_PORT',
      adminPortVariable: 'GATEWAY_ADMIN_PORT',
      environment: {
        GATEWAY_PORT: port(gatewayPort),
        GATEWAY_ADMIN_PORT: port(ports.gatewayAdminPort),
        SERVICE_URL: service.url,
        AUTH0_ISSUER: `${issuer.url}/`,
        AUTH0_AUDIENCE: audience,
        ALLOW_HTTP_ISSUER: 'true',
        ...inheritEnv(/^CORS_ORIGINS$/),
        IDENTITY_SECRET: identitySecret,
        ...serverEnvironment,
        PUBLIC_URL: `http://127.0.0.1:${gatewayPort}`,
      },
    })
    saveLastPorts(dataDir, this.#readPorts())
  }

  /** The ports on which the processes listen, by the names of the settings. */
  #readPorts(): Omit<StackConfig, 'dataDir'> {
    const port = (name: string, url: 'url' | 'adminUrl' = 'url') =>
      Number(new URL(this.#listening.get(name)![url]!).port)
    return {
      gatewayPort: port('gateway'),
      gatewayAdminPort: port('gateway', 'adminUrl'),
      servicePort: port('timesheets-service'),
      serviceAdminPort: port('timesheets-service', 'adminUrl'),
      issuerPort: port('issuer'),
      trackerPort: port('tracker'),
      postgresPort: port('postgres'),
    }
  }

  /** Aborted when the stack begins to stop. From then on it starts no process and reports none as ready. */
  get stopping(): AbortSignal {
    return this.#stopping.signal
  }

  /**
   * Runs contractor-sync once. It is stopped together with the stack.
   * @param args its command line
   * @returns its exit code
   */
  sync(args: readonly string[]): Promise<number> {
    const running = runSync(this.describe(), args, this.stopping)
    this.#syncing = running.catch(() => {})
    return running
  }

  /** Writes stack.json, by which tools and tests see that every process is ready. */
  publish(): void {
    if (this.stopping.aborted) return
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
      ...listCredentials(createRegistry({ audience })),
    }
  }

  /** Stops the sync first, then the processes in reverse order: the gateway first, the database last. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    // Without the lock, the folder belongs to another stack.
    if (this.#unlock === undefined) return
    removeStackFile(this.#config.dataDir)
    await this.#syncing
    for (const child of [...this.#children.values()].reverse()) await child.stop()
    this.#unlock()
  }

  async #startProcess(
    name: string,
    script: string,
    spec: Omit<ChildSpec, 'name' | 'script' | 'logFile'>,
  ): Promise<Listening> {
    if (this.stopping.aborted) throw new Error('The stack is being stopped')
    const startedAt = performance.now()
    const logFile = path.join(this.#config.dataDir, 'logs', `${name}.log`)
    const child = new Child({ ...spec, name, script: path.join(root, script), logFile }, this.#events())
    this.#children.set(name, child)
    const listening = await child.start()
    this.#listening.set(name, listening)
    if (!this.stopping.aborted) this.#observer.ready(name, listening.url, performance.now() - startedAt)
    return listening
  }

  #events(): ChildEvents {
    return {
      died: (name, reason) => this.#observer.died(name, reason),
      returned: (name, listening) => {
        this.#listening.set(name, listening)
        if (this.#published) this.publish()
        this.#observer.returned(name, listening)
      },
    }
  }
}

/** DRAIN_WAIT_MS is 0 because no load balancer on a laptop has to notice that a process stops. */
const serverEnvironment = { DRAIN_WAIT_MS: '0', DRAIN_DEADLINE_MS: '5000', ...inheritEnv(/^LOG_LEVEL$/) }
