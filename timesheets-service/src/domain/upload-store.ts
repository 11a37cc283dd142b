import type { Content } from '@timesheets/contracts/entry'
import type { StoredEntry } from '@timesheets/contracts/stored-entry'
import type { OpenCorrectionState } from '@timesheets/contracts/upload'
import type { LeasedRun, WritingRun } from './sync-run.ts'
import type { NewRejection } from './sync-run-store.ts'

/** Identifies an entry for ever. */
export interface EntryIdentity {
  readonly source: string
  readonly externalId: string
}

/** The stored state of an entry, as far as an upload needs it. */
export interface ExistingEntry extends EntryIdentity {
  readonly id: number
  readonly userId: string
  /** Hex digest of the latest source version; null for a tombstone. */
  readonly digest: string | null
  /** Hex digest of the accepted version, where it differs from the latest source version; else null. */
  readonly acceptedDigest: string | null
  /** State of the correction that makes the two differ; else null. */
  readonly correctionState: OpenCorrectionState | null
  readonly approved: boolean
  readonly version: number
}

/** The identities and sources that an upload names. */
export interface UploadKeys {
  readonly identities: readonly EntryIdentity[]
  readonly sources: readonly string[]
  /** The sync run that writes; absent for an upload outside of a run. */
  readonly syncRun?: WritingRun | undefined
}

/** The stored state of what an upload names. */
export interface ExistingState {
  readonly entries: readonly ExistingEntry[]
  /** Client that owns each source, by source. A source without an owner is absent. */
  readonly owners: ReadonlyMap<string, string>
}

/** A row and the version at which it was read. */
export interface RowVersion {
  readonly id: number
  readonly version: number
}

/** Makes the latest source version the accepted version: inserts a row, or updates one. */
export interface EntryUpsert {
  readonly kind: 'upsert'
  readonly source: string
  readonly externalId: string | null
  /** Null keeps the content and marks the entry as deleted. */
  readonly content: Content | null
  /** Hex digest of the latest source version; null for a tombstone. */
  readonly digest: string | null
  /** Null inserts a new row. */
  readonly row: RowVersion | null
}

/** Stores the latest source version beside an approved entry, whose accepted version stays as it is. */
export interface HeldCorrection {
  readonly kind: 'hold'
  /** The latest source version; null for a tombstone. */
  readonly content: Content | null
  readonly digest: string | null
  /** Hex digest of the accepted version. If it equals `digest`, the source has withdrawn its correction. */
  readonly acceptedDigest: string | null
  readonly row: RowVersion
}

export type EntryChange = EntryUpsert | HeldCorrection

/** All that one upload writes. */
export interface ChangeSet {
  readonly clientId: string
  /** Sources without an owner that become this client's. */
  readonly newSources: readonly string[]
  readonly changes: readonly EntryChange[]
  /** Whether to return the entries. They are read in the same transaction, because after COMMIT nothing may fail. */
  readonly readBack: boolean
  /** The sync run that writes, with what it could not place; absent for an upload outside of a run. */
  readonly syncRun?: (LeasedRun & { readonly rejections: readonly NewRejection[] }) | undefined
}

/** What a write stored, in the order of its changes. */
export interface WriteResult {
  readonly ids: readonly number[]
  /** Empty unless `readBack` was set. */
  readonly entries: readonly StoredEntry[]
}

/** Stores uploads. */
export interface UploadStore {
  /** Reads without locks. */
  find(keys: UploadKeys): Promise<ExistingState>

  /**
   * Writes all changes or none, and renews the lease of the sync run.
   * @returns undefined if another writer changed a row first; nothing was written then
   * @throws {DomainError} `sync-run-over`; nothing was written then
   */
  write(changeSet: ChangeSet): Promise<WriteResult | undefined>

  /**
   * Locks the existing rows, decides and writes in one transaction.
   * @returns undefined if another writer created an entry or a source of this upload first
   * @throws {DomainError} `sync-run-over`; nothing was written then
   */
  findAndWrite(
    keys: UploadKeys,
    decide: (existing: ExistingState) => ChangeSet,
  ): Promise<WriteResult | undefined>

  /** Reads one entry, also a deleted one. */
  read(id: number): Promise<StoredEntry>
}
