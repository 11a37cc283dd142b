import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { startPostgres } from '@timesheets/dev-stack/postgres/postgres'
import { ownMigrations } from './migration-list.ts'
import { schemaDifference } from './schema-difference.ts'

/**
 * `npm run migration -- <name>`: writes what `schema.prisma` has and the migrations have not into a new migration.
 * The first one, while nothing has applied it, is made anew by deleting its folder and running this again.
 */
async function main([name, ...rest]: string[]): Promise<void> {
  if (!name || rest.length > 0 || !/^[a-z0-9]+(_[a-z0-9]+)*$/.test(name)) {
    throw new Error('give it one name, in small letters, digits and _: npm run migration -- add_approvals')
  }
  const server = await startPostgres({ throwaway: true })
  try {
    const sql = await schemaDifference(server.url)
    if (sql === undefined) {
      console.log('No difference: the migrations make what schema.prisma says.')
      return
    }
    const file = path.join(ownMigrations, `${timestamp(new Date())}_${name}`, 'migration.sql')
    await mkdir(path.dirname(file))
    await writeFile(file, sql)
    console.log(
      `${sql}\nWrote ${path.relative(process.cwd(), file)}. Read it, and mark what locks a large table.`,
    )
  } finally {
    await server.stop()
  }
}

/** `YYYYMMDDhhmmss` in UTC, by which Prisma orders migrations. */
function timestamp(now: Date): string {
  return now.toISOString().replace(/\D/g, '').slice(0, 14)
}

main(process.argv.slice(2)).catch((error: Error) => {
  console.error(`migration: ${error.message}`)
  process.exitCode = 1
})
