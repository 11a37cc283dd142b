import { expect, test } from '@jest/globals'
import { createLogger } from '@timesheets/runtime/logger'
import { ExpiryJob } from '../src/expiry-job.ts'
import { PostgresSyncRunStore } from '../src/postgres/sync-run/store.ts'
import { users } from './client.ts'
import { TestService, useService } from './service-fixture.ts'
import { startRun, uploadFor } from './sync-run-helpers.ts'
import { openTestClient } from './use-test-client.ts'

const service = useService()
const { sync } = users(() => service().app)

const end = (id: number, body: object = {}) =>
  sync.request('PATCH', `/sync-runs/${id}`, { status: 'succeeded', ...body })

/** Scrapes the metrics of syncs from the second port. */
async function scrape(server = service()): Promise<Record<string, number>> {
  const response = await fetch(`${await server.listenAdmin()}/metrics`)
  expect(response.headers.get('content-type')).toContain('text/plain')
  const text = await response.text()
  expect(text).toContain('process_resident_memory_bytes')
  return Object.fromEntries(
    text
      .split('\n')
      .filter((line) => line.startsWith('timesheets_sync_'))
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  )
}
const series = (name: string, source: string) => `timesheets_sync_${name}{source="${source}"}`

test('shows what the last runs of each source found', async () => {
  expect(await scrape()).toEqual({ timesheets_sync_metrics_up: 1 })
  const proven = await startRun(sync, 'harvest')
  const { body } = await end(proven, {
    stats: { deleted: 4, held: 3, rejected: 2, withheld: 1, proof: 'equal' },
  })
  await startRun(sync, 'harvest')
  await startRun(sync, 'new')
  const provenAt = Date.parse(body.ended_at) / 1000
  expect(await scrape()).toEqual({
    timesheets_sync_metrics_up: 1,
    [series('last_proven_timestamp_seconds', 'harvest')]: provenAt,
    [series('last_succeeded_timestamp_seconds', 'harvest')]: provenAt,
    [series('provable', 'harvest')]: 1,
    [series('differing_days', 'harvest')]: 0,
    [series('last_run_rejected_entries', 'harvest')]: 2,
    [series('last_run_held_entries', 'harvest')]: 3,
    [series('last_run_withheld_deletions', 'harvest')]: 1,
    [series('last_run_tombstones', 'harvest')]: 4,
    [series('last_proven_timestamp_seconds', 'new')]: 0,
    [series('last_succeeded_timestamp_seconds', 'new')]: 0,
    [series('provable', 'new')]: 1,
    [series('differing_days', 'new')]: 0,
    [series('last_run_rejected_entries', 'new')]: 0,
    [series('last_run_held_entries', 'new')]: 0,
    [series('last_run_withheld_deletions', 'new')]: 0,
    [series('last_run_tombstones', 'new')]: 0,
  })
})

test('a run that differs, fails or only compares proves nothing new, and differing days count also there', async () => {
  const read = async () => {
    const metrics = await scrape()
    return ['last_proven_timestamp_seconds', 'differing_days', 'last_run_tombstones'].map(
      (name) => metrics[series(name, 'several')],
    )
  }
  const first = await end(await startRun(sync, 'several'), { stats: { proof: 'equal', deleted: 1 } })
  const provenAt = Date.parse(first.body.ended_at) / 1000
  const day = {
    user_id: '007',
    day: '2017-05-10',
    source: { count: 1, seconds: 60 },
    stored: { count: 0, seconds: 0 },
  }
  await end(await startRun(sync, 'several'), {
    stats: { proof: 'differs', differing_days: [day, day], deleted: 2 },
  })
  expect(await read()).toEqual([provenAt, 2, 2])
  await end(await startRun(sync, 'several'), {
    status: 'failed',
    stats: { proof: 'equal', differing_days: 0 },
  })
  expect(await read()).toEqual([provenAt, 0, 0])
  await end(await startRun(sync, 'several', { verify: true }), {
    stats: { proof: 'differs', differing_days: 5, deleted: 9 },
  })
  expect(await read()).toEqual([provenAt, 5, 0])
  const last = await end(await startRun(sync, 'several', { verify: true }), { stats: { proof: 'equal' } })
  expect(await read()).toEqual([Date.parse(last.body.ended_at) / 1000, 0, 0])
})

test('a run that failed before it compared leaves what the last one found', async () => {
  const states = ['differing_days', 'last_run_rejected_entries', 'last_run_withheld_deletions']
  const events = ['last_run_held_entries', 'last_run_tombstones']
  const read = async (names: readonly string[]) => {
    const metrics = await scrape()
    return names.map((name) => metrics[series(name, 'outage')])
  }
  await end(await startRun(sync, 'outage'), {
    status: 'failed',
    stats: { proof: 'differs', differing_days: 3, rejected: 4, withheld: 5, held: 6, deleted: 7 },
  })
  await end(await startRun(sync, 'outage'), {
    status: 'failed',
    stats: { rejected: 0, withheld: 0, held: 1, deleted: 2 },
  })
  expect(await read(states)).toEqual([3, 4, 5])
  expect(await read(events)).toEqual([1, 2])
  await end(await startRun(sync, 'outage'), { stats: { proof: 'not-provable' } })
  expect(await read(states)).toEqual([0, 0, 0])
})

