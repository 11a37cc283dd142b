import { cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { computeDigest } from '@timesheets/contracts/digest'
import type { Content } from '@timesheets/contracts/entry'
import { type TestDatabase, testDatabase } from '@timesheets/test-postgres/test-database'
import { approve } from '@timesheets/timesheets-service/domain/decision'
import { upload } from '@timesheets/timesheets-service/domain/upload'
import { PostgresDecisionStore } from '@timesheets/timesheets-service/postgres/decision-store'
import { PostgresEntryReader } from '@timesheets/timesheets-service/postgres/entry-reader'
import { PostgresIdempotencyStore } from '@timesheets/timesheets-service/postgres/idempotency-store'
import { PostgresPeopleStore } from '@timesheets/timesheets-service/postgres/people-store'
import { PostgresHoursReporter } from '@timesheets/timesheets-service/postgres/report-hours'
import { PostgresUploadStore } from '@timesheets/timesheets-service/postgres/upload-store'
import { openTestClient } from '@timesheets/timesheets-service/test/use-test-client'
import pg from 'pg'
import { migrate } from './migrate.ts'
import { ownMigrations } from './migration-list.ts'

const nextRelease = fileURLToPath(new URL('./next-release', import.meta.url))
const keysetPages = '20261126003500_keyset_pages'

let database: TestDatabase
let migrationsDir: string

beforeEach(async () => {
  database = await testDatabase({ migrated: false })
  migrationsDir = await mkdtemp(path.join(tmpdir(), 'migrations-'))
  await cp(ownMigrations, migrationsDir, { recursive: true })
})

afterEach(async () => {
  await database.drop()
  await rm(migrationsDir, { recursive: true })
})

/** Moves the migrations of the next release behind all others, as its release will do. */
async function addNextRelease(): Promise<string[]> {
  const entries = await readdir(nextRelease, { withFileTypes: true })
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  for (const name of names) {
    await cp(path.join(nextRelease, name), path.join(migrationsDir, `29990101000000_${name}`), {
      recursive: true,
    })
  }
  return names.map((name) => `29990101000000_${name}`)
}

async function query<Row extends pg.QueryResultRow>(sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  try {
    return (await client.query<Row>(sql)).rows
  } finally {
    await client.end()
  }
}

const content: Content = {
  userId: '007',
  day: '2026-05-10',
  instantMs: Date.UTC(2026, 4, 10),
  dateWritten: '2026-05-10',
  project: 'StoreZero',
  seconds: 3600,
  notes: null,
}

/** Writes and reads through every store. */
async function useEveryStore() {
  const client = openTestClient(database.url)
  try {
    const [store, decisions] = [new PostgresUploadStore(client), new PostgresDecisionStore(client)]
    const [reader, reporter] = [new PostgresEntryReader(client), new PostgresHoursReporter(client)]
    const put = async (one: Content) => {
      const item = { userId: one.userId, source: 'harvest', externalId: '1', content: one }
      const options = { dryRun: false, readBack: true, sourceOwners: new Map() }
      const [result] = await upload([item], 'sync', options, store)
      return result
    }
    const created = await put(content)
    const updated = await put({ ...content, seconds: 7200 })
    if (created?.status !== 'created') throw new Error('The upload did not create the entry')
    const approver = { userId: 'maya', names: ['maya'] }
    const actor = { clientId: 'web', person: 'maya' }
    const responses = new PostgresIdempotencyStore(client, { ttlMs: 60_000, maxKeysPerClient: 10 })
    const request = { clientId: 'web', person: '007', key: '1', fingerprint: new Uint8Array(32) }
    const createOnce = () =>
      responses.processOnce(request, async (stores) => {
        await stores.decisions.create(content, { clientId: 'web', person: '007' })
        return { status: 201, location: null, etag: null, body: '{}' }
      })
    await createOnce()
    const { isReplayed } = await createOnce()
    const selection = { userId: '007', from: content.day, to: content.day }
    const approved = await decisions.decideMany(selection, actor, (entry) => approve(entry, approver))
    const held = await put({ ...content, seconds: 1800 })
    const filter = { userIds: ['007'] }
    const list = { filter, readableNames: undefined }
    const page = await reader.readPage({ ...list, limit: 10 })
    const asOf = await reader.readPage({ ...list, limit: 10, asOf: '2100-01-01T00:00:00.000Z' })
    const history = await Array.fromAsync(reader.readHistory(Number(created.id), undefined))
    let exported = ''
    for await (const chunk of reader.exportEntries({ ...list, format: 'ndjson' })) exported += chunk
    const people = new PostgresPeopleStore(client)
    await people.put('007', { emails: ['bond@exampleco.com'], tracker_ids: {} })
    return {
      statuses: [created, updated, held].map((result) => result?.status),
      isReplayed,
      approved: approved.size,
      page: page.items.length,
      asOf: asOf.items.length,
      actions: history.map(({ action }) => action),
      exported: exported.split('\n').length - 1,
      report: await reporter.reportHours({ filter, keys: ['user'], format: 'json' }),
      caller: (await people.resolveCaller({ person: 'bond@exampleco.com', subject: 'auth0|bond' })).userId,
    }
  } finally {
    await client.$disconnect()
  }
}

test('the migrations of the next release apply after all others, and this release works without what they drop', async () => {
  const names = await addNextRelease()
  expect(names).not.toHaveLength(0)
  const { applied } = await migrate(database.url, { migrationsDir })
  expect(applied.slice(-names.length)).toEqual(names)
  const columns = await query(
    `select column_name from information_schema.columns where table_schema = 'public' and column_name like '%xid'`,
  )
  expect(columns).toEqual([])
  expect(await useEveryStore()).toEqual({
    statuses: ['created', 'updated', 'held'],
    isReplayed: true,
    approved: 2,
    page: 2,
    asOf: 2,
    actions: ['created', 'updated', 'approved', 'held'],
    exported: 2,
    report: '[{"user_id":"007","hours":3,"entries":2,"approved_hours":3}]',
    caller: '007',
  })
})

/** Reads a later page as the release before does: what its first page could see, or what replaced it since. */
const pageOfReleaseBefore = `
  select id::int, seconds from timesheets
   where deleted_at is null and (updated_at <= now() - interval '10 s' or xid is null or xid < 1000000)
   union all
  select timesheet_id::int, seconds from timesheet_versions
   where deleted_at is null and superseded_at > now() - interval '10 s'
     and not (superseded_at <= now() - interval '10 s' or superseded_xid is null or superseded_xid < 1000000)`

test('during a rolling update, pods of the release before still write and read after the migration', async () => {
  await rm(path.join(migrationsDir, keysetPages), { recursive: true })
  await migrate(database.url, { migrationsDir })
  const insert = `insert into timesheets (user_id, day, instant, date_written, project, seconds, source, digest, client_id)
    values ('007', '2026-05-10', now(), '2026-05-10', 'StoreZero', 3600, 'harvest',
            decode('${computeDigest('1', content)}', 'hex'), 'sync') returning id::int`
  const [first] = await query<{ id: number }>(insert)
  expect(await query('select xid is not null as has_xid from timesheets')).toEqual([{ has_xid: true }])

  await cp(path.join(ownMigrations, keysetPages), path.join(migrationsDir, keysetPages), { recursive: true })
  expect(await migrate(database.url, { migrationsDir })).toEqual({ applied: [keysetPages] })

  const [second] = await query<{ id: number }>(insert)
  await query(`update timesheets set seconds = 7200 where id = ${first!.id}`)
  await query(`update timesheets set seconds = 1800 where id = ${second!.id}`)
  expect(await query(`${pageOfReleaseBefore} order by id`)).toEqual([
    { id: first!.id, seconds: 7200 },
    { id: second!.id, seconds: 1800 },
  ])
  expect(
    await query('select timesheet_id::int as id, version, seconds from timesheet_versions order by id'),
  ).toEqual([
    { id: first!.id, version: 1, seconds: 3600 },
    { id: second!.id, version: 1, seconds: 3600 },
  ])
})
