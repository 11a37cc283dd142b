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
import { startPostgres } from '../src/postgres/postgres.ts'

const script = fileURLToPath(new URL('../src/postgres/main.ts', import.meta.url))

let parent: string
let dataDir: string
let wrappers: Wrapper[]

/** A process of postgres/main.ts. */
interface Wrapper {
  readonly child: ChildProcessByStdio<null, Readable, Readable>
  /** What it says when it is ready; never, where it ends before. */
  readonly message: Promise<{ listening: string; pid: number }>
  /** All that it wrote on standard output. */
  readonly log: Promise<string>
  /** Its exit code or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>
  /** All that it wrote on standard error. */
  readonly complaint: Promise<string>
}

beforeEach(async () => {
  parent = await mkdtemp(path.join(tmpdir(), 'postgres-test-'))
  await chmod(parent, 0o755) // for the user that root runs Postgres as
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
  const message = once(child, 'message').then(([said]) => said)
  const wrapper = { child, ended, message, log: text(child.stdout), complaint: text(child.stderr) }
  wrappers.push(wrapper)
  return wrapper
}

/** What it says when it is ready. */
async function ready({ message, ended, complaint }: Wrapper): Promise<{ listening: string; pid: number }> {
  const said = await Promise.race([message, ended.then(() => undefined)])
  if (said === undefined) throw new Error(`it ended before it was ready: ${await complaint}`)
  return said
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

/** A session that a killed server cuts. */
async function session(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  return client
}

const makeKept = 'create table kept (id int); insert into kept values (7)'

test('a server on loopback, in UTF-8 sorted by code point, in UTC, that keeps what is committed', async () => {
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

test('SIGTERM ends it with 0, and the next start has its data and its password', async () => {
  const first = wrap()
  const { listening } = await ready(first)
  await query(listening, makeKept)
  first.child.kill('SIGTERM')
  expect(await first.ended).toBe(0)
  const { host, password } = new URL(listening)
  expect(await first.log).toContain(`postgres listens on ${host}\n`)
  expect(await first.log).not.toContain(password)

  const again = await ready(wrap({ POSTGRES_PORT: new URL(listening).port }))
  expect(again.listening).toBe(listening)
  expect(await query(listening, 'select id from kept')).toEqual([[7]])
})

describe('after kill -9', () => {
  test('of the server: its owner ends with 1, and the next start recovers, also from a session at work', async () => {
    const first = wrap()
    const { listening, pid } = await ready(first)
    await query(listening, makeKept)
    const busy = await session(listening)
    // Never looks up from its work, so it does not notice by itself that its server is gone.
    const cut = expect(busy.query('select count(*) from generate_series(1, 1e12::bigint)')).rejects.toThrow()
    process.kill(pid, 'SIGKILL')
    expect(await first.ended).toBe(1)
    expect(await first.complaint).toBe('postgres: Postgres ended by SIGKILL\n')

    const { listening: again } = await ready(wrap())
    expect(await query(again, 'select id from kept')).toEqual([[7]])
    await cut
  })

  test('of its owner: the next start ends the server that went on, and takes over', async () => {
    const first = wrap()
    const { listening, pid } = await ready(first)
    await query(listening, makeKept)
    first.child.kill('SIGKILL')
    await first.ended

    const again = await ready(wrap({ POSTGRES_PORT: new URL(listening).port })) // which the old one had
    expect(again.pid).not.toBe(pid)
    expect(await query(listening, 'select id from kept')).toEqual([[7]])
  })

  test('of the machine: a pid that now is of some other program is not taken for a server', async () => {
    await (await startPostgres({ dataDir })).stop()
    await writeFile(path.join(dataDir, 'postmaster.pid'), `${process.pid}\n${dataDir}\n`)
    const { url, stop } = await startPostgres({ dataDir })
    expect(await query(url, 'select 1')).toEqual([[1]])
    await stop()
  })
})

describe('refused in one line', () => {
  test('a folder that another process runs a server on, which goes on', async () => {
    const { url, stop } = await startPostgres({ dataDir })
    const second = wrap()
    expect(await second.ended).toBe(1)
    expect(await second.complaint).toBe(
      `postgres: ${dataDir} is in use: process ${process.pid} runs Postgres on it; stop that first\n`,
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
    expect(await wrapper.complaint).toBe(`postgres: Port ${port} is taken by another process\n`)
    other.close()
  })

  test('data of another version, and a folder of something else', async () => {
    await (await startPostgres({ dataDir })).stop()
    await writeFile(path.join(dataDir, 'PG_VERSION'), '11\n')
    await expect(startPostgres({ dataDir })).rejects.toThrow(/holds data of Postgres 11, and this is 18/)

    await writeFile(path.join(parent, 'letter.txt'), 'dear reader')
    await expect(startPostgres({ dataDir: parent })).rejects.toThrow(/is not empty, and what it holds is not/)
    expect(await readFile(path.join(parent, 'letter.txt'), 'utf8')).toBe('dear reader')
  })

  test('a configuration with faults, with 2', async () => {
    const wrapper = wrap({ POSTGRES_PORT: 'x' })
    expect(await wrapper.ended).toBe(2)
    expect(await wrapper.complaint).toContain('POSTGRES_PORT')
  })
})

test('a throw-away server flushes nothing, and nothing is left of it', async () => {
  const { url, stop } = await startPostgres({ throwaway: true })
  const settings =
    "select current_setting('fsync'), current_setting('synchronous_commit'), current_setting('full_page_writes'), " +
    "current_setting('data_directory')"
  const [[fsync, synchronousCommit, fullPageWrites, folder]] = (await query(url, settings)) as [string[]]
  expect([fsync, synchronousCommit, fullPageWrites]).toEqual(['off', 'off', 'off'])
  await stop()
  expect(existsSync(folder!)).toBe(false)
})
