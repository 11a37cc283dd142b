import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { startPostgres } from '@timesheets/dev-stack/postgres/postgres'
import { ownMigrations } from './migration-list.ts'
import { diffSchema } from './schema-difference.ts'

/**
 * `npm run migration -- <name>` writes the difference between `schema.prisma` and the migrations into a new migration.
 * To regenerate a migration that no database has applied, delete its folder and run the command again.
 */
async function main([name, ...rest]: string[]): Promise<void> {
  if (!name || rest.length > 0 || !/^[a-z0-9]+(_[a-z0-9]+)*$/.test(name)) {
    throw new Error('Give one name (a-z, 0-9 and _):\n  npm run migration -- add_approvals')
  }
  const server = await startPostgres({ throwaway: true })
  try {
    const sql = await diffSchema(server.url)
    if (sql === undefined) {
      console.log('No difference: the migrations match schema.prisma.')
      return
    }
    const file = path.join(ownMigrations, `${formatTimestamp(new Date())}_${name}`, 'migration.sql')
    await mkdir(path.dirname(file))
    await writeFile(file, sql)
    console.log(
      `${sql}\nWrote ${path.relative(process.cwd(), file)}\nReview it, and mark statements that lock a large table.`,
    )
  } finally {
    await server.stop()
  }
}

/** Formats `YYYYMMDDhhmmss` in UTC, by which Prisma orders migrations. */
function formatTimestamp(now: Date): string {
  return now.toISOString().replace(/\D/g, '').slice(0, 14)
}

main(process.argv.slice(2)).catch((error: Error) => {
  console.error(`migration: ${error.message}`)
  process.exitCode = 1
})
