import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type TestDatabase, testDatabase } from '@timesheets/test-postgres/test-database'
import { entry, TestService } from '@timesheets/timesheets-service/test/service-fixture'
import pg from 'pg'
import { migrate } from '../../prisma/migrate.ts'

const statements = readFileSync(new URL('../database-roles.sql', import.meta.url), 'utf8')

let database: TestDatabase
let service: TestService

beforeAll(async () => {
  database = await testDatabase({ migrated: false })
  await dropRoles()
  await ask(database.url, statements)
  for (const role of ['timesheets_owner', 'timesheets_service']) {
    await ask(database.url, `alter role ${role} password 'of a test'`)
  }
  await migrate(buildUrl('timesheets_owner'))
  service = await TestService.start({}, async () => buildUrl('timesheets_service'))
})

afterAll(async () => {
  await service?.stop()
  await dropRoles()
  await database.drop()
})

test('the service role can read and write all tables that the owner role migrated', async () => {
  expect(await service.isReady()).toBe(true)
  const named = entry({ source: 'harvest', external_id: '1' })
  expect((await service.upload(named)).body).toMatchObject({ status: 'created', version: 1 })
  expect((await service.upload({ ...named, hours: 6 })).body).toMatchObject({ status: 'updated', version: 2 })

  const rights = await ask(
    buildUrl('timesheets_service'),
    `select relname, case relkind
              when 'S' then has_sequence_privilege(oid, 'usage')
              else has_table_privilege(oid, 'select') and has_table_privilege(oid, 'insert')
                   and has_table_privilege(oid, 'update') and has_table_privilege(oid, 'delete')
            end as has_all
       from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'S')`,
  )
  expect(rights.length).toBeGreaterThan(4)
  expect(rights.filter(({ has_all }) => has_all !== true)).toEqual([])
})

test('the service role cannot change the schema', async () => {
  for (const statement of [
    'create table mine (id int)',
    'drop table timesheets',
    'alter table timesheets add x int',
  ]) {
    await expect(ask(buildUrl('timesheets_service'), statement)).rejects.toThrow(
      /permission denied|must be owner/,
    )
  }
})

function buildUrl(role: string): string {
  const url = new URL(database.url)
  url.username = role
  url.password = 'of a test'
  return url.href
}

/** Roles belong to the server, so a killed run leaves them behind. */
async function dropRoles(): Promise<void> {
  for (const role of ['timesheets_service', 'timesheets_owner']) {
    const [found] = await ask(database.url, `select 1 from pg_roles where rolname = '${role}'`)
    if (found) await ask(database.url, `drop owned by ${role} cascade; drop role ${role}`)
  }
}

async function ask(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}
