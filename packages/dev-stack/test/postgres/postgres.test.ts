import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import pg from 'pg'
import { startPostgres } from '../../src/postgres/postgres.ts'

const script = fileURLToPath(new URL('../../src/postgres/main.ts', import.meta.url))

let parent: string
let dataDir: string
let wrappers: Wrapper[]

/** A process of postgres/main.ts. */
interface Wrapper {
  readonly child: ChildProcessByStdio<null, Readable, Readable>
  /** The message that reports readiness. Never settles when the process ends before. */
  readonly message: Promise<{ listening: string; pid: number }>
  /** The complete standard output. */
  readonly stdout: Promise<string>
  /** The exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>
  /** The complete standard error. */
  readonly stderr: Promise<string>
}

beforeEach(async () => {
  parent = await mkdtemp(path.join(tmpdir(), 'postgres-test-'))
  await chmod(parent, 0o755) // root runs Postgres as another user, which must be able to enter
  dataDir = path.join(parent, 'data')
  wrappers = []
})

afterEach(async () => {
  for (const { child } of wrappers) child.kill('SIGTERM')
  await Promise.all(wrappers.map(({ ended }) => ended))
  await rm(parent, { recursive: true, force: true })
})

function wrap(environment: Record<string, string> = {}): Wrapper {
  const child = spawn(process.execPath, [script], {
    env: { PATH: process.env.PATH, POSTGRES_DATA_DIR: dataDir, ...environment },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  }) as ChildProcessByStdio<null, Readable, Readable>
  const ended = once(child, 'exit').then(([code, signal]) => code ?? signal)
  const message = once(child, 'message').then(([content]) => content)
  const wrapper = { child, ended, message, stdout: text(child.stdout), stderr: text(child.stderr) }
  wrappers.push(wrapper)
  return wrapper
}

async function waitUntilReady({
  message,
  ended,
  stderr,
}: Wrapper): Promise<{ listening: string; pid: number }> {
  const content = await Promise.race([message, ended.then(() => undefined)])
  if (content === undefined) throw new Error(`The process ended before it was ready: ${await stderr}`)
  return content
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query({ text: sql, rowMode: 'array' })).rows
  } finally {
    await client.end()
  }
}

/** Opens a session and ignores that a killed server closes it. */
async function openSession(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  return client
}

const createTable = 'create table kept (id int); insert into kept values (7)'

test('listens on loopback, uses UTF-8 sorted by code point and UTC, and flushes commits to disk', async () => {
  const { url, stop } = await startPostgres({ dataDir })
  try {
    expect(new URL(url)).toMatchObject({ hostname: '127.0.0.1', pathname: '/timesheets' })
    const settings =
      "select current_setting('listen_addresses'), current_setting('server_encoding'), current_setting('TimeZone'), " +
      "current_setting('fsync'), current_setting('data_checksums'), current_setting('unix_socket_directories')"
    expect(await query(url, settings)).toEqual([['127.0.0.1', 'UTF8', 'UTC', 'on', 'on', '']])
    expect(await query(url, "select string_agg(x, '' order by x) from unnest('{é,a,Z}'::text[]) x")).toEqual([
      ['Zaé'],
    ])
  } finally {
    await stop()
  }
})

test('exits with 0 on SIGTERM, and the next start has the same data and password', async () => {
  const first = wrap()
  const { listening } = await waitUntilReady(first)
  await query(listening, createTable)
  first.child.kill('SIGTERM')
  expect(await first.ended).toBe(0)
  const { host, password } = new URL(listening)
  expect(await first.stdout).toContain(`postgres listens on ${host}\n`)
  expect(await first.stdout).not.toContain(password)

  const again = await waitUntilReady(wrap({ POSTGRES_PORT: new URL(listening).port }))
  expect(again.listening).toBe(listening)
  expect(await query(listening, 'select id from kept')).toEqual([[7]])
})

