import { ProblemError } from '@timesheets/contracts/problem'
import type { Route } from '@timesheets/contracts/route'
import type { RequestHandler, Router } from 'express'
import './locals.ts'

export interface MountOptions {
  /** Returns the middleware and the handler of a route, in order. */
  readonly handlersFor: (route: Route) => readonly RequestHandler[]
  /** Runs for OPTIONS on each path, before 405; it gets the routes of that path. */
  readonly onOptions?: (routes: readonly Route[]) => RequestHandler
}

/**
 * Mounts rows of the route table on a router. A literal path segment precedes a parameter, so `/timesheets/upload` never
 * reaches a route of `/timesheets/{id}`. Other methods of a known path get 405 with `Allow` (RFC 9110, section 15.5.6).
 * HEAD works wherever GET does (section 9.3.2). The router must be case-sensitive and strict.
 */
export function mountRoutes(router: Router, routes: readonly Route[], options: MountOptions): void {
  const byPath = Map.groupBy(routes.toSorted(literalFirst), ({ path }) => path)
  for (const [path, rows] of byPath) {
    const route = router.route(toExpressPath(path))
    for (const row of rows) {
      const method = row.method.toLowerCase() as Lowercase<Route['method']>
      route[method](recordOperation(row.operationId), ...options.handlersFor(row))
    }
    if (options.onOptions !== undefined) route.options(options.onOptions(rows))
    route.all(rejectMethod(rows))
  }
}

/** The response to a path that no route has, with or without a token. */
export const notFound: RequestHandler = (_request, _response, next) => {
  next(new ProblemError('not-found', 'This API has no such path'))
}

function recordOperation(operationId: string): RequestHandler {
  return (_request, response, next) => {
    response.locals.operation = operationId
    next()
  }
}

function rejectMethod(rows: readonly Route[]): RequestHandler {
  const methods = rows.flatMap(({ method }) => (method === 'GET' ? [method, 'HEAD'] : [method]))
  const allow = methods.join(', ')
  return (_request, _response, next) => {
    next(
      new ProblemError('method-not-allowed', `This path supports ${allow}`, {
        headers: { allow },
        members: { allow: methods },
      }),
    )
  }
}

/** `/timesheets/{id}` becomes `/timesheets/:id`. */
const toExpressPath = (path: string) => path.replaceAll(/\{(\w+)\}/g, ':$1')

/** Compares the first segment in which one path is literal and the other has a parameter. */
function literalFirst(a: Route, b: Route): number {
  const [left, right] = [a, b].map(({ path }) =>
    path.split('/').map((segment) => (segment.startsWith('{') ? 1 : 0)),
  ) as [number[], number[]]
  const position = left.findIndex((isParameter, i) => isParameter !== (right[i] ?? isParameter))
  return position < 0 ? 0 : left[position]! - right[position]!
}
