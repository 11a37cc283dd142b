import { afterEach, beforeEach, expect, test } from '@jest/globals'
import type { TestResponse } from './client.ts'
import { DatabaseProxy } from './database-proxy.ts'
import { entry, TestService } from './service-fixture.ts'

let proxy: DatabaseProxy
let service: TestService

beforeEach(async () => {
  service = await TestService.start({ DATABASE_TIMEOUT_MS: '2000' }, async (databaseUrl) => {
    const started = await DatabaseProxy.start(databaseUrl)
    proxy = started.proxy
    return started.url
  })
})
afterEach(async () => {
  await service.stop()
  await proxy[Symbol.asyncDispose]()
})

/** Expects 503 with `Retry-After`, and no details of the database. */
function expectNotReady({ status, headers, body, text }: TestResponse): void {
  expect({ status, body }).toMatchObject({ status: 503, body: { type: '/problems/not-ready', status: 503 } })
  expect(headers.get('retry-after')).toMatch(/^\d+$/)
  expect(headers.get('content-type')).toBe('application/problem+json')
  expect(text).not.toMatch(/prisma|select|insert|P\d{4}|127\.0\.0\.1|ECONN|\bat .*:\d+/i)
}

const harvest = { source: 'harvest', external_id: '1' }

test('responds 503 while the database is down at the start, and recovers when it is up', async () => {
  proxy.cut()
  expect(await service.isReady()).toBe(false)
  expectNotReady(await service.upload(entry()))
  expectNotReady(await service.upload([entry(harvest)]))
  expectNotReady(await service.upload([entry(harvest)], { query: '?dry_run=true' }))

  proxy.restore()
  expect(await service.isReady()).toBe(true)
  expect((await service.upload(entry(harvest))).body.status).toBe('created')
})

test('responds 503 while the database is down, and serves the same entries when it is back', async () => {
  const { body: created } = await service.upload(entry(harvest))
  for (let round = 0; round < 3; round++) {
    proxy.cut()
    const responses = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        service.upload(entry({ source: 'harvest', external_id: `r${i}` })),
      ),
    )
    responses.forEach(expectNotReady)
    expect(await service.isReady()).toBe(false)
    proxy.restore()
    expect((await service.upload(entry(harvest))).body).toMatchObject({ id: created.id, status: 'unchanged' })
    expect(await service.isReady()).toBe(true)
  }
  expect(await service.sql('select id from timesheets')).toHaveLength(1)
})

test('responds to every upload while database sessions are terminated, and a repeat completes them', async () => {
  const chunks = Array.from({ length: 20 }, (_, client) =>
    Array.from({ length: 200 }, (_, i) => entry({ source: 'harvest', external_id: `${client}-${i}` })),
  )
  const sending = chunks.map((chunk) => service.uploadBatch(chunk))
  const terminations = Array.from({ length: 10 }, () =>
    service.sql(
      "select pg_terminate_backend(pid, 1000) from pg_stat_activity where application_name = 'timesheets-service'",
    ),
  )
  const responses = await Promise.all(sending)
  await Promise.all(terminations)
  for (const response of responses) if (response.status !== 200) expectNotReady(response)

  for (const chunk of chunks) expect((await service.uploadBatch(chunk)).status).toBe(200)
  const [counted] = await service.sql(
    'select count(*)::int as rows, count(distinct external_id)::int as identities from timesheets',
  )
  expect(counted).toEqual({ rows: 4000, identities: 4000 })
})

test('responds 503 if the connection is lost at COMMIT, and a repeat stores the entry exactly once', async () => {
  proxy.cutAtCommit('before its response')
  expectNotReady(await service.upload([entry(harvest)]))
  proxy.restore()
  expect((await service.uploadBatch([entry(harvest)])).body.summary).toMatchObject({
    created: 0,
    unchanged: 1,
  })
  expect(await service.sql('select version from timesheets')).toEqual([{ version: 1 }])
})

test('replays an entry that was committed although its connection was lost before the response of COMMIT', async () => {
  const options = { headers: { 'idempotency-key': '"lost"' } }
  proxy.cutAtCommit('before its response')
  expectNotReady(await service.upload(entry(), options))
  proxy.restore()
  const { status, headers, body } = await service.upload(entry(), options)
  expect([status, headers.get('idempotent-replayed')]).toEqual([201, 'true'])
  expect(await service.sql('select id::int from timesheets')).toEqual([{ id: body.id }])
})

test('responds 201 to a committed upload if the database goes down right after COMMIT', async () => {
  proxy.cutAtCommit('after its response')
  const { status, body } = await service.upload(entry())
  expect({ status, body }).toMatchObject({ status: 201, body: { status: 'created', version: 1, hours: 5 } })
  expect(await service.sql('select id::int from timesheets')).toEqual([{ id: body.id }])
})
