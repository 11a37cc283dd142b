import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { createLogger } from '@timesheets/runtime/logger'
import { Secret } from '@timesheets/runtime/secret'
import { createClient } from '../src/postgres/client.ts'
import { isOutage } from '../src/postgres/errors.ts'
import type { PrismaClient } from '../src/postgres/generated/client.ts'
import { describePgBouncer, PgBouncer } from './pgbouncer.ts'
import { entry, TestService } from './service-fixture.ts'

/** How the operator configured PgBouncer. */
const configurations: readonly (readonly [name: string, settings: readonly string[]])[] = [
  ['its default settings', []],
  [
    'startup parameters that it ignores',
    ['ignore_startup_parameters = statement_timeout,idle_in_transaction_session_timeout'],
  ],
]

for (const [name, settings] of configurations) {
  describePgBouncer(`behind PgBouncer in transaction mode, with ${name}`, () => {
    let bouncer: PgBouncer
    let service: TestService
    let client: PrismaClient

    beforeAll(async () => {
      service = await TestService.start({}, async (databaseUrl) => {
        bouncer = await PgBouncer.before(databaseUrl, settings)
        return bouncer.url
      })
      client = createClient(
        { databaseUrl: new Secret(bouncer.url), databasePoolSize: 4, databaseTimeoutMs: 1000 },
        createLogger('test', 'silent'),
      )
    })
    afterAll(async () => {
      await client?.$disconnect()
      await bouncer?.[Symbol.asyncDispose]() // first: it holds connections to the database, which is dropped next
      await service?.stop()
    })

    const listSessions = (condition: string) =>
      service.sql(`select pid from pg_stat_activity where application_name = 'timesheets-service'
                    and datname = current_database() and ${condition}`)

    test('the service is ready, and stores, changes and lists entries, many at once', async () => {
      expect(await service.isReady()).toBe(true)
      const responses = await Promise.all(
        Array.from({ length: 40 }, (_, i) =>
          service.upload(entry({ source: 'harvest', external_id: String(i % 20), hours: 1 + (i % 2) })),
        ),
      )
      expect(responses.filter(({ status }) => status !== 200 && status !== 201)).toEqual([])
      expect(await service.sql('select 1 from timesheets')).toHaveLength(20)
      const { body } = await service.uploadBatch([entry({ source: 'harvest', external_id: '1', hours: 7 })])
      expect(body.summary).toMatchObject({ updated: 1 })
    })

    test('a request with an idempotency key that is sent many times at once is stored once', async () => {
      const send = () => service.upload(entry({ project: 'Keyed' }), { headers: { 'idempotency-key': 'k' } })
      const responses = await Promise.all(Array.from({ length: 20 }, send))
      expect(responses.filter(({ status }) => status !== 201 && status !== 409)).toEqual([])
      expect((await send()).headers.get('idempotent-replayed')).toBe('true')
      expect(await service.sql("select 1 from timesheets where project = 'Keyed'")).toHaveLength(1)
      // A lock that stayed behind in a session would block the key for other sessions.
      expect(await service.sql("select 1 from pg_locks where locktype = 'advisory'")).toEqual([])
    })

    test.each<[string, () => Promise<unknown>]>([
      ['a single statement', () => client.$queryRaw`select pg_sleep(60)`],
      ['a statement in a transaction', () => client.$transaction((tx) => tx.$queryRaw`select pg_sleep(60)`)],
    ])('the server cancels %s that takes too long', async (_what, run) => {
      const error = await run().then(
        () => undefined,
        (failure) => failure,
      )
      expect(isOutage(error)).toBe(true)
      expect(String((error as Error).message)).toContain('canceling statement due to statement timeout')
      expect(await listSessions("state = 'active' and query like '%pg_sleep%'")).toEqual([])
    })

    test('the server ends a transaction that waits for its client for too long', async () => {
      const idle = () => listSessions("state = 'idle in transaction'")
      const transaction = client.$transaction(
        async (tx) => {
          await tx.$queryRaw`select 1`
          while ((await idle()).length > 0) await sleep(100)
          await tx.$queryRaw`select 2`
        },
        { timeout: 60_000 },
      )
      await expect(transaction).rejects.toThrow()
      expect(await client.$queryRaw`select 3 as three`).toEqual([{ three: 3 }])
    })

    test('no limit stays behind in a session for other clients of the pooler', async () => {
      await client.$queryRaw`select 1`
      const [row] = await client.$transaction(
        (tx) => tx.$queryRaw<{ limit: string }[]>`select current_setting('statement_timeout') as limit`,
      )
      expect(row).toEqual({ limit: '1s' })
      const sessions = await readPlainLimits(bouncer.url)
      expect(new Set(sessions)).toEqual(new Set(['0']))
    })
  })
}

/** Reads the limit as another client of the pooler sees it, in several transactions. */
async function readPlainLimits(url: string): Promise<string[]> {
  const { default: pg } = await import('pg')
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const limits: string[] = []
    for (let i = 0; i < 10; i++) {
      const { rows } = await client.query(`select current_setting('statement_timeout') as limit`)
      limits.push(rows[0].limit)
    }
    return limits
  } finally {
    await client.end()
  }
}
