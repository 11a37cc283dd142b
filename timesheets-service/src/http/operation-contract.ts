import { operations } from '@timesheets/contracts/operation'
import type { OperationContract } from '@timesheets/contracts/operation-contract'
import { ProblemError } from '@timesheets/contracts/problem'
import { type OperationId, routes } from '@timesheets/contracts/route'
import { mountRoutes } from '@timesheets/runtime/http/mount-routes'
import { type RequestHandler, Router } from 'express'
import { z } from 'zod'
import { parseQuery } from './query.ts'

/** Headers that change what a request means. If the service ignored one, the client would rely on a check that was not made (RFC 9110, section 13.1.1). */
const headersNotToIgnore = {
  'If-Match': 'this operation has no single entry with a version',
  'Idempotency-Key': 'make a repeat safe with an external_id',
  'Sync-Run': 'leave it out',
} as const

/** The handlers of one resource, by operation of the route table. */
export type ResourceHandlers = {
  readonly [id in OperationId]?: RequestHandler | readonly RequestHandler[]
}

/**
 * Creates the router of one resource. Each operation first rejects what its contract does not name: unknown query
 * parameters and headers that must not be ignored.
 */
export function createResourceRouter(handlers: ResourceHandlers): Router {
  const router = Router({ caseSensitive: true, strict: true })
  const rows = routes.filter(({ operationId }) => handlers[operationId] !== undefined)
  mountRoutes(router, rows, {
    handlersFor: ({ operationId }) => {
      const id = operationId as OperationId
      return [enforceContract(operations[id]), ...[handlers[id]!].flat()]
    },
  })
  return router
}

function enforceContract(contract: OperationContract): RequestHandler {
  const query = contract.query ?? z.strictObject({})
  const supported: readonly string[] = contract.headers ?? []
  const unsupported = (
    Object.entries(headersNotToIgnore) as [keyof typeof headersNotToIgnore, string][]
  ).filter(([name]) => !supported.includes(name))
  return (request, _response, next) => {
    for (const [name, hint] of unsupported) {
      if (request.headers[name.toLowerCase()] === undefined) continue
      throw new ProblemError('invalid-parameter', `The header ${name} is not supported here; ${hint}`, {
        members: { parameter: name },
      })
    }
    parseQuery(request, query)
    next()
  }
}
