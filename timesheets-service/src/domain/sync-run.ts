import type { SyncRun } from '@timesheets/contracts/sync-run'
import { DomainError } from './domain-error.ts'

/** The clients that own a source by configuration, instead of the first one that wrote to it. */
export type ConfiguredOwners = ReadonlyMap<string, ReadonlySet<string>>

/** A run with the lease that a transaction holds. */
export interface LeasedRun {
  readonly id: number
  readonly source: string
  readonly clientId: string
}

/** The run for which an upload writes. */
export interface WritingRun extends LeasedRun {
  /**
   * Whether an item is compared with the stored fields instead of the stored digest. A run of all days does, so that it repairs
   * a row that was damaged in the database.
   */
  readonly comparesFields: boolean
}

/**
 * Whether a client owns a source.
 * @param firstClient the first client that wrote to it; undefined for a new source, which any client may claim
 */
export function isSourceOwner(
  clientId: string,
  source: string,
  firstClient: string | undefined,
  configured: ConfiguredOwners,
): boolean {
  const clients = configured.get(source)
  return clients === undefined ? (firstClient ?? clientId) === clientId : clients.has(clientId)
}

/**
 * Checks that a run is the client's. A source may have several owners, and each of their runs has one.
 * @throws {DomainError} `source-not-yours`
 */
export function assertOwnRun(run: SyncRun, clientId: string): void {
  if (run.client === clientId) return
  throw new DomainError(
    'source-not-yours',
    `The sync run ${run.id} belongs to another client; start a run of your own`,
  )
}

/**
 * Checks that a client may write for a run. The run may be taken over right after; only the transaction that writes can
 * be sure.
 * @throws {DomainError} `source-not-yours`, `sync-run-over`
 */
export function assertWritable(run: SyncRun, clientId: string): void {
  assertOwnRun(run, clientId)
  if (run.status !== 'running') throw syncRunOver(run.id)
}

/**
 * Checks that a run may upload.
 * @throws {DomainError} `source-not-yours`, `sync-run-over`, `sync-run-verifies`
 */
export function assertUploadable(run: SyncRun, clientId: string): void {
  assertWritable(run, clientId)
  if (!run.verify) return
  throw new DomainError(
    'sync-run-verifies',
    `The sync run ${run.id} only compares (verify), so it may not upload; start a run without verify`,
  )
}

export function noSuchSyncRun(id: number | string): DomainError {
  return new DomainError('no-such-sync-run', `There is no sync run ${id}`)
}

export function syncRunOver(id: number): DomainError {
  return new DomainError(
    'sync-run-over',
    `The sync run ${id} has ended, or its lease has; nothing was stored. Start another run`,
  )
}

export function sourceNotOwned(source: string): DomainError {
  return new DomainError(
    'source-not-yours',
    `The source "${source}" belongs to another client; use one of your own`,
  )
}
