import { request as httpRequest } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import pg from 'pg'
import { createUser, signedHeaders, syncIdentity, type TestResponse, users } from './client.ts'
import { entry, TestService, useService } from './service-fixture.ts'

const service = useService({ DATABASE_TIMEOUT_MS: '30000' })
const { ann, ben, maya } = users(() => service().app)

const own = { date: '2026-05-10', project: 'StoreZero', hours: 7.5 }
let keys = 0
/** A key that no other test uses, as a header. */
const newKey = () => ({ 'idempotency-key': `"key ${++keys}"` })

/** What identifies a response: a repeat must get the same. */
const toResult = ({ status, headers, text }: TestResponse) => ({
  status,
  text,
  location: headers.get('location'),
  etag: headers.get('etag'),
})
const isReplayed = ({ headers }: TestResponse) => headers.get('idempotent-replayed') === 'true'
const countEntries = async (project: string) =>
  (await service().sql('select from timesheets where project = $1', [project])).length
const countKeys = async () => (await service().sql('select from idempotency_keys')).length

/** Both operations, each with a way to send its smallest request. */
const operations: Record<
  string,
  (fields: object, headers: Record<string, string>, query?: string) => Promise<TestResponse>
> = {
  'POST /timesheets': (fields, headers) => ann.request('POST', '/timesheets', { ...own, ...fields }, headers),
  'POST /timesheets/upload': (fields, headers) => service().upload(entry(fields), { headers }),
}

/** Blocks each insert into `timesheets` until `release`, or the end of the test. */
async function blockInserts() {
  const blocker = new pg.Client({ connectionString: service().databaseUrl })
  await blocker.connect()
  await blocker.query('begin; lock table timesheets in share mode')
  let ending: Promise<void> | undefined
  const release = () => {
    ending ??= blocker.end()
    return ending
  }
  return { release, [Symbol.asyncDispose]: release }
}

/** Waits until this many sessions of the service wait for a lock, and returns their ids. */
async function waitForBlocked(count: number): Promise<number[]> {
  for (;;) {
    const rows = await service().sql<{ pid: number }>(
      "select pid from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
    )
    if (rows.length >= count) return rows.map(({ pid }) => pid)
    await sleep(10)
  }
}

