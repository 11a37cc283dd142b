import { parseArgs } from 'node:util'
import type { MigrationList, SchemaEngine } from '@prisma/schema-engine-wasm'
import { ConfigError, readConfig, setting } from '@timesheets/runtime/config'
import {
  DatabaseUnavailable,
  type LockedSession,
  openLockedSession,
  UntrustedServer,
} from './database-session.ts'
import { checkHistory, HistoryMismatch } from './history.ts'
import { recordWithScript, recoverInterrupted } from './interrupted-migration.ts'
import { ownMigrations, readMigrations } from './migration-list.ts'
import { openSchemaEngine, wholeDatabase } from './schema-engine.ts'

export interface MigrateOptions {
  /** The folder of migrations; by default `migrations` beside this file. */
  migrationsDir?: string
  /** How long to wait for an unavailable database or another migrate. Default 30 s. */
  waitMs?: number
  /** Called with one line for each applied migration. */
  log?: (line: string) => void
  /** Stops waiting for the database when it is aborted. A running migration is finished. */
  signal?: AbortSignal
}

const defaultWaitMs = 30_000

/** A migration's script failed. Postgres rolled it back, unless the script itself commits. */
export class MigrationFailed extends Error {
  override name = 'MigrationFailed'
}

/**
 * Applies the pending migrations with Prisma's schema engine. It uses Prisma's table `_prisma_migrations`, so
 * `prisma migrate deploy` can take over at any time. Simultaneous calls apply each migration once. A migration that was
 * interrupted, for example by SIGKILL, is applied again.
 *
 * @param databaseUrl a direct connection (no transaction pooler) as a user that may change the schema
 * @returns the names of the applied migrations, oldest first
 * @throws {HistoryMismatch} when the database's history does not match the folder; nothing was changed
 * @throws {DatabaseUnavailable} when the database or its lock was not available within `waitMs`
 * @throws {MigrationFailed} when a migration's script failed
 * @throws {UntrustedServer} when no secure connection is possible
 */
export async function migrate(
  databaseUrl: string,
  { migrationsDir = ownMigrations, waitMs = defaultWaitMs, log = () => {}, signal }: MigrateOptions = {},
): Promise<{ applied: string[] }> {
  const migrations = await readMigrations(migrationsDir)
  return withEngine(databaseUrl, { waitMs, signal }, async (engine, session) => {
    for (const name of await recoverInterrupted(session, engine, migrations)) {
      log(`${name} was interrupted and rolled back; it is applied again`)
    }
    await checkHistory(engine, migrations)
    const applied = await apply(engine, session, migrations)
    for (const name of applied) log(`applied ${name}`)
    return { applied }
  })
}

/**
 * Marks a failed migration as rolled back, so that the next migrate applies it again.
 *
 * @param name the folder name of the migration
 */
export async function markRolledBack(
  databaseUrl: string,
  name: string,
  { waitMs = defaultWaitMs }: Pick<MigrateOptions, 'waitMs'> = {},
): Promise<void> {
  await withEngine(databaseUrl, { waitMs }, (engine) =>
    engine.markMigrationRolledBack({ migrationName: name }),
  )
}

async function withEngine<T>(
  databaseUrl: string,
  { waitMs, signal }: { waitMs: number; signal?: AbortSignal | undefined },
  work: (engine: SchemaEngine, session: LockedSession) => Promise<T>,
) {
  const session = await openLockedSession(databaseUrl, waitMs, signal)
  try {
    return await work(await openSchemaEngine(session, databaseUrl, recordWithScript), session)
  } finally {
    await session.end()
  }
}

async function apply(
  engine: SchemaEngine,
  session: LockedSession,
  migrationsList: MigrationList,
): Promise<string[]> {
  try {
    return (await engine.applyMigrations({ migrationsList, filters: wholeDatabase })).appliedMigrationNames
  } catch (error) {
    if ((error as { code?: unknown }).code === 'P3005') {
      throw new HistoryMismatch(
        'the database has tables but no migration history. Use a database that no other application uses',
      )
    }
    if (session.isLost) {
      throw new DatabaseUnavailable('the connection to the database broke during a migration', {
        cause: error,
      })
    }
    throw new MigrationFailed(formatEngineError(error as Error), { cause: error })
  }
}

/** Formats an error of the engine in one line: the migration's name, and the message without its indented trace. */
function formatEngineError({ message }: Error): string {
  const name = /migration_name="([^"]+)"/.exec(message)?.[1]
  const lines = message
    .split('\n')
    .filter((line) => line !== '' && !/^\s|^external connector error$/.test(line))
  return `${name ? `migration ${name}` : 'the migration'} failed: ${lines.join(' ')}`
}

/** The settings of migrate. */
export const migrateSettings = {
  databaseUrl: setting.databaseUrl('DATABASE_URL', {
    doc: 'a direct connection to the database as a user that may change the schema',
  }),
  waitSeconds: setting.integer('MIGRATE_WAIT_SECONDS', {
    doc: 'how long to wait for an unavailable database or another migrate',
    default: defaultWaitMs / 1000,
  }),
  deadlineSeconds: setting.integer('MIGRATE_DEADLINE_SECONDS', {
    doc: 'time limit for the whole run, after which the running migration is rolled back; 0 = none',
    default: 0,
    max: 86_400,
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
      console.log(`migrate: ${failed} is marked as rolled back; the next migrate applies it again`)
      return exitCodes.done
    }
    endAfter(config.deadlineSeconds)
    const stopping = new AbortController()
    process.on('SIGTERM', () => {
      console.log('migrate: interrupted (SIGTERM); a running migration is finished first')
      stopping.abort()
    })
    const log = (line: string) => console.log(`migrate: ${line}`)
    const { applied } = await migrate(databaseUrl, { waitMs, log, signal: stopping.signal })
    console.log(`migrate: ${applied.length === 0 ? 'nothing to apply' : `done, ${applied.length} applied`}`)
    return exitCodes.done
  } catch (error) {
    // Print the message only: fields of a driver's error may contain the connection's password.
    console.error(`migrate: ${(error as Error).message}`)
    if (error instanceof DatabaseUnavailable) return exitCodes.tryAgain
    return permanentErrors.some((type) => error instanceof type) ? exitCodes.refused : exitCodes.failed
  }
}

/** Another try would fail again. */
const permanentErrors = [ConfigError, HistoryMismatch, MigrationFailed, UntrustedServer]

/**
 * Ends this process in time to leave its log behind: Kubernetes deletes the pod of a Job that reaches its deadline.
 * The database then rolls the running migration back, and the next run applies it again.
 */
function endAfter(seconds: number): void {
  if (seconds === 0) return
  const giveUp = () => {
    console.error(`migrate: gave up after ${seconds} s (MIGRATE_DEADLINE_SECONDS)`)
    process.exit(exitCodes.tryAgain)
  }
  setTimeout(giveUp, seconds * 1000).unref()
}

if (import.meta.main) process.exitCode = await main()
