import { parseArgs } from 'node:util'
import type { MigrationList, SchemaEngine } from '@prisma/schema-engine-wasm'
import { ConfigError, readConfig, setting } from '@timesheets/runtime/config'
import { DatabaseUnavailable, lockedSession } from './database-session.ts'
import { checkHistory, HistoryMismatch } from './history.ts'
import { ownMigrations, readMigrations } from './migration-list.ts'
import { openSchemaEngine, wholeDatabase } from './schema-engine.ts'

export interface MigrateOptions {
  /** The folder of migrations; by default the one beside this file. */
  migrationsDir?: string
  /** How long to wait for a database that is not up yet, or that another migrate is at work on. Default 30 s. */
  waitMs?: number
  /** Takes one line for each migration applied. */
  log?: (line: string) => void
}

const defaultWaitMs = 30_000

/** A migration's script failed. None of it took effect, unless the script itself commits. */
export class MigrationFailed extends Error {
  override name = 'MigrationFailed'
}

/**
 * Brings a database to the schema of the migrations, by Prisma's own engine and in Prisma's own table
 * `_prisma_migrations`, so `prisma migrate deploy` may take over at any time. Several at once do the work once.
 *
 * @param databaseUrl A direct connection (not through a transaction pooler), as a user that may change the schema.
 * @returns the names of the migrations that were applied, oldest first; none when there was nothing to do.
 * @throws {HistoryMismatch} when the database's history is not a beginning of the folder's; nothing was changed.
 * @throws {DatabaseUnavailable} when the database, or its lock, could not be had in `waitMs`.
 * @throws {MigrationFailed} when a migration's script failed.
 */
export async function migrate(
  databaseUrl: string,
  { migrationsDir = ownMigrations, waitMs = defaultWaitMs, log = () => {} }: MigrateOptions = {},
): Promise<{ applied: string[] }> {
  const migrations = await readMigrations(migrationsDir)
  return withEngine(databaseUrl, waitMs, async (engine) => {
    await checkHistory(engine, migrations)
    const applied = await apply(engine, migrations)
    for (const name of applied) log(`applied ${name}`)
    return { applied }
  })
}

/**
 * Notes in the database's history that a failed migration left nothing behind, so that the next migrate tries it again.
 *
 * @param name The migration's folder name.
 */
export async function markRolledBack(
  databaseUrl: string,
  name: string,
  { waitMs = defaultWaitMs }: Pick<MigrateOptions, 'waitMs'> = {},
): Promise<void> {
  await withEngine(databaseUrl, waitMs, (engine) => engine.markMigrationRolledBack({ migrationName: name }))
}

async function withEngine<T>(
  databaseUrl: string,
  waitMs: number,
  work: (engine: SchemaEngine) => Promise<T>,
) {
  const session = await lockedSession(databaseUrl, waitMs)
  try {
    return await work(await openSchemaEngine(session, databaseUrl))
  } finally {
    await session.end()
  }
}

async function apply(engine: SchemaEngine, migrationsList: MigrationList): Promise<string[]> {
  try {
    return (await engine.applyMigrations({ migrationsList, filters: wholeDatabase })).appliedMigrationNames
  } catch (error) {
    if ((error as { code?: unknown }).code === 'P3005') {
      throw new HistoryMismatch(
        'the database has tables but no history of migrations: give it a database of its own',
      )
    }
    throw new MigrationFailed(reasonOf(error as Error), { cause: error })
  }
}

/** The engine's message without its trace, which it appends as indented lines; with the migration's name from there. */
function reasonOf({ message }: Error): string {
  const name = /migration_name="([^"]+)"/.exec(message)?.[1]
  const lines = message
    .split('\n')
    .filter((line) => line !== '' && !/^\s|^external connector error$/.test(line))
  return `${name ? `migration ${name}` : 'the migration'} failed: ${lines.join(' ')}`
}

/** Every variable of migrate. */
export const migrateSettings = {
  databaseUrl: setting.databaseUrl('DATABASE_URL', {
    doc: 'a direct connection to the database, as a user that may change its schema',
  }),
  waitSeconds: setting.integer('MIGRATE_WAIT_SECONDS', {
    doc: 'how long to wait for a database that is not up yet, or that another migrate is at work on',
    default: defaultWaitMs / 1000,
  }),
}

const exitCodes = { done: 0, failed: 1, refused: 2, tryAgain: 75 } as const // 75 is EX_TEMPFAIL of sysexits(3)

async function main(): Promise<number> {
  try {
    const { values } = parseArgs({ options: { 'rolled-back': { type: 'string' } } })
    const config = readConfig(process.env, migrateSettings)
    const databaseUrl = config.databaseUrl.reveal()
    const waitMs = config.waitSeconds * 1000
    const failed = values['rolled-back']
    if (failed !== undefined) {
      await markRolledBack(databaseUrl, failed, { waitMs })
      console.log(`migrate: ${failed} is marked as rolled back; the next migrate tries it again`)
      return exitCodes.done
    }
    const { applied } = await migrate(databaseUrl, { waitMs, log: (line) => console.log(`migrate: ${line}`) })
    console.log(`migrate: ${applied.length === 0 ? 'nothing to apply' : `done, ${applied.length} applied`}`)
    return exitCodes.done
  } catch (error) {
    // Messages only: the errors of a driver may hold, as members, what it was connected with.
    console.error(`migrate: ${(error as Error).message}`)
    if (error instanceof HistoryMismatch || error instanceof ConfigError) return exitCodes.refused
    return error instanceof DatabaseUnavailable ? exitCodes.tryAgain : exitCodes.failed
  }
}

if (import.meta.main) process.exitCode = await main()
