import { existsSync } from 'node:fs'

const image = 'postgres:18'
const pullTimeoutMs = 120_000

/** A server to run tests on. */
export interface StartedServer {
  /** Of a superuser. */
  readonly url: string
  stop(): Promise<void>
}

/**
 * How to start `postgres:18` in Docker, with the image there or pulled. Undefined where Docker does not answer.
 *
 * @throws where Docker answers but the image cannot be had.
 */
export async function postgresContainer(): Promise<(() => Promise<StartedServer>) | undefined> {
  // testcontainers looks for other Dockers then; a person who names one means that one or none.
  const socket = /^unix:\/\/(.+)/.exec(process.env.DOCKER_HOST ?? '')?.[1]
  if (socket && !existsSync(socket)) return undefined

  // Loaded late: it takes a third of a second, for nothing where another server is named.
  const { getContainerRuntimeClient, ImageName } = await import('testcontainers')
  const docker = await getContainerRuntimeClient().catch(() => undefined)
  if (!docker) return undefined

  const name = ImageName.fromString(image)
  if (!(await docker.image.exists(name))) {
    console.error(`tests: pulling ${image}`)
    await within(pullTimeoutMs, docker.image.pull(name))
  }
  return startContainer
}

async function startContainer(): Promise<StartedServer> {
  // Its watchdog container is one more image to pull. The test server removes this container whenever jest ends.
  process.env.TESTCONTAINERS_RYUK_DISABLED ??= 'true'
  const { PostgreSqlContainer } = await import('@testcontainers/postgresql')
  const container = await new PostgreSqlContainer(image)
    .withEnvironment({
      POSTGRES_INITDB_ARGS: '--encoding=UTF8 --locale-provider=builtin --builtin-locale=C.UTF-8',
    })
    .withTmpFs({ '/var/lib/postgresql': 'rw' })
    .withCommand(['postgres', ...nonDurable.flatMap((parameter) => ['-c', parameter])])
    .start()
  return { url: container.getConnectionUri(), stop: async () => void (await container.stop()) }
}

/** As of the embedded server for tests (postgres.ts). */
const nonDurable = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'max_connections=300']

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const timeout = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error(`took more than ${ms / 1000} s`)), ms).unref()
  })
  return Promise.race([work, timeout])
}
