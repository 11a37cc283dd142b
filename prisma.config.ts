import { defineConfig } from 'prisma/config'

// `prisma generate` and `validate` would download the native schema engine, which they never run:
// any existing file stands in for it. Migrations are applied by prisma/migrate.ts.
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
})
