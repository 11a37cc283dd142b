import type { MigrationList, SchemaEngine } from '@prisma/schema-engine-wasm'
import { wholeDatabase } from './schema-engine.ts'

/** The database's history of migrations is not a beginning of the folder's: a person has to decide. */
export class HistoryMismatch extends Error {
  override name = 'HistoryMismatch'
}

/**
 * Refuses a database that these migrations must not touch: one with a failed migration, one whose applied migrations
 * were edited since, one that a newer version migrated. The engine itself applies past the last two.
 *
 * @throws {HistoryMismatch} naming the migrations and what to do.
 */
export async function checkHistory(engine: SchemaEngine, migrationsList: MigrationList): Promise<void> {
  const { failedMigrationNames, editedMigrationNames, history } = await engine.diagnoseMigrationHistory({
    migrationsList,
    optInToShadowDatabase: false,
    filters: wholeDatabase,
  })
  if (failedMigrationNames.length > 0) {
    throw new HistoryMismatch(
      `migration ${list(failedMigrationNames)} failed in this database: put right what made it fail, then run this ` +
        `once with --rolled-back ${failedMigrationNames[0]}, and then without`,
    )
  }
  if (editedMigrationNames.length > 0) {
    throw new HistoryMismatch(
      `migration ${list(editedMigrationNames)} was edited after this database applied it: restore the file and put ` +
        'the change into a new migration (`npm run migration -- <name>`)',
    )
  }
  if (history && history.diagnostic !== 'databaseIsBehind' && history.unpersistedMigrationNames.length > 0) {
    throw new HistoryMismatch(
      `the database has migration ${list(history.unpersistedMigrationNames)}, which this version does not know: ` +
        'run the version that brought it, or a newer one',
    )
  }
}

function list(names: string[]): string {
  return names.join(', ')
}
