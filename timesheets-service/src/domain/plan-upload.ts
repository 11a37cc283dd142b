import { computeDigest } from '@timesheets/contracts/digest'
import type { Content, UploadItem } from '@timesheets/contracts/entry'
import type { Status } from '@timesheets/contracts/status'
import type { StoredEntry } from '@timesheets/contracts/stored-entry'
import type { OpenCorrectionState } from '@timesheets/contracts/upload'
import { DomainError } from './domain-error.ts'
import { sourceNotOwned, type WritingRun } from './sync-run.ts'
import type {
  EntryChange,
  EntryIdentity,
  EntryUpsert,
  ExistingEntry,
  ExistingState,
  WriteResult,
} from './upload-store.ts'

/** An upload item whose source is known. */
export interface SourcedItem extends UploadItem {
  readonly source: string
}

/** The result for one item of an upload. */
export type ItemResult =
  | {
      readonly status: Status
      /** `new` for an entry that a dry run would create; null for a tombstone of an unknown identity. */
      readonly id: number | 'new' | null
      readonly userId: string
      /** Why an unchanged item is not the accepted version of its entry. */
      readonly correction?: OpenCorrectionState | undefined
      /** The entry after the upload, if the upload was asked to read it back. */
      readonly entry?: StoredEntry | undefined
    }
  | { readonly status: 'rejected'; readonly error: DomainError }

/** What an upload will do. */
export interface UploadPlan {
  readonly changes: readonly EntryChange[]
  /** @param written the result of writing the changes; absent for a dry run */
  toResults(written?: WriteResult): readonly ItemResult[]
}

/** The state of an entry while the items of an upload are applied to it, one after the other. */
interface PendingEntry {
  readonly source: string
  readonly externalId: string | null
  readonly row: EntryUpsert['row']
  readonly approved: boolean
  /** Digest of the latest source version before this upload. */
  readonly storedDigest: string | null
  /** Digest of the accepted version of an approved entry. */
  readonly acceptedDigest: string | null
  /** State of the correction before this upload, if it has one. */
  readonly storedCorrection: OpenCorrectionState | null
  /** The owner by the latest source version. */
  userId: string
  /** Content of the last item; null if no item had one. */
  content: Content | null
  /** Digest of the latest source version; null for a tombstone. */
  digest: string | null
}

/** What one item did, and to which entry; a tombstone of an unknown identity has no entry. */
type PlannedItem =
  | DomainError
  | {
      readonly status: Status
      readonly userId: string
      readonly entry: PendingEntry | undefined
      readonly correction?: OpenCorrectionState | undefined
    }

/**
 * Decides what an upload does, item by item in their order: of two items with the same identity, the later wins. An
 * item is compared with the latest source version: equal content changes nothing, and content after a tombstone
 * restores the entry.
 * @param syncRun the run that uploads: it may write to its source only
 */
export function planUpload(
  items: readonly SourcedItem[],
  clientId: string,
  existing: ExistingState,
  syncRun?: WritingRun,
): UploadPlan {
  const pending = new Map<string, PendingEntry>()
  for (const entry of existing.entries) pending.set(toKey(entry), toPendingEntry(entry))
  const touched = new Set<PendingEntry>()
  const planned = items.map((item) => {
    if ((existing.owners.get(item.source) ?? clientId) !== clientId) return sourceNotOwned(item.source)
    if (syncRun !== undefined && item.source !== syncRun.source) return otherSource(syncRun)
    const plannedItem = applyItem(item, pending)
    if (plannedItem instanceof DomainError) return plannedItem
    if (plannedItem.entry !== undefined && plannedItem.status !== 'unchanged') touched.add(plannedItem.entry)
    return plannedItem
  })
  // Several items may cancel out; skip entries whose digest did not change.
  const changed = [...touched].filter((entry) => entry.row === null || entry.digest !== entry.storedDigest)
  return {
    changes: changed.map(toChange),
    toResults: (written) => toResults(planned, changed, written),
  }
}

