import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from '@jest/globals'
import { createLogger } from '@timesheets/runtime/logger'
import { Secret } from '@timesheets/runtime/secret'
import pg from 'pg'
import { createClient } from '../src/postgres/client.ts'
import { PostgresUploadStore } from '../src/postgres/upload-store.ts'
import { users } from './client.ts'
import { entry, TestService, useService } from './service-fixture.ts'
import { runBody, startRun, uploadFor } from './sync-run-helpers.ts'

const service = useService()
const { sync } = users(() => service().app)

const patch = (id: number, body: object) => sync.request('PATCH', `/sync-runs/${id}`, body)
const countRows = async (source: string) =>
  (await service().sql('select 1 from timesheets where source = $1', [source])).length
/** Ends the lease of a run, as if its time had passed. */
const expire = (id: number) =>
  service().sql('update sync_runs set lease_expires_at = now() where id = $1', [id])

const clients: pg.Client[] = []
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.end()))
})
async function connect(): Promise<pg.Client> {
  const client = new pg.Client(service().databaseUrl)
  clients.push(client)
  await client.connect()
  return client
}

test('an expired lease is taken over, and the old run writes nothing more', async () => {
  const old = await startRun(sync, 'taken')
  expect((await uploadFor(sync, old, 'taken', [{ external_id: '1' }])).status).toBe(200)
  expect((await sync.request('POST', '/sync-runs', runBody('taken'))).status).toBe(409)
  await expire(old)
  const next = await startRun(sync, 'taken')

  const upload = await uploadFor(sync, old, 'taken', [{ external_id: '2' }])
  expect([upload.status, upload.body.type]).toEqual([409, '/problems/sync-run-over'])
  expect((await patch(old, { status: 'succeeded', bookmark: 'lost' })).status).toBe(409)
  const reported = await sync.request(
    'POST',
    `/sync-runs/${old}/rejections`,
    '{"problem":{"detail":"x"}}\n',
    {
      'content-type': 'application/x-ndjson',
    },
  )
  expect(reported.status).toBe(409)
  expect(await countRows('taken')).toBe(1)
  expect((await sync.request('GET', `/sync-runs/${old}`)).body).toMatchObject({
    status: 'expired',
    ended_at: expect.any(String),
  })
  expect((await uploadFor(sync, next, 'taken', [{ external_id: '2' }])).status).toBe(200)
  expect((await patch(next, { status: 'succeeded' })).status).toBe(200)
  expect((await sync.request('POST', '/sync-runs', runBody('taken'))).body.bookmark).toBeNull()
})

test('a run is over when its lease ends, also if no other run takes the source over', async () => {
  const id = await startRun(sync, 'lapsed')
  await expire(id)
  expect((await sync.request('GET', `/sync-runs/${id}`)).body.status).toBe('expired')
  expect((await patch(id, {})).status).toBe(409)
  expect((await uploadFor(sync, id, 'lapsed', [{ external_id: '1' }])).status).toBe(409)
  expect(await countRows('lapsed')).toBe(0)
})

test('each report and each upload renews the lease, also an upload that changes nothing', async () => {
  const id = await startRun(sync, 'renewed')
  const readLease = async () =>
    Date.parse((await sync.request('GET', `/sync-runs/${id}`)).body.lease_expires_at)
  const leases = [await readLease()]
  const upload = (hours: number) => uploadFor(sync, id, 'renewed', [{ external_id: '1', hours }])
  const report = () =>
    sync.request('POST', `/sync-runs/${id}/rejections`, '{"problem":{"detail":"x"}}\n', {
      'content-type': 'application/x-ndjson',
    })
  for (const send of [() => upload(1), () => upload(1), () => upload(99), () => patch(id, {}), report]) {
    expect((await send()).status).toBe(200)
    leases.push(await readLease())
  }
  expect(leases).toEqual([...new Set(leases)].toSorted((a, b) => a - b))
})

test('of many runs that take over at once, one starts', async () => {
  const old = await startRun(sync, 'crowded')
  await expire(old)
  const responses = await Promise.all(
    Array.from({ length: 8 }, () => sync.request('POST', '/sync-runs', runBody('crowded'))),
  )
  expect(responses.map(({ status }) => status).sort()).toEqual([201, ...Array(7).fill(409)])
})

test('a transaction that passed the fence delays a takeover until it has committed, and renews the lease', async () => {
  const id = await startRun(sync, 'held')
  // Another session keeps a row of the upload locked, so that the upload waits in the middle of its transaction.
  await uploadFor(sync, id, 'held', [{ external_id: '1' }])
  const blocker = await connect()
  await blocker.query('begin')
  await blocker.query("select from timesheets where source = 'held' for update")
  await service().sql("update sync_runs set lease_expires_at = now() + interval '4 s' where id = $1", [id])
  const uploading = uploadFor(sync, id, 'held', [{ external_id: '1', hours: 7 }])
  await untilWaiting(1)
  // Its lease ends as others see it; its own transaction has renewed it already.
  await until(async () => (await sync.request('GET', `/sync-runs/${id}`)).body.status === 'expired')
  const starting = sync.request('POST', '/sync-runs', runBody('held'))
  await untilWaiting(2)
  await blocker.query('commit')
  expect((await uploading).body.summary.updated).toBe(1)
  expect((await starting).status).toBe(409)
  expect((await uploadFor(sync, id, 'held', [{ external_id: '2' }])).status).toBe(200)
})

