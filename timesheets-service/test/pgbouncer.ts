import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, test } from '@jest/globals'
import { freePort } from '@timesheets/dev-stack/free-port'
import { postgresUser } from '@timesheets/dev-stack/postgres/user'
import pg from 'pg'

/** PgBouncer in transaction mode in front of a database, with its default settings for everything else. */
export class PgBouncer implements AsyncDisposable {
  readonly url: string
  readonly #process: ChildProcess
  readonly #folder: string

  private constructor(url: string, process: ChildProcess, folder: string) {
    this.url = url
    this.#process = process
    this.#folder = folder
  }

  /** @param settings further lines of the section [pgbouncer] */
  static async before(databaseUrl: string, settings: readonly string[] = []): Promise<PgBouncer> {
    const { hostname, port, username, password, pathname } = new URL(databaseUrl)
    const url = new URL(databaseUrl)
    url.host = `127.0.0.1:${await freePort()}`
    const folder = mkdtempSync(path.join(tmpdir(), 'pgbouncer-'))
    chmodSync(folder, 0o755)
    const users = path.join(folder, 'users.txt')
    writeFileSync(users, `"${decodeURIComponent(username)}" "${decodeURIComponent(password)}"\n`)
    const configuration = path.join(folder, 'pgbouncer.ini')
    writeFileSync(
      configuration,
      `[databases]
${pathname.slice(1)} = host=${hostname} port=${port}
[pgbouncer]
pool_mode = transaction
listen_addr = 127.0.0.1
listen_port = ${url.port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${users}
${settings.join('\n')}
`,
    )
    // PgBouncer does not run as root.
    const child = spawn('pgbouncer', [configuration], { ...postgresUser(), cwd: '/', stdio: 'ignore' })
    const bouncer = new PgBouncer(url.href, child, folder)
    await bouncer.#waitUntilReady()
    return bouncer
  }

  async #waitUntilReady(): Promise<void> {
    while (this.#process.exitCode === null) {
      const client = new pg.Client({ connectionString: this.url })
      client.on('error', () => {})
      const isReady = await client.connect().then(
        () => true,
        () => false,
      )
      await client.end().catch(() => {})
      if (isReady) return
      await sleep(50)
    }
    throw new Error(`pgbouncer ended with ${this.#process.exitCode}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode === null) {
      const ended = once(this.#process, 'exit')
      this.#process.kill('SIGINT')
      await ended
    }
    rmSync(this.#folder, { recursive: true })
  }
}

/**
 * Declares tests that need PgBouncer. Where it is not installed, they are skipped with a warning; with
 * REQUIRE_PGBOUNCER=true, as in continuous integration, they fail.
 */
export function describePgBouncer(name: string, tests: () => void): void {
  if (spawnSync('pgbouncer', ['--version']).status === 0) {
    describe(name, tests)
  } else if (process.env.REQUIRE_PGBOUNCER === 'true') {
    test(name, () => {
      throw new Error('REQUIRE_PGBOUNCER=true, but pgbouncer is not installed')
    })
  } else {
    console.warn(`SKIPPED, since pgbouncer is not installed: ${name}. Debian: apt-get install pgbouncer`)
    describe.skip(`${name} (skipped: pgbouncer is not installed)`, tests)
  }
}
