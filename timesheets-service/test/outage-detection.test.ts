import { createServer, type Socket } from 'node:net'
import { describe, expect, test } from '@jest/globals'
import { createLogger } from '@timesheets/runtime/logger'
import { Secret } from '@timesheets/runtime/secret'
import { testDatabase } from '@timesheets/test-postgres/test-database'
import pg from 'pg'
import { createClient } from '../src/postgres/client.ts'
import { isOutage, outageReason } from '../src/postgres/errors.ts'
import type { Prisma, PrismaClient } from '../src/postgres/generated/client.ts'

/** The ways in which the service calls the database. Prisma reports the same error differently in each. */
const calls: Record<string, (client: PrismaClient) => Promise<unknown>> = {
  'a raw call': (client) => client.$queryRaw`select 1`,
  'a typed call': (client) => client.source.findMany(),
  'a transaction': (client) => client.$transaction((transaction) => transaction.$queryRaw`select 1`),
}

const createTestClient = (databaseUrl: string, databasePoolSize = 2) =>
  createClient(
    { databaseUrl: new Secret(databaseUrl), databasePoolSize, databaseTimeoutMs: 500 },
    createLogger('test', 'silent'),
  )

/** Calls the database and returns the error. */
async function catchError(url: string, call: (client: PrismaClient) => Promise<unknown>): Promise<unknown> {
  const client = createTestClient(url)
  try {
    return await call(client).then(
      () => undefined,
      (error) => error,
    )
  } finally {
    await client.$disconnect()
  }
}

/** Starts a TCP server that is not Postgres. */
async function startServer(
  accept: (socket: Socket) => void,
): Promise<{ url: string; stop: () => Promise<void> }> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}))
    accept(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const stop = () => {
    // A connection that is not read does not notice that its peer is gone, and would keep the process.
    for (const socket of sockets) socket.destroy()
    return new Promise<void>((resolve) => server.close(() => resolve()))
  }
  return { stop, url: `postgresql://u:p@127.0.0.1:${(server.address() as { port: number }).port}/d` }
}

/** The message ErrorResponse of the Postgres protocol, by which Postgres ends a session. */
function buildErrorResponse(sqlState: string): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C${sqlState}\0Mno\0\0`)
  const head = Buffer.from('E\0\0\0\0')
  head.writeInt32BE(4 + fields.length, 1)
  return Buffer.concat([head, fields])
}

/** Rejects a session as Postgres does. */
const rejectWith = (sqlState: string) => (socket: Socket) => {
  socket.once('data', () => socket.end(buildErrorResponse(sqlState)))
}

/** Opens a session and terminates it in the same packet. */
function openAndTerminate(socket: Socket): void {
  const authenticationOk = [0x52, 0, 0, 0, 8, 0, 0, 0, 0]
  const readyForQuery = [0x5a, 0, 0, 0, 5, 0x49]
  const opened = Buffer.from([...authenticationOk, ...readyForQuery])
  socket.once('data', () => socket.end(Buffer.concat([opened, buildErrorResponse('57P01')])))
}

describe.each(Object.entries(calls))('by %s', (_name, call) => {
  test('a refused connection is an outage', async () => {
    const { stop, url } = await startServer(() => {})
    await stop()
    expect(isOutage(await catchError(url, call))).toBe(true)
  })

  test.each<[string, (socket: Socket) => void]>([
    ['that is closed at once', (socket) => socket.destroy()],
    ['that is terminated as soon as it is open', openAndTerminate],
    ['that is reset', (socket) => socket.resetAndDestroy()],
    ['that never gets a response', () => {}],
    ['to a server that is starting (57P03)', rejectWith('57P03')],
    ['to a server that is shutting down (57P01)', rejectWith('57P01')],
    ['to a server with too many connections (53300)', rejectWith('53300')],
    ['to a database that accepts no connections (55000)', rejectWith('55000')],
    ['with a wrong password (28P01)', rejectWith('28P01')],
    ['with a user that may not connect (28000)', rejectWith('28000')],
    ['to a database that does not exist (3D000)', rejectWith('3D000')],
  ])('a connection %s is an outage', async (_name, accept) => {
    const { stop, url } = await startServer(accept)
    const error = await catchError(url, call)
    await stop()
    expect({ error: String(error), isOutage: isOutage(error) }).toEqual({
      error: expect.anything(),
      isOutage: true,
    })
    // One sentence without source code, file names or a second line, whichever library reports the error.
    expect(outageReason(error)).toMatch(/^[A-Z](?!nvalid `)[^\n→]{10,200}$/)
  })
})

describe('in an open session', () => {
  const failures: Record<
    string,
    (transaction: Prisma.TransactionClient, kill: () => Promise<unknown>) => Promise<unknown>
  > = {
    'a session that is terminated during a statement': async (transaction, kill) => {
      const statement = transaction.$queryRaw`select pg_sleep(0.4)::text`
      await Promise.allSettled([statement, kill()])
      return statement
    },
    'a session that is terminated between two statements': async (transaction, kill) => {
      await transaction.$queryRaw`select 1`
      await kill()
      return transaction.source.findMany()
    },
    'a session that is terminated before COMMIT': async (transaction, kill) => {
      await transaction.$queryRaw`select 1`
      await kill()
    },
    'a statement that exceeds its time limit': (transaction) =>
      transaction.$queryRaw`select pg_sleep(5)::text`,
    'a session that has become read only': async (transaction) => {
      await transaction.$executeRaw`set transaction read only`
      await transaction.source.create({ data: { name: 'a', clientId: 'b' } })
    },
  }

  test.each(Object.entries(failures))('%s is an outage', async (_name, fail) => {
    await using database = await testDatabase()
    await using admin = await connect(database.url)
    const kill = () =>
      admin.client.query(
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = 'timesheets-service'",
      )
    const error = await catchError(database.url, (client) =>
      client.$transaction((transaction) => fail(transaction, kill)),
    )
    expect({ error: String(error), isOutage: isOutage(error) }).toEqual({
      error: expect.stringMatching(/\S/),
      isOutage: true,
    })
  })

  test.each(Object.entries(calls))('having no free connection for %s is an outage', async (_name, call) => {
    await using database = await testDatabase()
    const client = createTestClient(database.url, 1)
    const taken = Promise.withResolvers<void>()
    const release = Promise.withResolvers<void>()
    const holder = client.$transaction(
      async (transaction) => {
        await transaction.$executeRaw`set local idle_in_transaction_session_timeout = 0`
        taken.resolve()
        await release.promise
      },
      { timeout: 20_000 },
    )
    await taken.promise
    const error = await call(client).catch((reason) => reason)
    release.resolve()
    await holder
    await client.$disconnect()
    expect(isOutage(error)).toBe(true)
  })
})

test('an invalid statement is not an outage', async () => {
  await using database = await testDatabase()
  for (const statement of ['selec', 'select * from nothing', 'select 1 / 0', "select 'a'::int"]) {
    expect(isOutage(await catchError(database.url, (client) => client.$queryRawUnsafe(statement)))).toBe(
      false,
    )
  }
  for (const other of [undefined, null, 'ECONNREFUSED', new Error('no'), new TypeError('terminated')]) {
    expect(isOutage(other)).toBe(false)
  }
})

async function connect(url: string): Promise<{ client: pg.Client } & AsyncDisposable> {
  const client = new pg.Client(url)
  await client.connect()
  return { client, [Symbol.asyncDispose]: () => client.end() }
}
