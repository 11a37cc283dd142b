import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { ownMigrations, readMigrations } from './migration-list.ts'
import { openSchemaEngine, wholeDatabase } from './schema-engine.ts'

const schemaPath = fileURLToPath(new URL('./schema.prisma', import.meta.url))

/**
 * Returns the SQL that changes a database from the schema of the migrations to the schema of `schema.prisma`.
 *
 * @param databaseUrl a server on which a shadow database can be created and dropped; the database itself is unchanged
 * @returns undefined when the schemas are equal
 */
export async function diffSchema(
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
    return exitCode === differenceFound ? (stdout ?? '') : undefined
  } finally {
    await pool.end()
  }
}

/** The exit code of `prisma migrate diff --exit-code`. */
const differenceFound = 2
