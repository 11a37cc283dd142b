import type { Scope } from './scope.ts'

/** One row of the table of routes. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Segments in braces are parameters: `/timesheets/{id}`. */
  readonly path: string
  /** Any one of these admits the caller; an empty list admits everyone, without a token. */
  readonly scopes: readonly Scope[]
  /** Which server responds: the service behind the gateway, or the gateway itself. */
  readonly servedBy: 'timesheets-service' | 'gateway'
  readonly operationId: string
  readonly summary: string
}

/**
 * Who may call what. The gateway's router and scope check, the service's router, the OpenAPI document and the RFC 9728
 * metadata all read this table.
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
