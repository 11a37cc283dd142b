import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type TestDatabase, testDatabase } from '@timesheets/test-postgres/test-database'
import pg from 'pg'

const script = fileURLToPath(new URL('./migrate.ts', import.meta.url))

let database: TestDatabase

beforeAll(async () => {
  database = await testDatabase({ migrated: false })
})

afterAll(() => database.drop())

interface Outcome {
  code: number
  stdout: string
  stderr: string
}

/** Runs `node prisma/migrate.ts` with nothing else in its environment. */
function run(environment: Record<string, string>, options: string[] = []): Promise<Outcome> {
  return new Promise((resolve) => {
    const env = { PATH: process.env.PATH, ...environment }
    const child = execFile(process.execPath, [script, ...options], { env }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode!, stdout, stderr }),
    )
  })
}

test('a line for each migration and one at the end, with 0; the URL may come from a file', async () => {
  const first = await run({ DATABASE_URL: database.url })
  expect(first).toMatchObject({ code: 0, stderr: '' })
  expect(first.stdout).toMatch(/^(migrate: applied \d{14}_\w+\n)+migrate: done, \d+ applied\n$/)

  const folder = await mkdtemp(path.join(tmpdir(), 'migrate-'))
  const file = path.join(folder, 'url')
  await writeFile(file, `${database.url}\n`)
  const second = await run({ DATABASE_URL_FILE: file })
  expect(second).toEqual({ code: 0, stdout: 'migrate: nothing to apply\n', stderr: '' })
  await rm(folder, { recursive: true })
})

test('a history that does not match: one line, with 2', async () => {
  await using other = await testDatabase()
  const client = new pg.Client({ connectionString: other.url })
  await client.connect()
  await client.query(`update _prisma_migrations set migration_name = '29990101000000_newer'
                       where migration_name = (select max(migration_name) from _prisma_migrations)`)
  await client.end()
  const { code, stdout, stderr } = await run({ DATABASE_URL: other.url })
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toMatch(/^migrate: the database has migration 29990101000000_newer, which .*\n$/)
})

test('a configuration with faults: one line, with 2', async () => {
  const { code, stderr } = await run({ MIGRATE_WAIT_SECONDS: 'soon' })
  expect(code).toBe(2)
  expect(stderr).toMatch(/^migrate: [^\n]+\n$/)
  expect(stderr).toMatch(/DATABASE_URL: is not set/)
  expect(stderr).toMatch(/MIGRATE_WAIT_SECONDS: "soon"/)
})

describe('a database that is not up yet', () => {
  test('is waited for', async () => {
    const port = await closedPort()
    const url = new URL(database.url)
    const running = run({ DATABASE_URL: withAddress(database.url, '127.0.0.1', port) })
    // Comes up after the first attempts: a door to the real server.
    const door = createServer((socket) => {
      const upstream = connect(Number(url.port), url.hostname)
      socket.pipe(upstream).pipe(socket)
      for (const end of [socket, upstream]) end.on('error', () => socket.destroy())
    })
    setTimeout(() => door.listen(port, '127.0.0.1'), 500)
    expect(await running).toMatchObject({ code: 0, stderr: '' })
    door.close()
  })

  test('is given up in time: one line, with 75, and no password in it', async () => {
    const url = `postgresql://someone:hunter2@127.0.0.1:${await closedPort()}/hours`
    const { code, stdout, stderr } = await run({ DATABASE_URL: url, MIGRATE_WAIT_SECONDS: '1' })
    expect({ code, stdout }).toEqual({ code: 75, stdout: '' })
    expect(stderr).toMatch(
      /^migrate: database hours at 127\.0\.0\.1:\d+ cannot be reached \(ECONNREFUSED\), after waiting 1 s\n$/,
    )
  })

  test('is told from one that refuses us: 1, at once, and no password in it', async () => {
    const url = new URL(database.url)
    url.password = 'hunter2'
    const { code, stderr } = await run({ DATABASE_URL: url.href })
    expect(code).toBe(1)
    expect(stderr).toMatch(/^migrate: password authentication failed for user "\w+"\n$/)
  })
})

function withAddress(databaseUrl: string, host: string, port: number): string {
  const url = new URL(databaseUrl)
  url.host = `${host}:${port}`
  return url.href
}

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
