import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { type TestDatabase, testDatabase } from '@timesheets/test-postgres/test-database'
import pg from 'pg'
import { HistoryMismatch } from './history.ts'
import { MigrationFailed, markRolledBack, migrate } from './migrate.ts'
import { ownMigrations } from './migration-list.ts'
import { schemaDifference } from './schema-difference.ts'

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

async function addMigration(name: string, sql: string) {
  await mkdir(path.join(migrationsDir, name), { recursive: true })
  await writeFile(path.join(migrationsDir, name, 'migration.sql'), sql)
}

async function query(sql: string) {
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

test('the migrations create the schema of schema.prisma (else: npm run migration -- <name>)', async () => {
  expect(await schemaDifference(database.url)).toBeUndefined()
})

test('the first run applies and reports every migration in order; the second applies nothing', async () => {
  await addMigration('29990101000000_later', 'create table later (id int)')
  const lines: string[] = []
  const { applied } = await migrate(database.url, { migrationsDir, log: (line) => lines.push(line) })
  expect(applied.at(-1)).toBe('29990101000000_later')
  expect(applied).toEqual(applied.toSorted())
  expect(lines).toEqual(applied.map((name) => `applied ${name}`))
  expect(await migrate(database.url, { migrationsDir })).toEqual({ applied: [] })
})

test('two runs at the same time both succeed, and every migration is applied once', async () => {
  await addMigration('29990101000000_slow', 'select pg_sleep(1)')
  const results = await Promise.all([1, 2].map(() => migrate(database.url, { migrationsDir })))
  const applied = results.flatMap((result) => result.applied)
  expect(new Set(applied).size).toBe(applied.length)
  expect(applied).toContain('29990101000000_slow')
  const rows = await query('select migration_name from _prisma_migrations')
  expect(rows).toHaveLength(applied.length)
})

test('a migration runs in one transaction, also if it contains several statements', async () => {
  await addMigration(
    '29990101000000_function',
    "create function one() returns text language plpgsql as $$ begin return ';'; end $$; create table half (id int);",
  )
  await migrate(database.url, { migrationsDir })
  expect(await query('select one()')).toEqual([{ one: ';' }])

  await addMigration('29990102000000_broken', 'drop table half; select 1/0;')
  await expect(migrate(database.url, { migrationsDir })).rejects.toThrow(MigrationFailed)
  expect(await query('select * from half')).toEqual([])
})

describe('a history that does not match is rejected, and nothing is changed', () => {
  test('an edited migration', async () => {
    await addMigration('29990101000000_edited', 'create table before (id int)')
    await migrate(database.url, { migrationsDir })
    await addMigration('29990101000000_edited', 'create table after (id int)')
    await addMigration('29990102000000_next', 'create table next (id int)')
    const refused = migrate(database.url, { migrationsDir })
    await expect(refused).rejects.toThrow(HistoryMismatch)
    await expect(refused).rejects.toThrow(/29990101000000_edited was edited/)
    expect(await query("select to_regclass('next') as found")).toEqual([{ found: null }])
  })

  test('a migration that this version does not know', async () => {
    await addMigration('29990101000000_newer', 'create table newer (id int)')
    await migrate(database.url, { migrationsDir })
    await rm(path.join(migrationsDir, '29990101000000_newer'), { recursive: true })
    const refused = migrate(database.url, { migrationsDir })
    await expect(refused).rejects.toThrow(HistoryMismatch)
    await expect(refused).rejects.toThrow(/29990101000000_newer, which this version does not know/)
  })

  test('a failed migration, until it is corrected and marked as rolled back', async () => {
    const name = '29990101000000_failing'
    await addMigration(name, 'create table failing (id int); select 1/0;')
    await expect(migrate(database.url, { migrationsDir })).rejects.toThrow(
      `migration ${name} failed: Error querying the database: ERROR: division by zero`,
    )
    const refused = migrate(database.url, { migrationsDir })
    await expect(refused).rejects.toThrow(HistoryMismatch)
    // No path: the command differs between the image and a checkout.
    await expect(refused).rejects.toThrow(/run this once with --rolled-back 29990101000000_failing, /)

    await addMigration(name, 'create table failing (id int)')
    await markRolledBack(database.url, name)
    expect(await migrate(database.url, { migrationsDir })).toEqual({ applied: [name] })
  })

  test('tables that no migration created', async () => {
    await query('create table others (id int)')
    await expect(migrate(database.url, { migrationsDir })).rejects.toThrow(HistoryMismatch)
  })
})
