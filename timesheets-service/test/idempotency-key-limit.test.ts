import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from '@jest/globals'
import { entry, useService } from './service-fixture.ts'

const service = useService({
  IDEMPOTENCY_KEY_MAX_PER_CLIENT: '3',
  IDEMPOTENCY_KEY_EXPIRY_INTERVAL_MS: '100',
})

const send = (key: string, options = {}) =>
  service().upload(entry({ notes: key }), { headers: { 'idempotency-key': key }, ...options })

test('responds 429 to a further key of a client, and still replays the keys that it has', async () => {
  const first = await send('1')
  for (const key of ['2', '3']) expect((await send(key)).status).toBe(201)
  for (let i = 0; i < 2; i++) {
    const { status, body, headers } = await send('4')
    expect([status, body.type, body.max_keys]).toEqual([429, '/problems/too-many-idempotency-keys', 3])
    const seconds = Number(headers.get('retry-after'))
    // The oldest key expires in 24 h.
    expect([seconds > 86_000, seconds <= 86_400]).toEqual([true, true])
  }
  const repeat = await send('1')
  expect([repeat.text, repeat.headers.get('idempotent-replayed')]).toEqual([first.text, 'true'])
  expect((await service().upload(entry({ notes: '4' }))).status).toBe(201)
  expect((await send('4', { client: 'another' })).status).toBe(201)
  expect((await send('4', { query: '?dry_run=true' })).status).toBe(201)

  await service().sql("update idempotency_keys set expires_at = now() where key = '1'")
  while ((await send('4')).status !== 201) await sleep(50)
  expect((await send('5')).status).toBe(429)
})

test('deletes expired keys, and no others', async () => {
  await service().sql(`
    insert into idempotency_keys (client_id, person, key, fingerprint, status, body, expires_at)
    select 'old', 'p', n::text, '', 201, '{}', now() + (case when n <= 2500 then -1 else 1 end) * interval '1 h'
      from generate_series(1, 2510) as n`)
  const read = () => service().sql("select key from idempotency_keys where client_id = 'old'")
  while ((await read()).length > 10) await sleep(20)
  expect((await read()).map(({ key }: { key?: string }) => Number(key)).sort()).toEqual(
    Array.from({ length: 10 }, (_, i) => 2501 + i),
  )
})
