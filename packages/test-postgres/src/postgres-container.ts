import { existsSync } from 'node:fs'

const image = 'postgres:18'
const pullTimeoutMs = 120_000

/** A Postgres server for tests. */
export interface StartedServer {
  /** The URL of a superuser. */
  readonly url: string
  stop(): Promise<void>
}

/**
 * Prepares `postgres:18` in Docker by testcontainers, and pulls the image when it is missing.
 *
 * @returns a function that starts the container; undefined when no Docker engine responds
 * @throws {Error} when Docker responds but the image cannot be pulled
 */
export async function preparePostgresContainer(): Promise<(() => Promise<StartedServer>) | undefined> {
  // testcontainers ignores an unusable DOCKER_HOST and tries other sockets; an explicit value must be the only choice.
  const socket = /^unix:\/\/(.+)/.exec(process.env.DOCKER_HOST ?? '')?.[1]
  if (socket && !existsSync(socket)) return undefined

  // Imported here because it takes a third of a second, which TEST_DATABASE_URL saves.
  const { getContainerRuntimeClient, ImageName } = await import('testcontainers')
  const docker = await getContainerRuntimeClient().catch(() => undefined)
  if (!docker) return undefined

  const name = ImageName.fromString(image)
  if (!(await docker.image.exists(name))) {
    console.error(`tests: pulling ${image}`)
    await withTimeout(pullTimeoutMs, docker.image.pull(name))
  }
  return startContainer
}

async function startContainer(): Promise<StartedServer> {
  // No watchdog container (Ryuk), which is another image to pull: the test server removes the container itself.
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

/** The same parameters as for the embedded server (postgres.ts in dev-stack). */
const nonDurable = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'max_connections=300']

async function withTimeout<T>(ms: number, work: Promise<T>): Promise<T> {
  const timeout = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error(`no result within ${ms / 1000} s`)), ms).unref()
  })
  return Promise.race([work, timeout])
}
