import { randomUUID } from 'node:crypto'
import { ProblemError } from '@timesheets/contracts/problem'
import { matchRoute, type OperationId, type Route } from '@timesheets/contracts/route'
import { answerJson, answerProblem } from '@timesheets/runtime/answer'
import { requestIdHeader } from '@timesheets/runtime/identity'
import type { Logger } from '@timesheets/runtime/logger'
import { measure } from '@timesheets/runtime/request-metrics'
import type { Service } from '@timesheets/runtime/server'
import express, { type NextFunction, type Request, type Response } from 'express'
import { accessTokenOf } from './access-token.ts'
import { createAuthenticate } from './authenticate.ts'
import { authorize } from './authorize.ts'
import { Challenge } from './challenge.ts'
import type { GatewayConfig } from './config.ts'
import { createForward } from './forward.ts'
import { Keys } from './keys.ts'
import { readTarget } from './path.ts'
import { resourceMetadata } from './resource-metadata.ts'

/** The only public door. Every request is judged here, once, in the order that `judge` reads in. */
export function createGateway(config: GatewayConfig, logger: Logger): Service {
  const challenge = new Challenge(config.publicUrl)
  const keys = new Keys({ jwksUri: config.jwksUri, maxAgeMs: config.jwksMaxAgeMs }, logger)
  const authenticate = createAuthenticate(
    { issuers: config.issuers, audience: config.auth0Audience },
    keys,
    challenge,
  )
  const { forward, close } = createForward(config, logger)
  const ownAnswers: Partial<Record<OperationId, unknown>> = {
    getProtectedResourceMetadata: resourceMetadata(config),
  }

  async function judge(request: Request, response: Response, next: NextFunction): Promise<void> {
    const { path, query } = readTarget(request.originalUrl)
    const route = findRoute(request.method, path)
    response.locals.operation = route.operationId
    if (route.scopes.length === 0) return answerItself(request, response, route)
    const token = await accessTokenOf(request, query, challenge)
    const claims = await authenticate(request, response, token)
    const identity = authorize(claims, route, config.userClaim, challenge)
    await forward(request, response, next, identity, response.locals.requestId)
  }

  function answerItself(request: Request, response: Response, route: Route): void {
    answerJson(request, response, 200, ownAnswers[route.operationId as OperationId])
  }

  const app = express()
  app.disable('x-powered-by')
  app.disable('query parser')
  app.use(nameRequest)
  app.use(judge)
  app.use((error: unknown, request: Request, response: Response, _next: NextFunction) => {
    answerProblem(request, response, error, response.locals.requestId, logger)
  })

  return {
    handle: app,
    async readiness(): Promise<Record<string, string>> {
      try {
        await keys.forKid(undefined)
        return {}
      } catch {
        return { keys: "the issuer's keys cannot be had" }
      }
    },
    async close() {
      close()
    },
  }
}

/** Each request gets an id of ours: a stranger's would end up in our logs. */
function nameRequest(request: Request, response: Response, next: NextFunction): void {
  const requestId = randomUUID()
  response.locals.requestId = requestId
  response.setHeader(requestIdHeader, requestId)
  response.setHeader('x-content-type-options', 'nosniff')
  measure(request, response, () => response.locals.operation ?? 'none')
  next()
}

/** The table decides what exists, whether or not there is a token. */
function findRoute(method: string, path: string): Route {
  const match = matchRoute(method, path)
  if (match.kind === 'route') return match.route
  if (match.kind === 'unknown') throw new ProblemError('not-found', 'There is no such path in this API')
  const allow = match.allow.join(', ')
  throw new ProblemError('method-not-allowed', `This path takes ${allow}`, {
    headers: { allow },
    members: { allow: match.allow },
  })
}