describe.each(Object.entries(operations))('%s', (operation, send) => {
  const project = operation

  test('replays the first response to a repeat, and stores nothing again', async () => {
    const [headers, fields] = [newKey(), { project: `${project} repeated` }]
    const first = await send(fields, headers)
    expect([first.status, isReplayed(first), first.headers.get('etag')]).toEqual([201, false, '"1"'])
    for (let i = 0; i < 3; i++) {
      const repeat = await send(fields, headers)
      expect([toResult(repeat), isReplayed(repeat)]).toEqual([toResult(first), true])
    }
    expect(await countEntries(fields.project)).toBe(1)
  })

  test('takes a key with and without quotes as the same', async () => {
    const [key, fields] = [`unquoted-${operation.length}`, { project: `${project} unquoted` }]
    const first = await send(fields, { 'idempotency-key': `"${key}"` })
    const repeat = await send(fields, { 'idempotency-key': key })
    expect([toResult(repeat), isReplayed(repeat)]).toEqual([toResult(first), true])
  })

  test('rejects other content under the same key with 422, and keeps the first', async () => {
    const [headers, fields] = [newKey(), { project: `${project} reused` }]
    const first = await send(fields, headers)
    for (const other of [{ ...fields, hours: 1 }, { ...fields, notes: '' }, { project: 'Other' }]) {
      const { status, body } = await send(other, headers)
      expect([status, body.type]).toEqual([422, '/problems/idempotency-key-reused'])
    }
    expect(toResult(await send(fields, headers))).toEqual(toResult(first))
    expect(await countEntries(fields.project)).toBe(1)
  })

  test('accepts a corrected request under the key of an invalid one', async () => {
    const [headers, fields] = [newKey(), { project: `${project} corrected` }]
    for (let i = 0; i < 2; i++) {
      const { status, body } = await send({ ...fields, hours: 25 }, headers)
      expect([status, body.type]).toEqual([422, '/problems/invalid-entry'])
    }
    const created = await send(fields, headers)
    expect([created.status, isReplayed(created)]).toEqual([201, false])
    expect((await send({ ...fields, hours: 25 }, headers)).body.type).toBe('/problems/invalid-entry')
    expect(toResult(await send(fields, headers))).toEqual(toResult(created))
  })

  test('rejects a malformed key with 400', async () => {
    const before = await countKeys()
    for (const key of ['', '""', '"a', 'a, b', `"${'k'.repeat(256)}"`]) {
      const { status, body } = await send({ project: 'Malformed' }, { 'idempotency-key': key })
      expect([status, body.type, body.parameter]).toEqual([
        400,
        '/problems/invalid-parameter',
        'Idempotency-Key',
      ])
    }
    expect([await countEntries('Malformed'), await countKeys()]).toEqual([0, before])
  })

  test('responds 409 with Retry-After while the first request is in progress, then replays it', async () => {
    const [headers, fields] = [newKey(), { project: `${project} in flight` }]
    await using blocker = await blockInserts()
    const sending = send(fields, headers)
    await waitForBlocked(1)
    for (const other of [fields, { ...fields, hours: 1 }]) {
      const { status, body, headers: received } = await send(other, headers)
      expect([status, body.type]).toEqual([409, '/problems/idempotency-key-in-flight'])
      expect(received.get('retry-after')).toBe('1')
    }
    await blocker.release()
    const first = await sending
    expect([first.status, isReplayed(first)]).toEqual([201, false])
    const repeat = await send(fields, headers)
    expect([toResult(repeat), isReplayed(repeat)]).toEqual([toResult(first), true])
    expect(await countEntries(fields.project)).toBe(1)
  })

  test('stores one entry if fifty requests with the same key arrive at once', async () => {
    const [headers, fields] = [newKey(), { project: `${project} fifty` }]
    const responses = await Promise.all(Array.from({ length: 50 }, () => send(fields, headers)))
    const created = responses.filter(({ status }) => status === 201)
    const conflicts = responses.filter(({ status }) => status !== 201)
    expect(created.filter((response) => !isReplayed(response))).toHaveLength(1)
    expect(new Set(created.map(({ text }) => text)).size).toBe(1)
    for (const { body, headers: received } of conflicts) {
      expect(body.type).toBe('/problems/idempotency-key-in-flight')
      expect(received.get('retry-after')).toBe('1')
    }
    const repeat = await send(fields, headers)
    expect([repeat.text, isReplayed(repeat)]).toEqual([created[0]!.text, true])
    expect(await countEntries(fields.project)).toBe(1)
  })

  test('stores nothing if its database session is killed, and one entry after a repeat', async () => {
    const [headers, fields] = [newKey(), { project: `${project} killed` }]
    await using blocker = await blockInserts()
    const sending = send(fields, headers)
    const [pid] = await waitForBlocked(1)
    await service().sql('select pg_terminate_backend($1, 5000)', [pid])
    const killed = await sending
    expect([killed.status, killed.headers.get('retry-after')]).toEqual([503, '2'])
    await blocker.release()
    expect(await countEntries(fields.project)).toBe(0)
    const repeat = await send(fields, headers)
    expect([repeat.status, isReplayed(repeat)]).toEqual([201, false])
    expect(toResult(await send(fields, headers))).toEqual(toResult(repeat))
    expect(await countEntries(fields.project)).toBe(1)
  })

  test('stores each entry once if database sessions are killed at random moments and all is repeated', async () => {
    const requests = Array.from({ length: 40 }, (_, i) => ({
      headers: newKey(),
      fields: { project: `${project} random kill`, notes: String(i) },
    }))
    const sending = requests.map(({ fields, headers }) => send(fields, headers))
    const kill = async () => {
      for (let i = 0; i < 10; i++) {
        await service().sql(
          "select pg_terminate_backend(pid, 1000) from pg_stat_activity where application_name = 'timesheets-service' and datname = current_database()",
        )
      }
    }
    const [responses] = await Promise.all([Promise.all(sending), kill()])
    for (const { status } of responses) expect([201, 503]).toContain(status)
    const repeats = await Promise.all(requests.map(({ fields, headers }) => send(fields, headers)))
    expect(repeats.map(({ status }) => status)).toEqual(Array(40).fill(201))
    for (const [i, first] of responses.entries()) {
      if (first.status === 201) expect(toResult(repeats[i]!)).toEqual(toResult(first))
    }
    const rows = await service().sql('select distinct notes from timesheets where project = $1', [
      `${project} random kill`,
    ])
    expect([rows.length, await countEntries(`${project} random kill`)]).toEqual([40, 40])
  })
})