test('a run does not end while one of its uploads is being written', async () => {
  const id = await startRun(sync, 'ending')
  await uploadFor(sync, id, 'ending', [{ external_id: '1' }])
  const blocker = await connect()
  await blocker.query('begin')
  await blocker.query("select from timesheets where source = 'ending' for update")
  const uploading = uploadFor(sync, id, 'ending', [{ external_id: '1', hours: 7 }])
  await untilWaiting(1)
  const renewed = await patch(id, {})
  expect(renewed.status).toBe(200)
  const ending = patch(id, { status: 'succeeded' })
  await untilWaiting(2)
  await blocker.query('commit')
  expect((await uploading).body.summary.updated).toBe(1)
  expect((await ending).body.status).toBe('succeeded')
  expect((await uploadFor(sync, id, 'ending', [{ external_id: '1', hours: 8 }])).status).toBe(409)
})

test('uploads of one run do not wait for each other', async () => {
  const id = await startRun(sync, 'parallel')
  await uploadFor(sync, id, 'parallel', [{ external_id: '1' }])
  const blocker = await connect()
  await blocker.query('begin')
  await blocker.query("select from timesheets where source = 'parallel' for update")
  const waiting = uploadFor(sync, id, 'parallel', [{ external_id: '1', hours: 7 }])
  await untilWaiting(1)
  expect((await uploadFor(sync, id, 'parallel', [{ external_id: '2' }])).body.summary.created).toBe(1)
  await blocker.query('commit')
  expect((await waiting).body.summary.updated).toBe(1)
})

/** Waits until sessions of the service wait for locks. */
function untilWaiting(count: number): Promise<void> {
  return until(async () => {
    const rows = await service().sql(
      "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
    )
    return rows.length >= count
  })
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await sleep(50)
}

test('the lease lasts as long as SYNC_RUN_LEASE_MS says', async () => {
  const short = await TestService.start({ SYNC_RUN_LEASE_MS: '300' })
  try {
    const client = users(() => short.app).sync
    const id = await startRun(client, 'short')
    await until(async () => (await client.request('GET', `/sync-runs/${id}`)).body.status === 'expired')
    expect(await startRun(client, 'short')).toBeGreaterThan(id)
  } finally {
    await short.stop()
  }
})

test('a writer that was paused past its lease writes nothing, in any of its attempts', async () => {
  const id = await startRun(sync, 'paused')
  const client = createClient(
    { databaseUrl: new Secret(service().databaseUrl), databasePoolSize: 2, databaseTimeoutMs: 5000 },
    createLogger('test', 'silent'),
  )
  try {
    const store = new PostgresUploadStore(client)
    const syncRun = { id, source: 'paused', clientId: 'contractor-sync', rejections: [] }
    const changeSet = {
      clientId: 'contractor-sync',
      newSources: [],
      readBack: false,
      syncRun,
      changes: [
        {
          kind: 'upsert' as const,
          source: 'paused',
          externalId: '1',
          digest: '00'.repeat(16),
          row: null,
          content: {
            userId: '007',
            day: '2017-05-10',
            instantMs: 0,
            dateWritten: '2017-05-10',
            project: 'StoreZero',
            seconds: 60,
            notes: null,
          },
        },
      ],
    }
    const keys = {
      identities: [{ source: 'paused', externalId: '1' }],
      sources: ['paused'],
      syncRun: { ...syncRun, comparesFields: false },
    }
    // It has read and decided; then its process is paused, and another run starts.
    await store.find(keys)
    await expire(id)
    await startRun(sync, 'paused')
    await expect(store.write(changeSet)).rejects.toMatchObject({ code: 'sync-run-over' })
    await expect(store.findAndWrite(keys, () => changeSet)).rejects.toMatchObject({ code: 'sync-run-over' })
    const others = [{ source: 'lapsed' }, { clientId: 'other' }]
    for (const other of others) {
      const foreign = { ...changeSet, syncRun: { ...syncRun, ...other } }
      await expect(store.write(foreign)).rejects.toMatchObject({ code: 'sync-run-over' })
    }
    expect(await countRows('paused')).toBe(0)
  } finally {
    await client.$disconnect()
  }
})

