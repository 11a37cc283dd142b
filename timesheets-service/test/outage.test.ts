import { createServer, type Server, type Socket } from 'node:net'
import { describe, expect, test } from '@jest/globals'
import { createLogger } from '@timesheets/runtime/logger'
import { Secret } from '@timesheets/runtime/secret'
import { testDatabase } from '@timesheets/test-postgres/test-database'
import pg from 'pg'
import { createClient } from '../src/postgres/client.ts'
import type { Prisma, PrismaClient } from '../src/postgres/generated/client.ts'
import { isOutage, outageReason } from '../src/postgres/outage.ts'

/** Every way in which the service calls the database; Prisma tells the same fault differently in each. */
const calls: Record<string, (client: PrismaClient) => Promise<unknown>> = {
  'a raw call': (client) => client.$queryRaw`select 1`,
  'a typed call': (client) => client.source.findMany(),
  'a transaction': (client) => client.$transaction((transaction) => transaction.$queryRaw`select 1`),
}

const clientOf = (databaseUrl: string, databasePoolSize = 2) =>
  createClient(
    { databaseUrl: new Secret(databaseUrl), databasePoolSize, databaseTimeoutMs: 500 },
    createLogger('test', 'silent'),
  )

/** The error of a call to what responses at this URL. */
async function errorOf(url: string, call: (client: PrismaClient) => Promise<unknown>): Promise<unknown> {
  const client = clientOf(url)
  try {
    return await call(client).then(
      () => undefined,
      (error) => error,
    )
  } finally {
    await client.$disconnect()
  }
}

/** Something that is no Postgres, for as long as a test. */
async function listening(accept: (socket: Socket) => void): Promise<{ server: Server; url: string }> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}))
    accept(socket)
  })
  server.on('close', () => {
    for (const socket of sockets) socket.destroy()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { server, url: `postgresql://u:p@127.0.0.1:${(server.address() as { port: number }).port}/d` }
}

/** Postgres' own way to refuse a session: an ErrorResponse. */
function refuseWith(sqlState: string): (socket: Socket) => void {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C${sqlState}\0Mno\0\0`)
  const head = Buffer.from('E\0\0\0\0')
  head.writeInt32BE(4 + fields.length, 1)
  return (socket) => socket.once('data', () => socket.end(Buffer.concat([head, fields])))
}

describe.each(Object.entries(calls))('by %s', (_name, call) => {
  test('a refused connection is an outage', async () => {
    const { server, url } = await listening(() => {})
    await new Promise((resolve) => server.close(resolve))
    expect(isOutage(await errorOf(url, call))).toBe(true)
  })

  test.each<[string, (socket: Socket) => void]>([
    ['that is closed at once', (socket) => socket.destroy()],
    ['that is reset', (socket) => socket.resetAndDestroy()],
    ['that never responses', () => {}],
    ['to a server that starts up (57P03)', refuseWith('57P03')],
    ['to a server that shuts down (57P01)', refuseWith('57P01')],
    ['to a full server (53300)', refuseWith('53300')],
    ['to a database that takes none (55000)', refuseWith('55000')],
    ['with a password that is no longer right (28P01)', refuseWith('28P01')],
    ['with a user that may not come in (28000)', refuseWith('28000')],
    ['to a database that is not there (3D000)', refuseWith('3D000')],
  ])('a connection %s is an outage', async (_what, accept) => {
    const { server, url } = await listening(accept)
    const error = await errorOf(url, call)
    server.close()
    expect({ error: String(error), isOutage: isOutage(error) }).toEqual({
      error: expect.anything(),
      isOutage: true,
    })
    // A sentence, whoever told of it: no source, no file, no second line.
    expect(outageReason(error)).toMatch(/^[A-Z](?!nvalid `)[^\n→]{10,200}$/)
  })
})

describe('of a session that was good', () => {
  const ways: Record<
    string,
    (transaction: Prisma.TransactionClient, kill: () => Promise<unknown>) => Promise<unknown>
  > = {
    'ended while it worked': async (transaction, kill) => {
      const work = transaction.$queryRaw`select pg_sleep(0.4)::text`
      await Promise.allSettled([work, kill()])
      return work
    },
    'ended between two statements': async (transaction, kill) => {
      await transaction.$queryRaw`select 1`
      await kill()
      return transaction.source.findMany()
    },
    'ended before COMMIT': async (transaction, kill) => {
      await transaction.$queryRaw`select 1`
      await kill()
    },
    'with a statement over its time': (transaction) => transaction.$queryRaw`select pg_sleep(5)::text`,
    'that has become read only': async (transaction) => {
      await transaction.$executeRaw`set transaction read only`
      await transaction.source.create({ data: { name: 'a', clientId: 'b' } })
    },
  }

  test.each(Object.entries(ways))('%s: an outage', async (_name, way) => {
    await using database = await testDatabase()
    await using admin = await connected(database.url)
    const kill = () =>
      admin.client.query(
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = 'timesheets-service'",
      )
    const error = await errorOf(database.url, (client) =>
      client.$transaction((transaction) => way(transaction, kill)),
    )
    expect({ error: String(error), isOutage: isOutage(error) }).toEqual({
      error: expect.stringMatching(/\S/),
      isOutage: true,
    })
  })

  test.each(Object.entries(calls))('no connection free for %s: an outage', async (_name, call) => {
    await using database = await testDatabase()
    const client = clientOf(database.url, 1)
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

test('a statement that is wrong is no outage', async () => {
  await using database = await testDatabase()
  for (const statement of ['selec', 'select * from nothing', 'select 1 / 0', "select 'a'::int"]) {
    expect(isOutage(await errorOf(database.url, (client) => client.$queryRawUnsafe(statement)))).toBe(false)
  }
  for (const other of [undefined, null, 'ECONNREFUSED', new Error('no'), new TypeError('terminated')]) {
    expect(isOutage(other)).toBe(false)
  }
})

async function connected(url: string): Promise<{ client: pg.Client } & AsyncDisposable> {
  const client = new pg.Client(url)
  await client.connect()
  return { client, [Symbol.asyncDispose]: () => client.end() }
}