test('a source of files that proves nothing shows when its last run succeeded', async () => {
  const read = async () => {
    const metrics = await scrape()
    return ['last_proven_timestamp_seconds', 'last_succeeded_timestamp_seconds', 'provable'].map(
      (name) => metrics[series(name, 'csv')],
    )
  }
  const stats = { proof: 'not-provable', provable: false }
  const { body } = await end(await startRun(sync, 'csv'), { stats })
  const succeededAt = Date.parse(body.ended_at) / 1000
  expect(await read()).toEqual([0, succeededAt, 0])
  await end(await startRun(sync, 'csv'), { status: 'failed', stats })
  await end(await startRun(sync, 'csv', { verify: true }), { stats: { proof: 'not-provable' } })
  expect(await read()).toEqual([0, succeededAt, 0])
})

test('each of many sources shows its own last report, however long', async () => {
  const counts = Array.from({ length: 12 }, (_, i) => 3 * i)
  for (const count of counts) {
    const days = Array.from({ length: count }, (_, i) => ({
      user_id: `person-${i}`,
      day: '2017-05-10',
      source: { count: 1, seconds: 60 },
      stored: { count: 0, seconds: 0 },
    }))
    const stats = { proof: 'differs', differing_days: days, rejected: count + 1 }
    await end(await startRun(sync, `many-${count}`), { status: 'failed', stats })
  }
  const metrics = await scrape()
  const read = (name: string) => counts.map((count) => metrics[series(name, `many-${count}`)])
  expect(read('differing_days')).toEqual(counts)
  expect(read('last_run_rejected_entries')).toEqual(counts.map((count) => count + 1))
})

test('new sources do not replace those that have metrics', async () => {
  await startRun(sync, 'watched')
  await service().sql(
    "insert into sources (name, client_id, account) select 'a-' || n, 'other', '1' from generate_series(1, 500) as n",
  )
  const sources = Object.keys(await scrape()).filter((name) => name.includes('last_proven'))
  expect(sources).toContain(series('last_proven_timestamp_seconds', 'watched'))
  expect(sources).toHaveLength(500)
  await service().sql("delete from sources where name like 'a-%'")
})

test('a run is proven by its last report only', async () => {
  const id = await startRun(sync, 'corrected')
  await sync.request('PATCH', `/sync-runs/${id}`, { stats: { proof: 'equal' } })
  await sync.request('PATCH', `/sync-runs/${id}`, {})
  await end(id, { stats: { read: 1 } })
  expect((await scrape())[series('last_proven_timestamp_seconds', 'corrected')]).toBe(0)
  const kept = await startRun(sync, 'corrected')
  await sync.request('PATCH', `/sync-runs/${kept}`, { stats: { proof: 'equal' } })
  const { body } = await end(kept)
  expect((await scrape())[series('last_proven_timestamp_seconds', 'corrected')]).toBe(
    Date.parse(body.ended_at) / 1000,
  )
})

test('all replicas answer alike, and an unreachable database shows', async () => {
  const replica = await TestService.start({}, async () => service().databaseUrl)
  const broken = await TestService.start(
    { DATABASE_TIMEOUT_MS: '200' },
    async () => 'postgresql://x:x@127.0.0.1:1/x',
  )
  try {
    expect(await scrape(replica)).toEqual(await scrape())
    expect(await scrape(broken)).toEqual({ timesheets_sync_metrics_up: 0 })
  } finally {
    await replica.stop()
    await broken.stop()
  }
})

test('rejections expire, also where replicas delete them at the same time', async () => {
  const run = await startRun(sync, 'expiring')
  await uploadFor(sync, run, 'expiring', [{ external_id: '1', hours: 25 }])
  await service().sql(
    `insert into sync_rejections (sync_run_id, origin, problem, hash, rejected_at)
     select $1, 'sync', '{}', n::text::bytea, now() - interval '10 days' - n * interval '1 s' from generate_series(1, 2500) as n`,
    [run],
  )
  const client = openTestClient(service().databaseUrl)
  const logger = createLogger('test', 'silent')
  try {
    const store = new PostgresSyncRunStore(client, 1000)
    const count = async () =>
      (await service().sql('select 1 from sync_rejections where sync_run_id = $1', [run])).length
    expect(await store.deleteOldRejections(11)).toBe(false)
    expect(await count()).toBe(2501)
    const jobs = [1, 2].map(
      () =>
        new ExpiryJob(
          { name: 'x', intervalMs: 10, deleteExpired: () => store.deleteOldRejections(10) },
          logger,
        ),
    )
    while ((await count()) > 1) await new Promise((resolve) => setTimeout(resolve, 20))
    await Promise.all(jobs.map((job) => job.stop()))
    expect(await count()).toBe(1)
    expect((await sync.request('GET', `/sync-runs/${run}/rejections`)).body).toMatchObject([
      { external_id: '1' },
    ])
  } finally {
    await client.$disconnect()
  }
})