describe('after SIGKILL', () => {
  test('of the server: its owner exits with 1, and the next start recovers, also while a backend is busy', async () => {
    const first = wrap()
    const { listening, pid } = await waitUntilReady(first)
    await query(listening, createTable)
    const busy = await openSession(listening)
    // A busy backend does not notice by itself that its postmaster is gone.
    const cut = expect(busy.query('select count(*) from generate_series(1, 1e12::bigint)')).rejects.toThrow()
    process.kill(pid, 'SIGKILL')
    expect(await first.ended).toBe(1)
    expect(await first.stderr).toBe('postgres: Postgres ended by SIGKILL\n')

    const { listening: again } = await waitUntilReady(wrap())
    expect(await query(again, 'select id from kept')).toEqual([[7]])
    await cut
  })

  test('of its owner: the next start stops the orphaned server and takes over', async () => {
    const first = wrap()
    const { listening, pid } = await waitUntilReady(first)
    await query(listening, createTable)
    first.child.kill('SIGKILL')
    await first.ended

    const again = await waitUntilReady(wrap({ POSTGRES_PORT: new URL(listening).port })) // the port of the orphaned server
    expect(again.pid).not.toBe(pid)
    expect(await query(listening, 'select id from kept')).toEqual([[7]])
  })

  test('of the machine: ignores a postmaster.pid whose pid another program has now', async () => {
    await (await startPostgres({ dataDir })).stop()
    await writeFile(path.join(dataDir, 'postmaster.pid'), `${process.pid}\n${dataDir}\n`)
    const { url, stop } = await startPostgres({ dataDir })
    expect(await query(url, 'select 1')).toEqual([[1]])
    await stop()
  })
})

describe('reports in one line', () => {
  test('a folder in use, whose server keeps running', async () => {
    const { url, stop } = await startPostgres({ dataDir })
    const second = wrap()
    expect(await second.ended).toBe(1)
    expect(await second.stderr).toBe(
      `postgres: ${dataDir} is in use: process ${process.pid} runs Postgres on it. Stop it first.\n`,
    )
    expect(await query(url, 'select 1')).toEqual([[1]])
    await stop()
  })

  test('a port that is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const wrapper = wrap({ POSTGRES_PORT: String(port) })
    expect(await wrapper.ended).toBe(1)
    expect(await wrapper.stderr).toBe(`postgres: Port ${port} is taken by another process\n`)
    other.close()
  })

  test('data of another major version, and a folder with other files', async () => {
    await (await startPostgres({ dataDir })).stop()
    await writeFile(path.join(dataDir, 'PG_VERSION'), '11\n')
    await expect(startPostgres({ dataDir })).rejects.toThrow(
      /contains data of Postgres 11, but this is Postgres 18/,
    )

    await writeFile(path.join(parent, 'letter.txt'), 'dear reader')
    await expect(startPostgres({ dataDir: parent })).rejects.toThrow(/is not empty and does not contain/)
    expect(await readFile(path.join(parent, 'letter.txt'), 'utf8')).toBe('dear reader')
  })

  test('an invalid configuration, with exit code 2', async () => {
    const wrapper = wrap({ POSTGRES_PORT: 'x' })
    expect(await wrapper.ended).toBe(2)
    expect(await wrapper.stderr).toContain('POSTGRES_PORT')
  })
})

test('a throwaway server flushes nothing to disk and deletes its data when it stops', async () => {
  const { url, stop } = await startPostgres({ throwaway: true })
  const settings =
    "select current_setting('fsync'), current_setting('synchronous_commit'), current_setting('full_page_writes'), " +
    "current_setting('data_directory')"
  const [[fsync, synchronousCommit, fullPageWrites, folder]] = (await query(url, settings)) as [string[]]
  expect([fsync, synchronousCommit, fullPageWrites]).toEqual(['off', 'off', 'off'])
  await stop()
  expect(existsSync(folder!)).toBe(false)
})
