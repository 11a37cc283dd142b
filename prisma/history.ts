import type { MigrationList, SchemaEngine } from '@prisma/schema-engine-wasm'
import { wholeDatabase } from './schema-engine.ts'

/** The migrations that the database has applied do not match the folder. A person has to decide what to do. */
export class HistoryMismatch extends Error {
  override name = 'HistoryMismatch'
}

/**
 * Rejects a database with a failed migration, with an applied migration that was edited later, or with migrations of a
 * newer version. The engine itself would ignore the last two and continue.
 *
 * @throws {HistoryMismatch} that names the migrations and says what to do
 */
export async function checkHistory(engine: SchemaEngine, migrationsList: MigrationList): Promise<void> {
  const { failedMigrationNames, editedMigrationNames, history } = await engine.diagnoseMigrationHistory({
    migrationsList,
    optInToShadowDatabase: false,
    filters: wholeDatabase,
  })
  if (failedMigrationNames.length > 0) {
    throw new HistoryMismatch(
      `migration ${list(failedMigrationNames)} failed in this database. Fix the cause, run migrate once with ` +
        `--rolled-back ${failedMigrationNames[0]}, and then run it without options`,
    )
  }
  if (editedMigrationNames.length > 0) {
    throw new HistoryMismatch(
      `migration ${list(editedMigrationNames)} was edited after this database applied it. Restore the file, and ` +
        'write the change as a new migration (`npm run migration -- <name>`)',
    )
  }
  if (history && history.diagnostic !== 'databaseIsBehind' && history.unpersistedMigrationNames.length > 0) {
    throw new HistoryMismatch(
      `the database has migration ${list(history.unpersistedMigrationNames)}, which this version does not contain. ` +
        'Run the version that contains it, or a newer one',
    )
  }
}

function list(names: string[]): string {
  return names.join(', ')
}
