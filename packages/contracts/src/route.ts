import type { Scope } from './scope.ts'

/** One row of the route table. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Segments in braces are parameters: `/timesheets/{id}`. */
  readonly path: string
  /** Any one of these scopes is sufficient. Empty for a public route, which needs no token. */
  readonly scopes: readonly Scope[]
  /** The process that responds: a service behind the gateway, or the gateway itself. */
  readonly servedBy: 'timesheets-service' | 'gateway'
  readonly operationId: string
  readonly summary: string
}

/**
 * The route table: the only place that defines paths, methods and scopes. The routers of gateway and service, the scope
 * check, the OpenAPI document and the RFC 9728 metadata all read it.
 */
export const routes = [
  {
    method: 'POST',
    path: '/timesheets/upload',
    scopes: ['batch:upload'],
    servedBy: 'timesheets-service',
    operationId: 'uploadTimesheets',
    summary: 'Upload entries of any person',
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
    summary: 'List the versions of an entry: what changed, when, and by whom',
  },
  {
    method: 'GET',
    path: '/approvals',
    scopes: ['approve:timesheets'],
    servedBy: 'timesheets-service',
    operationId: 'listApprovals',
    summary: 'List entries that need a decision: unapproved ones, and ones with a pending correction',
  },
  {
    method: 'PUT',
    path: '/approvals',
    scopes: ['approve:timesheets'],
    servedBy: 'timesheets-service',
    operationId: 'approveTimesheets',
    summary: 'Approve many entries at once: by person and days, or by id',
  },
  {
    method: 'PUT',
    path: '/approvals/{id}',
    scopes: ['approve:timesheets'],
    servedBy: 'timesheets-service',
    operationId: 'approveTimesheet',
    summary: 'Approve an entry and apply its pending correction',
  },
  {
    method: 'DELETE',
    path: '/approvals/{id}',
    scopes: ['approve:timesheets'],
    servedBy: 'timesheets-service',
    operationId: 'reopenTimesheet',
    summary: 'Reopen an approved entry, or send an entry back with a reason',
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
    summary: 'Sum hours by person, project, period and source',
  },
  {
    method: 'GET',
    path: '/people',
    scopes: ['read:reports', 'batch:upload', 'manage:people'],
    servedBy: 'timesheets-service',
    operationId: 'listPeople',
    summary: 'List people of the directory',
  },
  {
    method: 'PUT',
    path: '/people/{user_id}',
    scopes: ['manage:people'],
    servedBy: 'timesheets-service',
    operationId: 'putPerson',
    summary: 'Add a person, or replace their names',
  },
  {
    method: 'DELETE',
    path: '/people/{user_id}',
    scopes: ['manage:people'],
    servedBy: 'timesheets-service',
    operationId: 'deletePerson',
    summary: 'Remove a person from the directory',
  },
  {
    method: 'POST',
    path: '/sync-runs',
    scopes: ['batch:upload'],
    servedBy: 'timesheets-service',
    operationId: 'startSyncRun',
    summary: 'Start a sync run of a source',
  },
  {
    method: 'GET',
    path: '/sync-runs',
    scopes: ['read:reports', 'batch:upload'],
    servedBy: 'timesheets-service',
    operationId: 'listSyncRuns',
    summary: 'List sync runs, newest first',
  },
  {
    method: 'GET',
    path: '/sync-runs/{id}',
    scopes: ['read:reports', 'batch:upload'],
    servedBy: 'timesheets-service',
    operationId: 'getSyncRun',
    summary: 'Read one sync run',
  },
  {
    method: 'PATCH',
    path: '/sync-runs/{id}',
    scopes: ['batch:upload'],
    servedBy: 'timesheets-service',
    operationId: 'patchSyncRun',
    summary: 'Renew, report on or end a sync run',
  },
  {
    method: 'GET',
    path: '/sync-runs/{id}/digests',
    scopes: ['batch:upload'],
    servedBy: 'timesheets-service',
    operationId: 'listDigests',
    summary: 'Read the digests of the stored entries by person and day',
  },
  {
    method: 'GET',
    path: '/sync-runs/{id}/entries',
    scopes: ['batch:upload'],
    servedBy: 'timesheets-service',
    operationId: 'listDigestEntries',
    summary: 'Read the digests of the entries of one person and day',
  },
  {
    method: 'POST',
    path: '/sync-runs/{id}/rejections',
    scopes: ['batch:upload'],
    servedBy: 'timesheets-service',
    operationId: 'reportRejections',
    summary: 'Keep what was rejected before the upload',
  },
  {
    method: 'GET',
    path: '/sync-runs/{id}/rejections',
    scopes: ['read:reports', 'batch:upload'],
    servedBy: 'timesheets-service',
    operationId: 'listRejections',
    summary: 'List what was rejected in a sync run',
  },
  {
    method: 'GET',
    path: '/.well-known/oauth-protected-resource',
    scopes: [],
    servedBy: 'gateway',
    operationId: 'getProtectedResourceMetadata',
    summary: 'Read the metadata of this protected resource: issuer and scopes (RFC 9728)',
  },
  {
    method: 'GET',
    path: '/',
    scopes: [],
    servedBy: 'gateway',
    operationId: 'redirectToDocs',
    summary: 'Redirect a browser to the documentation',
  },
  {
    method: 'GET',
    path: '/openapi.json',
    scopes: [],
    servedBy: 'gateway',
    operationId: 'getOpenApi',
    summary: 'Read the OpenAPI document of this API',
  },
  {
    method: 'GET',
    path: '/docs',
    scopes: [],
    servedBy: 'gateway',
    operationId: 'getDocs',
    summary: 'Open the API reference, a page for people',
  },
  {
    method: 'GET',
    path: '/docs/{file}',
    scopes: [],
    servedBy: 'gateway',
    operationId: 'getDocsFile',
    summary: 'Load a file of the API reference',
  },
] as const satisfies readonly Route[]

export type OperationId = (typeof routes)[number]['operationId']
