import type { MigrationList, SchemaEngine } from '@prisma/schema-engine-wasm'
import type pg from 'pg'

/** Statements that end the transaction of a script, or that Postgres does not run in one. */
const nonTransactional =
  /\b(commit|rollback|concurrently|vacuum|alter\s+system|(create|drop)\s+(database|tablespace))\b/i

/** Returns true for a script that takes effect as a whole or not at all. In doubt, returns false. */
export function isTransactional(script: string): boolean {
  return !nonTransactional.test(script)
}

/**
 * Adds to a script the statement that marks its migration as finished, so that both are one transaction: a process that
 * is killed after the commit leaves no migration behind that looks unfinished.
 */
export function recordWithScript(script: string): string {
  if (!isTransactional(script)) return script
  return `${script}
;
update "_prisma_migrations" set finished_at = now() where finished_at is null and rolled_back_at is null`
}

/**
 * Marks migrations as rolled back that a killed process left unfinished, so that they are applied again. The caller holds
 * the migration lock, so no other process applies them, and a transactional script that is not recorded as finished was
 * rolled back. A migration with a recorded error, or with a script that is not transactional, needs a person.
 *
 * @returns the names of these migrations
 */
export async function recoverInterrupted(
  session: pg.Pool,
  engine: SchemaEngine,
  { migrationDirectories }: MigrationList,
): Promise<string[]> {
  const { rows: tables } = await session.query(`select to_regclass('_prisma_migrations') as found`)
  if (tables[0].found === null) return []
  const { rows } = await session.query<{ name: string }>(
    `select migration_name as name from _prisma_migrations
      where finished_at is null and rolled_back_at is null and coalesce(logs, '') = ''`,
  )
  const recovered = rows
    .map(({ name }) => name)
    .filter((name) => {
      const content = migrationDirectories.find(({ path }) => path === name)?.migrationFile.content
      return content?.tag === 'ok' && isTransactional(content.value)
    })
  for (const migrationName of recovered) await engine.markMigrationRolledBack({ migrationName })
  return recovered
}
