import type { SyncRun } from '@timesheets/contracts/sync-run'
import type { Request, Response } from 'express'
import {
  assertUploadable,
  assertWritable,
  isSourceOwner,
  noSuchSyncRun,
  sourceNotOwned,
  type WritingRun,
} from '../domain/sync-run.ts'
import { getIdentity } from './gateway-identity.ts'
import type { ServiceParts } from './service-parts.ts'

/**
 * The id of a sync run, in a path or in the header `Sync-Run`.
 * @throws {DomainError} `no-such-sync-run`, also for a text that is not an id
 */
export function parseSyncRunId(text: string): number {
  const id = /^[1-9]\d{0,15}$/.test(text) ? Number(text) : Number.NaN
  if (!Number.isSafeInteger(id)) throw noSuchSyncRun(JSON.stringify(text.slice(0, 50)))
  return id
}

/**
 * Finds a run.
 * @param client must own the source of the run; undefined skips this check
 * @throws {DomainError} `no-such-sync-run`, `source-not-yours`
 */
export async function findSyncRun(
  id: number,
  client: string | undefined,
  { syncRuns, sourceOwners }: Pick<ServiceParts, 'syncRuns' | 'sourceOwners'>,
): Promise<SyncRun> {
  const run = await syncRuns.find(id)
  if (run === undefined) throw noSuchSyncRun(id)
  if (client === undefined) return run
  // Before anything was written, a source has no owner, and a run that only compares is its client's.
  const firstClient = (await syncRuns.findFirstClient(run.source)) ?? run.client
  if (!isSourceOwner(client, run.source, firstClient, sourceOwners)) throw sourceNotOwned(run.source)
  return run
}

/**
 * The sync run for which a request uploads, by its header `Sync-Run`. Whether the run is still alive when something is
 * written, the transaction that writes checks again.
 * @returns undefined without that header
 * @throws {DomainError} `no-such-sync-run`, `source-not-yours`, `sync-run-over`, `sync-run-verifies`
 */
export async function resolveSyncRun(
  request: Request,
  response: Response,
  query: { readonly dry_run?: string | undefined },
  parts: Pick<ServiceParts, 'syncRuns' | 'sourceOwners'>,
): Promise<WritingRun | undefined> {
  const header = request.headers['sync-run']
  if (header === undefined) return undefined
  const { client } = getIdentity(response)
  const run = await findSyncRun(parseSyncRunId(String(header)), client, parts)
  // A run that only compares may ask what an upload would do.
  if (query.dry_run === 'true') assertWritable(run, client)
  else assertUploadable(run, client)
  return { id: run.id, source: run.source, clientId: client, comparesFields: run.mode === 'full' }
}