test('replays to a client that lost its connection before the response', async () => {
  const body = JSON.stringify(entry({ project: 'Lost' }))
  const headers = newKey()
  const framing = { 'content-length': String(body.length) }
  const signed = signedHeaders('POST', '/timesheets/upload', syncIdentity, framing)
  const { hostname, port } = new URL(await service().listen())
  await using blocker = await blockInserts()
  const outgoing = httpRequest({
    hostname,
    port,
    path: '/timesheets/upload',
    method: 'POST',
    headers: { 'content-type': 'application/json', ...framing, ...signed, ...headers },
  })
  outgoing.on('error', () => {}) // the event `close` follows
  outgoing.end(body)
  await waitForBlocked(1)
  const closed = new Promise((resolve) => outgoing.on('close', resolve))
  outgoing.destroy()
  await closed
  await blocker.release()
  while ((await countEntries('Lost')) === 0) await sleep(10)
  const repeat = await service().upload(entry({ project: 'Lost' }), { headers })
  expect([repeat.status, isReplayed(repeat), repeat.body.status]).toEqual([201, true, 'created'])
  expect(await countEntries('Lost')).toBe(1)
})

test('a repeat may serialize the same entry in another way', async () => {
  const headers = newKey()
  const first = await ann.request('POST', '/timesheets', own, headers)
  const other = '{ "hours": 7.50, "project": "Store\\u005aero", "date": "2026-05-10" }'
  const repeat = await ann.request('POST', '/timesheets', other, headers)
  expect([toResult(repeat), isReplayed(repeat)]).toEqual([toResult(first), true])
})

test('a key belongs to one client and person', async () => {
  const headers = newKey()
  const first = await ann.request('POST', '/timesheets', own, headers)
  const annElsewhere = createUser(
    () => service().app,
    'ann@exampleco.com',
    'create:timesheets',
    'timesheets-mobile',
  )
  const others = [
    await ben.request('POST', '/timesheets', own, headers),
    await annElsewhere.request('POST', '/timesheets', own, headers),
  ]
  for (const other of others) expect([other.status, isReplayed(other)]).toEqual([201, false])
  expect(new Set([first, ...others].map(({ body }) => body.id)).size).toBe(3)

  const options = { headers: newKey() }
  const uploads = [
    await service().upload(entry(), { ...options, client: 'one' }),
    await service().upload(entry(), { ...options, client: 'two' }),
    await service().upload(entry(), { ...options, client: 'one', person: 'another@clients' }),
  ]
  expect(new Set(uploads.map(({ body }) => body.id)).size).toBe(3)
})

test('a key belongs to the person in the token, also if the directory renames them meanwhile', async () => {
  const headers = newKey()
  const rita = createUser(() => service().app, 'rita@exampleco.com', 'create:timesheets')
  const first = await rita.request('POST', '/timesheets', own, headers)
  await maya.request('PUT', '/people/0815', { emails: ['rita@exampleco.com'] })
  const repeat = await rita.request('POST', '/timesheets', own, headers)
  expect([toResult(repeat), isReplayed(repeat)]).toEqual([toResult(first), true])
})

test('a key of one operation cannot be used for another', async () => {
  const headers = newKey()
  const both = createUser(() => service().app, 'ann@exampleco.com', 'create:timesheets batch:upload')
  await both.request('POST', '/timesheets', own, headers)
  const { status, body } = await both.request('POST', '/timesheets/upload', { user_id: 'x', ...own }, headers)
  expect([status, body.type]).toEqual([422, '/problems/idempotency-key-reused'])
})

