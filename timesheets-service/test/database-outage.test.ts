import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { DatabaseProxy } from './database-proxy.ts'
import { entry, type HttpAnswer, TestService } from './service-fixture.ts'

let proxy: DatabaseProxy
let service: TestService

beforeEach(async () => {
  service = await TestService.start({ DATABASE_TIMEOUT_MS: '2000' }, async (databaseUrl) => {
    const before = await DatabaseProxy.before(databaseUrl)
    proxy = before.proxy
    return before.url
  })
})
afterEach(async () => {
  await service.stop()
  await proxy[Symbol.asyncDispose]()
})

/** Says "not now", when to come back, and nothing of what is behind. */
function expectNotReady({ status, headers, body, text }: HttpAnswer<unknown>): void {
  expect({ status, body }).toMatchObject({ status: 503, body: { type: '/problems/not-ready', status: 503 } })
  expect(headers.get('retry-after')).toMatch(/^\d+$/)
  expect(headers.get('content-type')).toBe('application/problem+json')
  expect(text).not.toMatch(/prisma|select|insert|P\d{4}|127\.0\.0\.1|ECONN|\bat .*:\d+/i)
}

const harvest = { source: 'harvest', external_id: '1' }

test('a database that is down when the service starts: not ready, and well once it is there', async () => {
  proxy.cut()
  expect(await service.readiness()).toBe(503)
  expectNotReady(await service.upload(entry()))
  expectNotReady(await service.upload([entry(harvest)]))
  expectNotReady(await service.upload([entry(harvest)], { query: '?dry_run=true' }))

  proxy.restore()
  expect(await service.readiness()).toBe(200)
  expect((await service.upload(entry(harvest))).body.status).toBe('created')
})

test('a database that goes away in between: not ready, and all as before when it is back', async () => {
  const { body: created } = await service.upload(entry(harvest))
  for (let round = 0; round < 3; round++) {
    proxy.cut()
    const responses = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        service.upload(entry({ source: 'harvest', external_id: `r${i}` })),
      ),
    )
    responses.forEach(expectNotReady)
    expect(await service.readiness()).toBe(503)
    proxy.restore()
    expect((await service.upload(entry(harvest))).body).toMatchObject({ id: created.id, status: 'unchanged' })
    expect(await service.readiness()).toBe(200)
  }
  expect(await service.sql('select id from timesheets')).toHaveLength(1)
})

test('sessions that are ended while twenty clients write: each is answered, and sending again makes it whole', async () => {
  const chunks = Array.from({ length: 20 }, (_, client) =>
    Array.from({ length: 200 }, (_, i) => entry({ source: 'harvest', external_id: `${client}-${i}` })),
  )
  const sending = chunks.map((chunk) => service.uploadBatch(chunk))
  const ended = Array.from({ length: 10 }, () =>
    service.sql(
      "select pg_terminate_backend(pid, 1000) from pg_stat_activity where application_name = 'timesheets-service'",
    ),
  )
  const responses = await Promise.all(sending)
  await Promise.all(ended)
  for (const response of responses) if (response.status !== 200) expectNotReady(response)

  for (const chunk of chunks) expect((await service.uploadBatch(chunk)).status).toBe(200)
  const [counted] = await service.sql(
    'select count(*)::int as rows, count(distinct external_id)::int as identities from timesheets',
  )
  expect(counted).toEqual({ rows: 4000, identities: 4000 })
})

test('a connection lost at COMMIT: not ready, and a repeat counts exactly once', async () => {
  proxy.cutAtCommit('once it has arrived')
  expectNotReady(await service.upload([entry(harvest)]))
  proxy.restore()
  expect((await service.uploadBatch([entry(harvest)])).body.summary).toMatchObject({
    created: 0,
    unchanged: 1,
  })
  expect(await service.sql('select version from timesheets')).toEqual([{ version: 1 }])
})

test('what is committed is answered as such, whatever befalls the database after', async () => {
  proxy.cutAtCommit('once it is answered')
  const { status, body } = await service.upload(entry())
  expect({ status, body }).toMatchObject({ status: 201, body: { status: 'created', version: 1, hours: 5 } })
  expect(await service.sql('select id::int from timesheets')).toEqual([{ id: body.id }])
})
