import { type Route, routes } from '@timesheets/contracts/route'
import { earlyResponse } from '@timesheets/runtime/http/early-response'
import { createExpressApp } from '@timesheets/runtime/http/express-app'
import { mountRoutes, notFound } from '@timesheets/runtime/http/mount-routes'
import { problemHandler } from '@timesheets/runtime/http/problem-handler'
import { assignRequestId } from '@timesheets/runtime/http/request-id'
import { measureRequest } from '@timesheets/runtime/http/request-metrics'
import { observeResponses } from '@timesheets/runtime/http/response-observers'
import type { Service } from '@timesheets/runtime/http/server'
import { type Logger, type LogOutput, limitErrorLines } from '@timesheets/runtime/logger'
import type { RequestHandler } from 'express'
import type { GatewayConfig } from './config.ts'
import { JwksCache, type JwksCacheOptions } from './jwks-cache.ts'
import { createAccessLog, createPersonHash } from './middleware/access-log.ts'
import { auditRefusals } from './middleware/audit-log.ts'
import { authenticate } from './middleware/authenticate.ts'
import { bearerChallenge } from './middleware/bearer-challenge.ts'
import { bearerToken } from './middleware/bearer-token.ts'
import { Cors } from './middleware/cors.ts'
import { limitInFlight } from './middleware/in-flight-limit.ts'
import { guardRequestTarget, rejectInvalidTarget } from './middleware/request-target.ts'
import { requireScope } from './middleware/require-scope.ts'
import { serializeConnections } from './middleware/serial-connections.ts'
import { createServiceProxy } from './proxy/service-proxy.ts'
import { createDocsHandlers } from './routes/docs.ts'
import { createWellKnownHandlers } from './routes/well-known.ts'

/** What a test replaces. */
export interface GatewayOverrides {
  readonly jwks?: Partial<JwksCacheOptions>
}

/** How many connections are accepted at once; an idle one costs some 10 KB, one with half a head some 25 KB. */
const maxConnections = 2048

/**
 * Creates the gateway, the only public server. Each request passes the middleware from top to bottom.
 * @param accessLog gets one line per request; undefined turns that off
 */
export function createGateway(
  config: GatewayConfig,
  logger: Logger,
  accessLog?: LogOutput,
  overrides: GatewayOverrides = {},
): Service {
  const jwks = new JwksCache(
    {
      jwksUri: config.jwksUri,
      maxAgeMs: config.jwksMaxAgeMs,
      maxStaleMs: config.jwksMaxStaleMs,
      ...overrides.jwks,
    },
    logger,
  )
  const proxy = createServiceProxy(config)
  const cors = new Cors(config.corsOrigins)
  const ownHandlers = { ...createDocsHandlers(config), ...createWellKnownHandlers(config) }
  const authenticateToken = authenticate(
    { issuers: config.issuers, audience: config.auth0Audience, userClaim: config.userClaim },
    jwks,
    logger,
  )
  const limit = limitInFlight()
  const hashPerson = createPersonHash(config.identitySecret)

  const handlersFor = (route: Route): RequestHandler[] =>
    route.servedBy === 'gateway'
      ? [ownHandlers[route.operationId]!]
      : [bearerToken, authenticateToken, requireScope(route.scopes), limit, proxy.forward]

  const app = createExpressApp()
  app.use(assignRequestId)
  app.use(forbidSniffing)
  const observers = accessLog === undefined ? [] : [createAccessLog(accessLog, hashPerson)]
  app.use(observeResponses(measureRequest, ...observers))
  if (config.corsOrigins.length > 0) app.use(cors.markResponse)
  app.use(rejectInvalidTarget)
  app.use(earlyResponse)
  mountRoutes(app.router, routes, { handlersFor, onOptions: cors.preflight })
  app.use(notFound)
  app.use(bearerChallenge(config.publicUrl))
  app.use(auditRefusals(logger, hashPerson))
  app.use(problemHandler(limitErrorLines(logger)))

  return {
    app: serializeConnections(guardRequestTarget(app, config.publicUrl)),
    maxConnections,
    async readiness(): Promise<Record<string, string>> {
      try {
        await jwks.getKeySet(undefined)
        return {}
      } catch {
        return { keys: "the issuer's keys cannot be loaded" }
      }
    },
    async close() {
      jwks.close()
      proxy.close()
    },
  }
}

/** Browsers must not guess another media type (Fetch Standard, X-Content-Type-Options). */
const forbidSniffing: RequestHandler = (_request, response, next) => {
  response.setHeader('x-content-type-options', 'nosniff')
  next()
}
