import { afterAll, beforeAll } from '@jest/globals'
import { createLogger } from '@timesheets/runtime/logger'
import { Secret } from '@timesheets/runtime/secret'
import { type TestDatabase, testDatabase } from '@timesheets/test-postgres/test-database'
import { createClient } from '../src/postgres/client.ts'
import type { PrismaClient } from '../src/postgres/generated/client.ts'

/** Connects the tests of a file to a database of their own. Call it at the top of the file. */
export function useTestClient(): () => PrismaClient {
  let database: TestDatabase
  let client: PrismaClient
  beforeAll(async () => {
    database = await testDatabase()
    client = openTestClient(database.url)
  })
  afterAll(async () => {
    await client.$disconnect()
    await database.drop()
  })
  return () => client
}

export function openTestClient(databaseUrl: string): PrismaClient {
  const config = { databaseUrl: new Secret(databaseUrl), databasePoolSize: 2, databaseTimeoutMs: 5000 }
  return createClient(config, createLogger('test', 'silent'))
}
