import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { type TestDatabase, testDatabase } from '@timesheets/test-postgres/test-database'
import pg from 'pg'
import { HistoryMismatch } from './history.ts'
import { MigrationFailed, markRolledBack, migrate } from './migrate.ts'
import { ownMigrations } from './migration-list.ts'
import { diffSchema } from './schema-difference.ts'

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

test('the migrations match schema.prisma (if not, run: npm run migration -- <name>)', async () => {
  expect(await diffSchema(database.url)).toBeUndefined()
})

test('the first run applies and logs every migration in order; the second run applies none', async () => {
  await addMigration('29990101000000_later', 'create table later (id int)')
  const lines: string[] = []
  const { applied } = await migrate(database.url, { migrationsDir, log: (line) => lines.push(line) })
  expect(applied.at(-1)).toBe('29990101000000_later')
  expect(applied).toEqual(applied.toSorted())
  expect(lines).toEqual(applied.map((name) => `applied ${name}`))
  expect(await migrate(database.url, { migrationsDir })).toEqual({ applied: [] })
})

test('two simultaneous runs succeed and apply each migration once', async () => {
  await addMigration('29990101000000_slow', 'select pg_sleep(1)')
  const results = await Promise.all([1, 2].map(() => migrate(database.url, { migrationsDir })))
  const applied = results.flatMap((result) => result.applied)
  expect(new Set(applied).size).toBe(applied.length)
  expect(applied).toContain('29990101000000_slow')
  const rows = await query('select migration_name from _prisma_migrations')
  expect(rows).toHaveLength(applied.length)
})

test('a migration is one transaction, also with semicolons in functions and strings', async () => {
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

describe('rejects without a change', () => {
  test('a database with a migration that was edited after it was applied', async () => {
    await addMigration('29990101000000_edited', 'create table before (id int)')
    await migrate(database.url, { migrationsDir })
    await addMigration('29990101000000_edited', 'create table after (id int)')
    await addMigration('29990102000000_next', 'create table next (id int)')
    const rejected = migrate(database.url, { migrationsDir })
    await expect(rejected).rejects.toThrow(HistoryMismatch)
    await expect(rejected).rejects.toThrow(/29990101000000_edited was edited/)
    expect(await query("select to_regclass('next') as found")).toEqual([{ found: null }])
  })

  test('a database with a migration of a newer version', async () => {
    await addMigration('29990101000000_newer', 'create table newer (id int)')
    await migrate(database.url, { migrationsDir })
    await rm(path.join(migrationsDir, '29990101000000_newer'), { recursive: true })
    const rejected = migrate(database.url, { migrationsDir })
    await expect(rejected).rejects.toThrow(HistoryMismatch)
    await expect(rejected).rejects.toThrow(/29990101000000_newer, which this version does not contain/)
  })

  test('a failed migration, until it is fixed and marked as rolled back', async () => {
    const name = '29990101000000_failing'
    await addMigration(name, 'create table failing (id int); select 1/0;')
    await expect(migrate(database.url, { migrationsDir })).rejects.toThrow(
      `migration ${name} failed: Error querying the database: ERROR: division by zero`,
    )
    const rejected = migrate(database.url, { migrationsDir })
    await expect(rejected).rejects.toThrow(HistoryMismatch)
    // The message contains no path, because the command differs between the image and a checkout.
    await expect(rejected).rejects.toThrow(/run migrate once with --rolled-back 29990101000000_failing, /)

    await addMigration(name, 'create table failing (id int)')
    await markRolledBack(database.url, name)
    expect(await migrate(database.url, { migrationsDir })).toEqual({ applied: [name] })
  })

  test('a database with tables of another application', async () => {
    await query('create table others (id int)')
    await expect(migrate(database.url, { migrationsDir })).rejects.toThrow(HistoryMismatch)
  })
})
