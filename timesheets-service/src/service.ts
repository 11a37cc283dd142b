import type { IncomingMessage, ServerResponse } from 'node:http'
import { ProblemError } from '@timesheets/contracts/problem'
import { matchRoute, type OperationId } from '@timesheets/contracts/route'
import { answerEmpty, answerJson, answerProblem, endAfterRequest } from '@timesheets/runtime/answer'
import {
  type Identity,
  IdentityError,
  identityHeader,
  requestIdHeader,
  verifyIdentity,
} from '@timesheets/runtime/identity'
import type { Logger } from '@timesheets/runtime/logger'
import { measure } from '@timesheets/runtime/request-metrics'
import type { Service } from '@timesheets/runtime/server'
import type { ServiceConfig } from './config.ts'
import { releaseBody } from './http/body-budget.ts'
import type { Answer } from './http/call.ts'
import { sendStream, sendText } from './http/send.ts'
import { createOperations, type Operations } from './operations.ts'
import { createClient } from './postgres/client.ts'
import { isOutage, outageReason } from './postgres/outage.ts'

/**
 * What the gateway has let through always fits: 16 KiB, and an identity that repeats its target and the scopes of its
 * token, each longer by a third for base64.
 */
const maxHeadBytes = 64 * 1024

/** The rules and what is kept: answers what the gateway lets through, and nobody else. */
export function createService(config: ServiceConfig, logger: Logger): Service {
  const database = createClient(config, logger)
  const operations = createOperations(database, config)
  const secrets = [config.identitySecret, config.identitySecretPrevious].filter(
    (secret) => secret !== undefined,
  )

  return {
    maxHeadBytes,
    handle(request, response) {
      const requestId = String(request.headers[requestIdHeader] ?? 'none').slice(0, 64)
      let operation = 'none'
      measure(request, response, () => operation)
      serve()
        .catch((error: unknown) => answerProblem(request, response, explain(error), requestId, logger))
        .finally(() => releaseBody(request))

      async function serve(): Promise<void> {
        const identity = await identify(request, requestId, secrets)
        const { run, id, parameters, query } = findOperation(request, operations)
        operation = id
        await send(request, response, await run({ request, identity, parameters, query }))
      }
    },
    async readiness(): Promise<Record<string, string>> {
      try {
        // By way of the model: a database whose schema is older than this code is not ready for it.
        await database.timesheet.findFirst()
        return {}
      } catch (error) {
        const err = isOutage(error) ? outageReason(error) : error
        logger.warn({ err }, 'the database does not answer as it should')
        return { database: 'the database does not answer, or its schema is older than this version' }
      }
    },
    close: () => database.$disconnect(),
  }
}

/** Nothing is answered without the gateway's signed identity: a way around it is no way in. */
async function identify(
  request: IncomingMessage,
  requestId: string,
  secrets: ServiceConfig['identitySecret'][],
): Promise<Identity> {
  const header = request.headers[identityHeader]
  const bound = { method: request.method ?? '', target: request.url ?? '', requestId }
  try {
    if (typeof header !== 'string') throw new IdentityError('there is no identity')
    return await verifyIdentity(header, bound, secrets)
  } catch (error) {
    if (!(error instanceof IdentityError)) throw error
    throw new ProblemError('missing-token', 'Requests come in through the gateway only', {
      headers: { 'www-authenticate': 'Bearer' },
      cause: error,
    })
  }
}

function findOperation(request: IncomingMessage, operations: Operations) {
  const [path = '', search = ''] = (request.url ?? '').split(/\?(.*)/s)
  const match = matchRoute(request.method ?? '', path)
  const run = match.kind === 'route' ? operations[match.route.operationId as OperationId] : undefined
  if (match.kind !== 'route' || run === undefined)
    throw new ProblemError('not-found', 'There is no such path here')
  return {
    run,
    id: match.route.operationId,
    parameters: match.parameters,
    query: new URLSearchParams(search),
  }
}

async function send(request: IncomingMessage, response: ServerResponse, answer: Answer): Promise<void> {
  const { status, headers, body, text, stream } = answer
  if (status === 204) answerEmpty(request, response, headers)
  else if (stream !== undefined && request.method === 'HEAD') {
    // Nothing is read for what is not sent, so that its length is not known (RFC 9110, section 9.3.2).
    response.writeHead(status, headers)
    endAfterRequest(request, response)
  } else if (stream !== undefined) await sendStream(request, response, status, stream, headers)
  else if (text !== undefined) sendText(request, response, status, text, headers)
  else answerJson(request, response, status, body, headers)
}

function explain(error: unknown): unknown {
  if (!isOutage(error)) return error
  return new ProblemError('not-ready', 'The database cannot be reached at this moment; send it again', {
    headers: { 'retry-after': '2' },
    cause: outageReason(error),
  })
}
