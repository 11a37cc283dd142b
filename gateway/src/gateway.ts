import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { ProblemError } from '@timesheets/contracts/problem'
import { matchRoute, type RouteMatch } from '@timesheets/contracts/route'
import { answerProblem } from '@timesheets/runtime/answer'
import { requestIdHeader } from '@timesheets/runtime/identity'
import type { Logger } from '@timesheets/runtime/logger'
import { measure } from '@timesheets/runtime/request-metrics'
import type { Service } from '@timesheets/runtime/server'
import { accessTokenOf } from './access-token.ts'
import { createAuthenticate } from './authenticate.ts'
import { authorize } from './authorize.ts'
import { Challenge } from './challenge.ts'
import type { GatewayConfig } from './config.ts'
import { Cors } from './cors.ts'
import { createForward } from './forward.ts'
import { demandHost } from './host.ts'
import { Keys, type KeysOptions } from './keys.ts'
import { createOwnAnswers, type OwnOperationId } from './own-answers.ts'
import { originForm, readTarget } from './path.ts'

/** What a test puts in the place of what production does. */
export interface GatewayOverrides {
  readonly keys?: Partial<KeysOptions>
}

type FoundRoute = Extract<RouteMatch, { kind: 'route' }>

/** One request and what is known of it so far. */
interface Visit {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** Of our own making: a stranger's would end up in our logs. */
  readonly requestId: string
  /** Which row of the table it is for. */
  operation: string
}

/** The only public door. Every request is judged here, once, in the order that `judge` reads in. */
export function createGateway(
  config: GatewayConfig,
  logger: Logger,
  overrides: GatewayOverrides = {},
): Service {
  const challenge = new Challenge(config.publicUrl)
  const keys = new Keys({ jwksUri: config.jwksUri, maxAgeMs: config.jwksMaxAgeMs, ...overrides.keys }, logger)
  const authenticate = createAuthenticate(
    { issuers: config.issuers, audience: config.auth0Audience },
    keys,
    challenge,
  )
  const { forward, close } = createForward(config, logger)
  const ownAnswers = createOwnAnswers(config)
  const cors = new Cors(config.corsOrigins)

  async function judge(visit: Visit): Promise<void> {
    const { request, response, requestId } = visit
    demandHost(request)
    // Rewritten, so that what is judged is what is vouched for and forwarded.
    request.url = originForm(request.url ?? '')
    const { path, query } = readTarget(request.url)
    if (cors.answerPreflight(request, response, path)) return
    const { route, parameters } = findRoute(request.method ?? '', path)
    visit.operation = route.operationId
    if (route.servedBy === 'gateway') {
      await ownAnswers[route.operationId as OwnOperationId](request, response, parameters)
      return
    }
    const token = await accessTokenOf(request, query, challenge)
    const claims = await authenticate(token)
    const identity = authorize(claims, route, config.userClaim, challenge)
    await forward(request, response, identity, requestId)
  }

  return {
    handle(request, response) {
      const visit: Visit = { request, response, requestId: randomUUID(), operation: 'none' }
      response.setHeader(requestIdHeader, visit.requestId)
      response.setHeader('x-content-type-options', 'nosniff')
      cors.mark(request, response)
      measure(request, response, () => visit.operation)
      judge(visit).catch((error: unknown) => answerProblem(request, response, error, visit.requestId, logger))
    },
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

/** The table decides what exists, whether or not there is a token. */
function findRoute(method: string, path: string): FoundRoute {
  const match = matchRoute(method, path)
  if (match.kind === 'route') return match
  if (match.kind === 'unknown') throw new ProblemError('not-found', 'There is no such path in this API')
  const allow = match.allow.join(', ')
  throw new ProblemError('method-not-allowed', `This path takes ${allow}`, {
    headers: { allow },
    members: { allow: match.allow },
  })
}
