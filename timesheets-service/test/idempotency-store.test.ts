import { expect, test } from '@jest/globals'
import type { EntryStores, KeyedRequest } from '../src/domain/idempotency.ts'
import { PostgresIdempotencyStore } from '../src/postgres/idempotency-store.ts'
import { useTestClient } from './use-test-client.ts'

const client = useTestClient()
const openStore = () => new PostgresIdempotencyStore(client(), { ttlMs: 60_000, maxKeysPerClient: 1_000_000 })

const request: KeyedRequest = {
  clientId: 'web',
  person: 'ann',
  key: '1',
  fingerprint: new Uint8Array(32),
}

async function createEntry({ decisions }: EntryStores, project: string) {
  const content = {
    userId: 'ann',
    day: '2026-05-10',
    instantMs: Date.UTC(2026, 4, 10),
    dateWritten: '2026-05-10',
    project,
    seconds: 3600,
    notes: null,
  }
  await decisions.create(content, { clientId: 'web', person: 'ann' })
  return { status: 201, location: null, etag: null, body: JSON.stringify(project) }
}

const listProjects = async () => (await client().timesheet.findMany()).map(({ project }) => project)

test('rolls back what it stored, and replays, if another writer has kept a response under the key meanwhile', async () => {
  const result = await openStore().processOnce(request, async (stores) => {
    const response = await createEntry(stores, 'second')
    await client().$executeRaw`
      insert into idempotency_keys values ('web', 'ann', '1', ${request.fingerprint}, 201, null, null, '"first"',
                                           now() + interval '1 h')`
    return response
  })
  expect(result).toMatchObject({ isReplayed: true, response: { body: '"first"' } })
  expect(await listProjects()).toEqual([])
})

test('stores nothing and keeps no key if the request fails after it has stored an entry', async () => {
  const other = { ...request, key: '2' }
  const failing = openStore().processOnce(other, async (stores) => {
    await createEntry(stores, 'failed')
    throw new Error('the response could not be built')
  })
  await expect(failing).rejects.toThrow('the response could not be built')
  expect(await listProjects()).toEqual([])
  const { isReplayed } = await openStore().processOnce(other, (stores) => createEntry(stores, 'stored'))
  expect([isReplayed, await listProjects()]).toEqual([false, ['stored']])
})

test('deletes expired keys in batches, and leaves those that another replica is deleting', async () => {
  await client().$executeRaw`
    insert into idempotency_keys
    select 'old', 'p', n::text, '', 201, null, null, '{}', now() - n * interval '1 s' from generate_series(1, 1600) as n`
  const count = () => client().idempotencyKey.count({ where: { clientId: 'old' } })
  await client().$transaction(async (transaction) => {
    await transaction.$queryRaw`select key from idempotency_keys where client_id = 'old' and key::int > 1550 for update`
    expect([await openStore().deleteExpired(), await count()]).toEqual([true, 600])
    expect([await openStore().deleteExpired(), await count()]).toEqual([false, 50])
  })
  expect([await openStore().deleteExpired(), await count()]).toEqual([false, 0])
  expect(await client().idempotencyKey.count({ where: { clientId: 'web' } })).toBe(2)
})
