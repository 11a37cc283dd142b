import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { MigrationList } from '@prisma/schema-engine-wasm'

/** The folder with the migrations of this version. */
export const ownMigrations = fileURLToPath(new URL('./migrations', import.meta.url))

const lockfileName = 'migration_lock.toml'
const scriptName = 'migration.sql'

/**
 * Reads the migrations of a folder in Prisma's layout (`<timestamp>_<name>/migration.sql`), oldest first, in the
 * engine's format.
 *
 * @throws {Error} when the folder cannot be read, or a migration has no script
 */
export async function readMigrations(folder: string): Promise<MigrationList> {
  const entries = await readdir(folder, { withFileTypes: true })
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  return {
    baseDir: folder,
    lockfile: { path: lockfileName, content: await readFile(path.join(folder, lockfileName), 'utf8') },
    shadowDbInitScript: '',
    migrationDirectories: await Promise.all(names.toSorted().map((name) => readMigration(folder, name))),
  }
}

async function readMigration(folder: string, name: string) {
  const value = await readFile(path.join(folder, name, scriptName), 'utf8')
  return { path: name, migrationFile: { path: scriptName, content: { tag: 'ok' as const, value } } }
}
