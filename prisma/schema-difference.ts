import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { ownMigrations, readMigrations } from './migration-list.ts'
import { openSchemaEngine, wholeDatabase } from './schema-engine.ts'

const schemaPath = fileURLToPath(new URL('./schema.prisma', import.meta.url))

/**
 * The SQL that takes a database from what the migrations make of it to what `schema.prisma` says.
 *
 * @param databaseUrl A server on which a shadow database may be made and dropped; the database itself is not touched.
 * @returns undefined where there is no difference.
 */
export async function schemaDifference(
  databaseUrl: string,
  migrationsDir = ownMigrations,
): Promise<string | undefined> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 1 })
  try {
    const engine = await openSchemaEngine(pool, databaseUrl)
    const { exitCode, stdout } = await engine.diff({
      from: { tag: 'migrations', ...(await readMigrations(migrationsDir)) },
      to: {
        tag: 'schemaDatamodel',
        files: [{ path: schemaPath, content: await readFile(schemaPath, 'utf8') }],
      },
      script: true,
      exitCode: true,
      filters: wholeDatabase,
    })
    return exitCode === differs ? (stdout ?? '') : undefined
  } finally {
    await pool.end()
  }
}

/** As `prisma migrate diff --exit-code` has it. */
const differs = 2
