import type { Scope } from './scope.ts'

/** One row of the table of routes. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Segments in braces are parameters: `/timesheets/{id}`. */
  readonly path: string
  /** Any one of these lets the caller in; none listed = anybody, without a token. */
  readonly scopes: readonly Scope[]
  /** Who answers: the service behind the gateway, or the gateway itself. */
  readonly servedBy: 'timesheets-service' | 'gateway'
  readonly operationId: string
  readonly summary: string
}

/**
 * Who may call what: the only place that says it. The gateway's router and scope check, the service's
 * router, the OpenAPI document and the RFC 9728 metadata all read this table.
 */
export const routes = [
  {
    method: 'POST',
    path: '/timesheets/upload',
    scopes: ['batch:upload'],
    servedBy: 'timesheets-service',
    operationId: 'uploadTimesheets',
    summary: 'Upload the hours of anybody',
  },
  {
    method: 'POST',
    path: '/timesheets',
    scopes: ['create:timesheets'],
    servedBy: 'timesheets-service',
    operationId: 'createTimesheet',
    summary: 'Enter own hours',
  },
  {
    method: 'GET',
    path: '/timesheets',
    scopes: ['read:timesheets', 'read:reports'],
    servedBy: 'timesheets-service',
    operationId: 'listTimesheets',
    summary: 'List entries, newest day first',
  },
  {
    method: 'GET',
    path: '/timesheets/{id}',
    scopes: ['read:timesheets', 'read:reports'],
    servedBy: 'timesheets-service',
    operationId: 'getTimesheet',
    summary: 'Read one entry',
  },
  {
    method: 'PUT',
    path: '/timesheets/{id}',
    scopes: ['create:timesheets'],
    servedBy: 'timesheets-service',
    operationId: 'changeTimesheet',
    summary: 'Change own hours',
  },
  {
    method: 'DELETE',
    path: '/timesheets/{id}',
    scopes: ['create:timesheets'],
    servedBy: 'timesheets-service',
    operationId: 'deleteTimesheet',
    summary: 'Delete own hours',
  },
  {
    method: 'GET',
    path: '/timesheets/{id}/history',
    scopes: ['read:timesheets', 'read:reports'],
    servedBy: 'timesheets-service',
    operationId: 'getTimesheetHistory',
    summary: 'Every version of an entry: when, by whom, what changed',
  },
  {
    method: 'GET',
    path: '/approvals',
    scopes: ['approve:timesheets'],
    servedBy: 'timesheets-service',
    operationId: 'listApprovals',
    summary: 'List what waits for a decision: unapproved entries and pending corrections',
  },
  {
    method: 'PUT',
    path: '/approvals',
    scopes: ['approve:timesheets'],
    servedBy: 'timesheets-service',
    operationId: 'approveTimesheets',
    summary: 'Approve many at once: the days of a person, or by id',
  },
  {
    method: 'PUT',
    path: '/approvals/{id}',
    scopes: ['approve:timesheets'],
    servedBy: 'timesheets-service',
    operationId: 'approveTimesheet',
    summary: 'Approve an entry, and apply its pending correction',
  },
  {
    method: 'DELETE',
    path: '/approvals/{id}',
    scopes: ['approve:timesheets'],
    servedBy: 'timesheets-service',
    operationId: 'reopenTimesheet',
    summary: 'Reopen an approved entry, or send one back with a reason',
  },
  {
    method: 'DELETE',
    path: '/approvals/{id}/correction',
    scopes: ['approve:timesheets'],
    servedBy: 'timesheets-service',
    operationId: 'discardCorrection',
    summary: 'Discard the pending correction of an approved entry',
  },
  {
    method: 'GET',
    path: '/reports/hours',
    scopes: ['read:reports'],
    servedBy: 'timesheets-service',
    operationId: 'reportHours',
    summary: 'Sum hours by person, project, time and source',
  },
  {
    method: 'GET',
    path: '/people',
    scopes: ['read:reports', 'batch:upload', 'manage:people'],
    servedBy: 'timesheets-service',
    operationId: 'listPeople',
    summary: 'List the directory of people',
  },
  {
    method: 'PUT',
    path: '/people/{user_id}',
    scopes: ['manage:people'],
    servedBy: 'timesheets-service',
    operationId: 'putPerson',
    summary: 'Enter a person, or change their names',
  },
  {
    method: 'DELETE',
    path: '/people/{user_id}',
    scopes: ['manage:people'],
    servedBy: 'timesheets-service',
    operationId: 'deletePerson',
    summary: 'Take a person out of the directory',
  },
  {
    method: 'GET',
    path: '/.well-known/oauth-protected-resource',
    scopes: [],
    servedBy: 'gateway',
    operationId: 'getProtectedResourceMetadata',
    summary: 'Which issuer and scopes this API takes (RFC 9728)',
  },
  {
    method: 'GET',
    path: '/openapi.json',
    scopes: [],
    servedBy: 'gateway',
    operationId: 'getOpenApi',
    summary: 'This API as an OpenAPI document',
  },
  {
    method: 'GET',
    path: '/docs',
    scopes: [],
    servedBy: 'gateway',
    operationId: 'getDocs',
    summary: 'The same, as a page for people',
  },
  {
    method: 'GET',
    path: '/docs/{file}',
    scopes: [],
    servedBy: 'gateway',
    operationId: 'getDocsFile',
    summary: 'What that page is made of',
  },
] as const satisfies readonly Route[]

