import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { freePort } from '@timesheets/dev-stack/free-port'
import { type TestDatabase, testDatabase } from '@timesheets/test-postgres/test-database'
import pg from 'pg'

const script = fileURLToPath(new URL('./migrate.ts', import.meta.url))

let database: TestDatabase

beforeAll(async () => {
  database = await testDatabase({ migrated: false })
})

afterAll(() => database.drop())

interface Result {
  code: number
  stdout: string
  stderr: string
}

/** Runs `node prisma/migrate.ts` with only these variables in its environment. */
function run(environment: Record<string, string>, options: string[] = []): Promise<Result> {
  return new Promise((resolve) => {
    const env = { PATH: process.env.PATH, ...environment }
    const child = execFile(process.execPath, [script, ...options], { env }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode!, stdout, stderr }),
    )
  })
}

test('prints one line per migration and a summary, exits with 0, and reads the URL from a file', async () => {
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

test('exits with 2 and one line when the history does not match', async () => {
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

test('exits with 2 and one line for an invalid configuration', async () => {
  const { code, stderr } = await run({ MIGRATE_WAIT_SECONDS: 'soon' })
  expect(code).toBe(2)
  expect(stderr).toMatch(/^migrate: [^\n]+\n$/)
  expect(stderr).toMatch(/DATABASE_URL: is not set/)
  expect(stderr).toMatch(/MIGRATE_WAIT_SECONDS: "soon"/)
})

describe('an unavailable database', () => {
  test('is retried until it is available', async () => {
    const port = await freePort()
    const url = new URL(database.url)
    const running = run({ DATABASE_URL: withAddress(database.url, '127.0.0.1', port) })
    // A proxy to the real server, which starts after the first attempts.
    const proxy = createServer((socket) => {
      const upstream = connect(Number(url.port), url.hostname)
      socket.pipe(upstream).pipe(socket)
      for (const end of [socket, upstream]) end.on('error', () => socket.destroy())
    })
    setTimeout(() => proxy.listen(port, '127.0.0.1'), 500)
    expect(await running).toMatchObject({ code: 0, stderr: '' })
    proxy.close()
  })

  test('ends in exit code 75 after the wait time, with one line without the password', async () => {
    const url = `postgresql://someone:hunter2@127.0.0.1:${await freePort()}/hours`
    const { code, stdout, stderr } = await run({ DATABASE_URL: url, MIGRATE_WAIT_SECONDS: '1' })
    expect({ code, stdout }).toEqual({ code: 75, stdout: '' })
    expect(stderr).toMatch(
      /^migrate: database hours at 127\.0\.0\.1:\d+ cannot be reached \(ECONNREFUSED\); gave up after 1 s\n$/,
    )
  })

  test('is not confused with a rejected login: exits with 1 at once, with one line without the password', async () => {
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
