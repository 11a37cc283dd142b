import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { TLSSocket } from 'node:tls'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { type TestDatabase, testDatabase } from '@timesheets/test-postgres/test-database'
import pg from 'pg'
import { isTransactional } from './interrupted-migration.ts'
import { ownMigrations, readMigrations } from './migration-list.ts'

const script = fileURLToPath(new URL('./migrate.ts', import.meta.url))
const unfinished = 'select 1 from _prisma_migrations where finished_at is null and rolled_back_at is null'

let database: TestDatabase
let running: Run[]

beforeEach(async () => {
  database = await testDatabase({ migrated: false })
  running = []
})

afterEach(async () => {
  for (const { child } of running) child.kill('SIGKILL')
  await database.drop()
})

interface Run {
  readonly child: ChildProcess
  /** Resolves when the process has ended. */
  readonly ended: Promise<{ code: number | null; output: string }>
}

/** Runs `node prisma/migrate.ts`. */
function run(environment: Record<string, string> = {}): Run {
  const child = spawn(process.execPath, [script], {
    env: { PATH: process.env.PATH, DATABASE_URL: database.url, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk
    })
  }
  const started = { child, ended: once(child, 'close').then(([code]) => ({ code, output })) }
  running.push(started)
  return started
}

async function query(sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

/** Makes each statement of the migrations take time, as on a large table. */
async function slowDown(seconds: number): Promise<void> {
  await query(`
    create function wait() returns event_trigger language plpgsql as $$ begin perform pg_sleep(${seconds}); end $$;
    create event trigger slow on ddl_command_start when tag in ('CREATE TABLE', 'CREATE INDEX')
      execute function wait();`)
}

async function waitUntil(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await sleep(50)
}

const isRunningMigration = () =>
  query(unfinished).then(
    (rows) => rows.length > 0,
    () => false, // the table does not exist yet
  )

const isIdle = async () =>
  (await query(`select 1 from pg_stat_activity where application_name = 'migrate' and state = 'active'`))
    .length === 0

test('a migration that was killed in its middle is rolled back and applied by the next run', async () => {
  await slowDown(1)
  const first = run()
  await waitUntil(isRunningMigration)
  await sleep(300)
  first.child.kill('SIGKILL')
  await first.ended
  await query('drop event trigger slow')

  const second = await run().ended
  expect(second.output).toMatch(
    /^migrate: \d{14}_first was interrupted and rolled back; it is applied again\n/,
  )
  expect(second).toMatchObject({ code: 0, output: expect.stringMatching(/applied \d{14}_first\n/) })
  expect(await query(unfinished)).toEqual([])
  expect(await run().ended).toEqual({ code: 0, output: 'migrate: nothing to apply\n' })
})

test('a migration that was committed before its process was killed is not applied twice', async () => {
  await slowDown(0.2)
  const first = run()
  await waitUntil(isRunningMigration)
  first.child.kill('SIGSTOP') // it cannot record the end of the migration any more
  await waitUntil(isIdle)
  first.child.kill('SIGKILL')
  await first.ended

  const second = await run().ended
  expect(second.code).toBe(0)
  expect(second.output).not.toMatch(/interrupted|_first/)
})

test('a migration that loses its connection ends with 75, and the next run applies it', async () => {
  await slowDown(0.5)
  const first = run()
  await waitUntil(isRunningMigration)
  await query(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'migrate'`)
  expect(await first.ended).toEqual({
    code: 75,
    output: 'migrate: the connection to the database broke during a migration\n',
  })
  await query('drop event trigger slow')
  expect((await run().ended).code).toBe(0)
})

test('a migration that has failed ends with 2, now and in each later run, until a person has corrected it', async () => {
  await run().ended
  await query('truncate _prisma_migrations')
  const first = await run().ended
  expect(first).toMatchObject({
    code: 2,
    output: expect.stringMatching(/^migrate: migration \d{14}_first failed: /),
  })
  expect(await run().ended).toMatchObject({ code: 2, output: expect.stringContaining('--rolled-back') })
})

test('SIGTERM lets a running migration finish', async () => {
  await slowDown(0.2)
  const first = run()
  await waitUntil(isRunningMigration)
  first.child.kill('SIGTERM')
  const { code, output } = await first.ended
  expect(output).toContain('interrupted (SIGTERM); a running migration is finished first')
  expect(output).toMatch(/done, \d+ applied\n$/)
  expect(code).toBe(0)
})

test('SIGTERM ends the wait for another migrate with 75', async () => {
  await using other = await lockMigrations()
  const waiting = run({ MIGRATE_WAIT_SECONDS: '600' })
  await waitUntil(other.isContended)
  waiting.child.kill('SIGTERM')
  expect(await waiting.ended).toMatchObject({
    code: 75,
    output: expect.stringContaining('is being migrated by another process; stopped waiting'),
  })
})

test('the deadline ends a run with 75 and one line', async () => {
  await using _other = await lockMigrations()
  const { code, output } = await run({ MIGRATE_WAIT_SECONDS: '600', MIGRATE_DEADLINE_SECONDS: '1' }).ended
  expect({ code, output }).toEqual({
    code: 75,
    output: 'migrate: gave up after 1 s (MIGRATE_DEADLINE_SECONDS)\n',
  })
})

test('a certificate that is not trusted ends a run with 2 at once', async () => {
  await using proxy = await withCertificate(database.url)
  const { code, output } = await run({ DATABASE_URL: proxy.url, MIGRATE_WAIT_SECONDS: '600' }).ended
  expect(code).toBe(2)
  expect(output).toMatch(/^migrate: no secure connection: self-signed certificate[^\n]*\n$/)
})

test('a script is transactional unless it ends its transaction or cannot run in one', async () => {
  expect(isTransactional('create table a (id int); create index on a (id);')).toBe(true)
  for (const statement of [
    'create index concurrently i on a (id)',
    'begin; update a set id = 1; COMMIT;',
    'vacuum a',
    'create database b',
  ]) {
    expect([statement, isTransactional(statement)]).toEqual([statement, false])
  }
  for (const { path: name, migrationFile } of (await readMigrations(ownMigrations)).migrationDirectories) {
    const { content } = migrationFile
    expect([name, content.tag === 'ok' && isTransactional(content.value)]).toEqual([name, true])
  }
})

/** Holds the migration lock, as another migrate does. */
async function lockMigrations() {
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  await client.query('select pg_advisory_lock(72707369)')
  return {
    isContended: async () =>
      (await query(`select 1 from pg_stat_activity where application_name = 'migrate'`)).length > 0,
    [Symbol.asyncDispose]: () => client.end(),
  }
}

/** A server with a self-signed certificate in front of the database. */
async function withCertificate(databaseUrl: string) {
  const folder = mkdtempSync(path.join(tmpdir(), 'certificate-'))
  const [key, certificate] = [path.join(folder, 'key.pem'), path.join(folder, 'certificate.pem')]
  const options = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=localhost', '-days', '1']
  execFileSync('openssl', [...options, '-keyout', key, '-out', certificate], { stdio: 'ignore' })
  const credentials = { key: readFileSync(key), cert: readFileSync(certificate) }
  rmSync(folder, { recursive: true })
  const url = new URL(databaseUrl)
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => {
      socket.write('S') // the response to SSLRequest: the client may begin TLS
      const secure = new TLSSocket(socket, { isServer: true, ...credentials }).on('error', () => {})
      secure.pipe(connect(Number(url.port), url.hostname).on('error', () => {})).pipe(secure)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  url.host = `localhost:${(server.address() as { port: number }).port}`
  url.searchParams.set('sslmode', 'verify-full')
  return {
    url: url.href,
    async [Symbol.asyncDispose]() {
      server.close()
    },
  }
}