test('replays updated, unchanged, deleted and held as it was, also after the entry has changed', async () => {
  const identity = { source: 'harvest', external_id: 'replayed' }
  const created = await service().upload(entry(identity))
  const tombstone = { user_id: '007', ...identity, deleted: true }
  const steps = [
    { name: 'updated', body: entry({ ...identity, hours: 6 }), code: 200 },
    { name: 'unchanged', body: entry({ ...identity, hours: 6 }), code: 200 },
    { name: 'held', body: entry({ ...identity, hours: 7 }), code: 202, isApproved: true },
    { name: 'deleted', body: tombstone, code: 200 },
    { name: 'unchanged', body: { ...tombstone, external_id: 'unknown' }, code: 200 },
  ]
  const firsts = []
  for (const { name, body, code, isApproved } of steps) {
    const path = `/approvals/${created.body.id}`
    if (isApproved) expect((await maya.request('PUT', path)).status).toBe(200)
    const headers = newKey()
    const first = await service().upload(body, { headers })
    expect([first.status, first.body.status]).toEqual([code, name])
    if (isApproved) expect((await maya.request('DELETE', path)).status).toBe(200)
    firsts.push({ first, body, headers })
  }
  for (const { first, body, headers } of firsts) {
    const repeat = await service().upload(body, { headers })
    expect([toResult(repeat), isReplayed(repeat)]).toEqual([toResult(first), true])
  }
})

test('an upload with a key waits for another writer of its entry, and decides on what that one wrote', async () => {
  const identity = { source: 'harvest', external_id: 'contended', project: 'Contended' }
  const responses = await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      service().upload(entry({ ...identity, hours: 1 + i }), { headers: newKey() }),
    ),
  )
  expect(responses.map(({ body }) => body.status).sort()).toEqual(['created', ...Array(19).fill('updated')])
  expect(await service().sql("select version from timesheets where external_id = 'contended'")).toEqual([
    { version: 20 },
  ])
})

test('a rejected upload keeps no key', async () => {
  const headers = newKey()
  const [client, source] = ['owner', 'owned']
  await service().upload(entry({ source, external_id: '1' }), { client })
  const { status } = await service().upload(entry({ source, external_id: '1' }), { headers })
  expect(status).toBe(403)
  expect((await service().upload(entry({ source: 'free-again' }), { headers })).status).toBe(201)
})

test('a dry run keeps no key, and cannot use that of another request', async () => {
  const headers = newKey()
  const [body, query] = [entry({ project: 'Dry' }), '?dry_run=true']
  const before = await countKeys()
  for (let i = 0; i < 2; i++) {
    const dry = await service().upload(body, { headers, query })
    expect([dry.status, dry.body.message, isReplayed(dry)]).toEqual([
      201,
      'Would create a timesheet for employee 007',
      false,
    ])
  }
  expect([await countEntries('Dry'), await countKeys()]).toEqual([0, before])

  const created = await service().upload(body, { headers })
  expect([created.status, isReplayed(created)]).toEqual([201, false])
  const rejected = await service().uploadRejected(body, { headers, query })
  expect([rejected.status, rejected.body.type]).toEqual([422, '/problems/idempotency-key-reused'])
  expect(await countEntries('Dry')).toBe(1)
})

test('an expired key can be used again, before it is deleted', async () => {
  const headers = newKey()
  const body = entry({ project: 'Expired' })
  const first = await service().upload(body, { headers })
  await service().sql("update idempotency_keys set expires_at = now() where body like '%Expired%'")
  const second = await service().upload(body, { headers })
  expect([second.status, isReplayed(second)]).toEqual([201, false])
  expect(second.body.id).not.toBe(first.body.id)
  const repeat = await service().upload(body, { headers })
  expect([toResult(repeat), isReplayed(repeat)]).toEqual([toResult(second), true])
})

test('a key is kept for 24 hours', async () => {
  const headers = newKey()
  await service().upload(entry({ project: 'A day' }), { headers })
  const [row] = await service().sql(
    `select expires_at between now() + interval '23 h 55 min' and now() + interval '24 h' as is_a_day
       from idempotency_keys where body like '%A day%'`,
  )
  expect(row).toEqual({ is_a_day: true })
})

test('stores one entry per key also in a database whose transactions read an older snapshot', async () => {
  const other = await TestService.start()
  try {
    await other.sql(
      `do $$ begin execute format('alter database %I set default_transaction_isolation = %L',
                                   current_database(), 'repeatable read'); end $$`,
    )
    const send = (key: number) =>
      other.upload(entry({ notes: String(key) }), { headers: { 'idempotency-key': String(key) } })
    const responses = await Promise.all(Array.from({ length: 100 }, (_, i) => send(i % 5)))
    for (const { status } of responses) expect([201, 409]).toContain(status)
    const rows = await other.sql('select notes, count(*)::int from timesheets group by 1 order by 1')
    expect(rows).toEqual(['0', '1', '2', '3', '4'].map((notes) => ({ notes, count: 1 })))
  } finally {
    await other.stop()
  }
})
