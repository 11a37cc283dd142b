import { ProblemError } from '@timesheets/contracts/problem'
import { earlyResponse } from '@timesheets/runtime/http/early-response'
import { createExpressApp } from '@timesheets/runtime/http/express-app'
import { notFound } from '@timesheets/runtime/http/mount-routes'
import { problemHandler } from '@timesheets/runtime/http/problem-handler'
import { acceptRequestId } from '@timesheets/runtime/http/request-id'
import { measureRequest } from '@timesheets/runtime/http/request-metrics'
import { observeResponses } from '@timesheets/runtime/http/response-observers'
import type { Service } from '@timesheets/runtime/http/server'
import { type Logger, limitErrorLines } from '@timesheets/runtime/logger'
import type { Express, RequestHandler } from 'express'
import pLimit from 'p-limit'
import type { ServiceConfig } from './config.ts'
import { DomainError } from './domain/domain-error.ts'
import { ExpiryJob } from './expiry-job.ts'
import { createPeopleBudget, createUploadBudget } from './http/body-budget.ts'
import { Cursors } from './http/cursor.ts'
import { toDomainProblem } from './http/domain-problem.ts'
import { gatewayIdentity } from './http/gateway-identity.ts'
import { createResponseBudget } from './http/response-budget.ts'
import { approvalsRouter } from './http/routes/approvals.ts'
import { peopleRouter } from './http/routes/people.ts'
import { reportsRouter } from './http/routes/reports.ts'
import { syncRunsRouter } from './http/routes/sync-runs.ts'
import { timesheetsRouter } from './http/routes/timesheets.ts'
import { type UploadLimits, uploadRouter } from './http/routes/upload.ts'
import type { ServiceParts } from './http/service-parts.ts'
import { createClient } from './postgres/client.ts'
import { PostgresDecisionStore } from './postgres/decision-store.ts'
import { PostgresEntryReader } from './postgres/entry-reader.ts'
import { isOutage, outageReason } from './postgres/errors.ts'
import { PostgresIdempotencyStore } from './postgres/idempotency-store.ts'
import { PostgresPeopleStore } from './postgres/people-store.ts'
import { PostgresHoursReporter } from './postgres/report-hours.ts'
import { PostgresSyncRunStore } from './postgres/sync-run/store.ts'
import { PostgresUploadStore } from './postgres/upload-store.ts'
import { SyncMetrics } from './sync-metrics.ts'

/**
 * The head of a request that the gateway accepts has at most 16 KiB. The identity repeats its target and the scopes of
 * its token in base64, which makes each a third longer.
 */
const maxHeadBytes = 64 * 1024

/** An entry with its notes, or a thousand ids. */
const maxBodyBytes = 64 * 1024

/** They are kept for days, so an hour more does not matter. */
const rejectionExpiryIntervalMs = 3_600_000

/** The timesheets-service: an express app over Postgres, with its readiness check and shutdown. */
export function createService(config: ServiceConfig, logger: Logger): Service & { readonly app: Express } {
  const database = createClient(config, logger)
  const idempotency = new PostgresIdempotencyStore(database, {
    ttlMs: config.idempotencyKeyTtlMs,
    maxKeysPerClient: config.idempotencyKeyMaxPerClient,
  })
  const secrets = [config.identitySecret, config.identitySecretPrevious].filter(
    (secret) => secret !== undefined,
  )
  const syncRuns = new PostgresSyncRunStore(database, config.syncRunLeaseMs)
  const metrics = new SyncMetrics(syncRuns, logger)
  const keyExpiry = new ExpiryJob(
    {
      name: 'idempotency keys',
      intervalMs: config.idempotencyKeyExpiryIntervalMs,
      deleteExpired: () => idempotency.deleteExpired(),
    },
    logger,
  )
  const rejectionExpiry = new ExpiryJob(
    {
      name: 'rejections of sync runs',
      intervalMs: rejectionExpiryIntervalMs,
      deleteExpired: () => syncRuns.deleteOldRejections(config.rejectionRetentionDays),
    },
    logger,
  )
  const parts: ServiceParts = {
    reader: new PostgresEntryReader(database),
    decisions: new PostgresDecisionStore(database),
    uploads: new PostgresUploadStore(database),
    idempotency,
    syncRuns,
    reporter: new PostgresHoursReporter(database),
    people: new PostgresPeopleStore(database),
    cursors: new Cursors(secrets),
    sourceOwners: config.sourceOwners,
    publicUrl: config.publicUrl,
    body: {
      maxBytes: maxBodyBytes,
      maxInflateRatio: config.uploadMaxInflateRatio,
      budget: createPeopleBudget(),
      ownedBy: 'person',
    },
    responses: createResponseBudget(),
  }
  // Uploads have budgets of their own, so that they do not keep people out.
  const uploadParts = {
    ...parts,
    body: {
      ...parts.body,
      maxBytes: config.uploadMaxBodyBytes,
      maxObjectBytes: config.uploadMaxObjectBytes,
      budget: createUploadBudget(),
      ownedBy: 'client',
    },
    responses: createResponseBudget(),
    limits: toUploadLimits(config),
  } satisfies ServiceParts & { limits: UploadLimits }

  const app = createExpressApp()
  app.use(acceptRequestId, observeResponses(measureRequest), earlyResponse)
  app.use(gatewayIdentity(secrets), noStore)
  // Before /timesheets/{id}, which would parse "upload" as an id.
  app.use(uploadRouter(uploadParts))
  app.use(timesheetsRouter(parts))
  app.use(approvalsRouter(parts))
  app.use(reportsRouter(parts))
  app.use(peopleRouter(parts))
  app.use(syncRunsRouter(parts))
  app.use(notFound)
  app.use(problemHandler(limitErrorLines(logger), toProblem))

  return {
    app,
    maxHeadBytes,
    async readiness(): Promise<Record<string, string>> {
      try {
        // Selects all columns of the models, so a database with an older schema is not ready.
        await database.timesheet.findFirst()
        await database.idempotencyKey.findFirst({ where: { clientId: '' } })
        return {}
      } catch (error) {
        const err = isOutage(error) ? outageReason(error) : error
        logger.warn({ err }, 'the readiness check of the database failed')
        return { database: 'the database does not respond, or its schema is older than this version' }
      }
    },
    metrics: () => metrics.scrape(),
    async close(): Promise<void> {
      await Promise.all([keyExpiry.stop(), rejectionExpiry.stop()])
      await database.$disconnect()
    },
  }
}

function toUploadLimits(config: ServiceConfig): UploadLimits {
  return {
    maxArrayItems: config.uploadMaxArrayItems,
    maxLineBytes: config.uploadMaxLineBytes,
    chunkItems: config.uploadChunkItems,
    chunkBytes: config.uploadChunkBytes,
    maxInflateRatio: config.uploadMaxInflateRatio,
    idleMs: config.uploadIdleMs,
    stallMs: config.uploadStallMs,
    admitChunk: pLimit(config.uploadChunksAtOnce),
  }
}

/** Responses contain personal data, which no cache may keep (RFC 9111, section 5.2.2.5). */
const noStore: RequestHandler = (_request, response, next) => {
  response.setHeader('cache-control', 'no-store')
  next()
}

function toProblem(error: unknown): ProblemError | undefined {
  if (error instanceof DomainError) return toDomainProblem(error)
  if (!isOutage(error)) return undefined
  return new ProblemError('not-ready', 'The database is unavailable; send the request again', {
    headers: { 'retry-after': '2' },
    cause: outageReason(error),
  })
}