function toPendingEntry(entry: ExistingEntry): PendingEntry {
  const { id, version, source, externalId, userId, digest, approved } = entry
  return {
    source,
    externalId,
    row: { id, version },
    approved,
    storedDigest: digest,
    acceptedDigest: entry.acceptedDigest ?? digest,
    storedCorrection: entry.correctionState,
    userId,
    content: null,
    digest,
  }
}

function applyItem(item: SourcedItem, pending: Map<string, PendingEntry>): PlannedItem {
  const { externalId, userId, content } = item
  if (externalId === null) return { status: 'created', userId, entry: createPendingEntry(item) }
  const key = toKey({ source: item.source, externalId })
  const entry = pending.get(key)
  if (entry === undefined) {
    if (content === null) return { status: 'unchanged', userId, entry }
    const created = createPendingEntry(item)
    pending.set(key, created)
    return { status: 'created', userId, entry: created }
  }
  const digest = digestItem(item)
  const owner = content === null ? entry.userId : userId
  if (entry.digest === digest)
    return { status: 'unchanged', userId: owner, entry, correction: findCorrection(entry) }
  if (item.isKeyed === true) return contentChanged()
  entry.digest = digest
  if (content !== null) Object.assign(entry, { userId, content })
  if (entry.approved) return { status: 'held', userId: owner, entry }
  return { status: content === null ? 'deleted' : 'updated', userId: owner, entry }
}

/** A correction that this upload has made is pending. */
function findCorrection(entry: PendingEntry): OpenCorrectionState | undefined {
  if (!entry.approved || entry.digest === entry.acceptedDigest) return undefined
  const isStored = entry.digest === entry.storedDigest
  return (isStored ? entry.storedCorrection : null) ?? 'pending'
}

function createPendingEntry(item: SourcedItem): PendingEntry {
  const { source, externalId, userId, content } = item
  return {
    source,
    externalId,
    row: null,
    approved: false,
    storedDigest: null,
    acceptedDigest: null,
    storedCorrection: null,
    userId,
    content,
    digest: digestItem(item),
  }
}

/** An upload never overwrites an approved entry; it holds the latest source version beside it. */
function toChange(entry: PendingEntry): EntryChange {
  const { source, externalId, row, content, digest, acceptedDigest } = entry
  if (!entry.approved || row === null) return { kind: 'upsert', source, externalId, content, digest, row }
  return { kind: 'hold', content: digest === null ? null : content, digest, acceptedDigest, row }
}

function toResults(
  planned: readonly PlannedItem[],
  changed: readonly PendingEntry[],
  written?: WriteResult,
): ItemResult[] {
  const positions = new Map(changed.map((entry, position) => [entry, position]))
  return planned.map((item) => {
    if (item instanceof DomainError) return { status: 'rejected', error: item }
    const { status, userId, entry, correction } = item
    if (entry === undefined) return { status, id: null, userId }
    const position = positions.get(entry) ?? -1
    const id = entry.row?.id ?? written?.ids[position] ?? 'new'
    return { status, id, userId, correction, entry: written?.entries[position] }
  })
}

function digestItem({ externalId, content }: SourcedItem): string | null {
  return content === null ? null : computeDigest(externalId ?? '', content)
}

/** No source has a line feed in its name, so two identities never share a key. */
const toKey = ({ source, externalId }: EntryIdentity) => `${source}\n${externalId}`

function contentChanged(): DomainError {
  return new DomainError(
    'idempotency-key-reused',
    'An earlier upload with this idempotency key has another entry at this position; use a new key',
  )
}

function otherSource({ id, source }: WritingRun): DomainError {
  const message = `must be "${source}", the source of the sync run ${id}`
  return new DomainError('other-source', `source ${message}`, {
    details: { errors: [{ pointer: '#/source', message }] },
  })
}
