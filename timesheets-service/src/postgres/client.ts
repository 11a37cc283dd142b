import { PrismaPg } from '@prisma/adapter-pg'
import type { Logger } from '@timesheets/runtime/logger'
import type { Secret } from '@timesheets/runtime/secret'
import { BoundedPool } from './bounded-pool.ts'
import { PrismaClient } from './generated/client.ts'

export interface DatabaseConfig {
  readonly databaseUrl: Secret
  readonly databasePoolSize: number
  readonly databaseTimeoutMs: number
}

/**
 * A connection that breaks between leaving the pool and its first statement emits an `error` event before Prisma listens,
 * which would end the process. The statement rejects anyway.
 */
const ignoreErrorEvents = (connection: { on(event: 'error', listener: () => void): unknown }) => {
  connection.on('error', () => undefined)
}

/** Creates a Prisma client over a pool of connections. Every wait and every statement has a time limit. */
export function createClient(config: DatabaseConfig, logger: Logger): PrismaClient {
  const adapter = new PrismaPg(
    new BoundedPool({
      connectionString: config.databaseUrl.reveal(),
      max: config.databasePoolSize,
      connectionTimeoutMillis: config.databaseTimeoutMs,
      query_timeout: 2 * config.databaseTimeoutMs,
      application_name: 'timesheets-service',
      onConnect: ignoreErrorEvents,
      timeoutMs: config.databaseTimeoutMs,
    }),
    {
      // The pool replaces an idle connection that breaks; no request is affected.
      onPoolError: (error) => logger.warn({ err: error }, 'an idle database connection broke'),
      disposeExternalPool: true,
    },
  )
  return new PrismaClient({
    adapter,
    transactionOptions: { maxWait: config.databaseTimeoutMs, timeout: 2 * config.databaseTimeoutMs },
  })
}