test('every form of a write that waits while another run takes the source over writes nothing', async () => {
  const source = 'overtaken'
  const id = await startRun(sync, source)
  await uploadFor(sync, id, source, [{ external_id: 'old' }])
  const before = await service().sql('select * from timesheets where source = $1', [source])
  const tombstone = { user_id: '007', source, external_id: 'old', deleted: true }
  const item = (external_id: string) => entry({ source, external_id, hours: 7 })
  const ndjson = { 'content-type': 'application/x-ndjson' }
  const upload = (body: unknown, headers: Record<string, string> = {}, query = '') =>
    sync.request('POST', `/timesheets/upload${query}`, body, { 'sync-run': String(id), ...headers })

  // Another session locks the run as a takeover does, after the requests have found it alive.
  const blocker = await connect()
  await blocker.query('begin')
  await blocker.query('select from sync_runs where id = $1 for update', [id])
  const writes = [
    upload(item('old')),
    upload(item('keyed'), { 'idempotency-key': 'overtaken' }),
    upload(tombstone),
    upload([item('array'), tombstone]),
    upload([item('atomic')], {}, '?atomic=true'),
    upload(`${JSON.stringify(item('stream'))}\n${JSON.stringify(tombstone)}\n`, ndjson),
    upload(entry({ source, external_id: 'rejected', hours: 25 })),
    sync.request('POST', `/sync-runs/${id}/rejections`, '{"problem":{"detail":"x"}}\n', ndjson),
    patch(id, { status: 'succeeded', bookmark: 'lost' }),
  ]
  await untilWaiting(writes.length)
  await blocker.query("update sync_runs set status = 'expired' where id = $1", [id])
  await blocker.query('commit')
  for (const { status, body } of await Promise.all(writes)) {
    expect([status, body.type]).toEqual([409, '/problems/sync-run-over'])
  }
  expect(await service().sql('select * from timesheets where source = $1', [source])).toEqual(before)
  expect(await service().sql('select bookmark from sources where name = $1', [source])).toEqual([
    { bookmark: null },
  ])
  expect(await service().sql('select 1 from sync_rejections where sync_run_id = $1', [id])).toEqual([])
})

test('a verify run uploads nothing, and may ask what an upload would do', async () => {
  const id = await startRun(sync, 'verified', { verify: true })
  const refused = await uploadFor(sync, id, 'verified', [{ external_id: '1' }])
  expect([refused.status, refused.body.type]).toEqual([409, '/problems/sync-run-verifies'])
  const planned = await sync.request(
    'POST',
    '/timesheets/upload?dry_run=true',
    [{ user_id: '007', date: '2017-05-10', project: 'P', hours: 1, source: 'verified', external_id: '1' }],
    { 'sync-run': String(id) },
  )
  expect(planned.body.summary).toMatchObject({ created: 1 })
  expect(await countRows('verified')).toBe(0)
})

test('a stream uploads for a run chunk by chunk, and stops where the run is over', async () => {
  const id = await startRun(sync, 'streamed')
  const lines = [
    entry({ source: 'streamed', external_id: '1' }),
    entry({ source: 'streamed', external_id: '2', hours: 25 }),
    entry({ source: 'elsewhere', external_id: '3' }),
  ]
  const text = `${lines.map((line) => JSON.stringify(line)).join('\n')}\nnot json\n`
  const upload = () =>
    sync.request('POST', '/timesheets/upload', text, {
      'content-type': 'application/x-ndjson',
      'sync-run': String(id),
    })
  const { status, text: received } = await upload()
  expect(status).toBe(200)
  expect(JSON.parse(received.trim().split('\n').at(-1)!).summary).toMatchObject({ created: 1, rejected: 3 })
  const kept = await sync.request('GET', `/sync-runs/${id}/rejections`)
  expect(kept.body.map(({ external_id, sent }: Record<string, unknown>) => [external_id, sent])).toEqual([
    ['2', lines[1]],
    [undefined, 'not json'],
    ['3', lines[2]],
  ])
  const [row] = await service().sql(
    "select sync_run_id::int as run from timesheets where source = 'streamed'",
  )
  expect(row).toEqual({ run: id })
  await expire(id)
  expect((await upload()).status).toBe(409)
})

test('an upload of one entry with an idempotency key is fenced like any other', async () => {
  const id = await startRun(sync, 'keyed')
  const upload = (key: string, fields: object = {}) =>
    sync.request('POST', '/timesheets/upload', entry({ source: 'keyed', external_id: '1', ...fields }), {
      'sync-run': String(id),
      'idempotency-key': key,
    })
  const created = await upload('one')
  expect(created.status).toBe(201)
  const replayed = await upload('one')
  expect([replayed.status, replayed.body]).toEqual([201, created.body])
  expect((await upload('two', { hours: 25 })).status).toBe(422)
  expect((await upload('three', { source: 'elsewhere' })).status).toBe(422)
  const kept = await sync.request('GET', `/sync-runs/${id}/rejections`)
  expect(
    kept.body.map(({ sent }: { sent: { hours: number; source: string } }) => [sent.hours, sent.source]),
  ).toEqual([
    [25, 'keyed'],
    [5, 'elsewhere'],
  ])
  const [row] = await service().sql("select sync_run_id::int as run from timesheets where source = 'keyed'")
  expect(row).toEqual({ run: id })
  await expire(id)
  expect((await upload('four', { hours: 6 })).status).toBe(409)
  expect(await service().sql("select version from timesheets where source = 'keyed'")).toEqual([
    { version: 1 },
  ])
})