export type OperationId = (typeof routes)[number]['operationId']

/** What the table says of a request: its row, the methods its path knows, or nothing. */
export type RouteMatch =
  | { readonly kind: 'route'; readonly route: Route; readonly parameters: Readonly<Record<string, string>> }
  | { readonly kind: 'other-method'; readonly allow: readonly string[] }
  | { readonly kind: 'unknown' }

/**
 * Looks a request up. A literal segment beats a parameter, whatever the method: a path that some row
 * spells out never reaches a row that only fits it. HEAD is there wherever GET is (RFC 9110, section 9.1).
 * @param path the path of a request, already known to be normal, without its query
 */
export function matchRoute(method: string, path: string, table: readonly Route[] = routes): RouteMatch {
  const fitting = mostLiteral(table.filter((row) => fits(row.path, path)))
  if (fitting.length === 0) return { kind: 'unknown' }
  const route = fitting.find((row) => row.method === (method === 'HEAD' ? 'GET' : method))
  if (route === undefined) return { kind: 'other-method', allow: fitting.flatMap(methodsOf) }
  const parameters = parametersOf(route.path, path)
  return parameters === undefined ? { kind: 'unknown' } : { kind: 'route', route, parameters }
}

const methodsOf = ({ method }: Route) => (method === 'GET' ? [method, 'HEAD'] : [method])

const isParameter = (segment: string) => segment.startsWith('{')

function fits(pattern: string, path: string): boolean {
  const segments = path.split('/')
  const expected = pattern.split('/')
  return (
    segments.length === expected.length &&
    expected.every((word, i) => (isParameter(word) ? segments[i] !== '' : word === segments[i]))
  )
}

/** Of the rows that fit, those whose first differing segment is spelled out. */
function mostLiteral(rows: readonly Route[]): readonly Route[] {
  const shape = (row: Route) =>
    row.path
      .split('/')
      .map((word) => (isParameter(word) ? '1' : '0'))
      .join('')
  const best = rows.map(shape).sort()[0]
  return rows.filter((row) => shape(row) === best)
}

/** @returns undefined where a parameter's percent-encoding is none, so that it names nothing */
function parametersOf(pattern: string, path: string): Record<string, string> | undefined {
  const segments = path.split('/')
  try {
    const pairs = pattern
      .split('/')
      .flatMap((word, i) =>
        isParameter(word) ? [[word.slice(1, -1), decodeURIComponent(segments[i]!)]] : [],
      )
    return Object.fromEntries(pairs)
  } catch {
    return undefined
  }
}
