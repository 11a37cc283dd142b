import type { UploadItem } from '@timesheets/contracts/entry'
import { DomainError } from './domain-error.ts'
import { type ItemResult, planUpload, type SourcedItem, type UploadPlan } from './plan-upload.ts'
import type { ConfiguredOwners, WritingRun } from './sync-run.ts'
import type { NewRejection } from './sync-run-store.ts'
import type { ChangeSet, ExistingState, UploadKeys, UploadStore } from './upload-store.ts'

/** How often an upload is tried while other writers change the same entries. */
const maxAttempts = 10

/** Rejected items that an error lists at most. */
const maxErrors = 20

export interface UploadOptions {
  /** Return what would happen to the items, and write nothing. */
  readonly dryRun: boolean
  /** Write nothing if an item is rejected. */
  readonly atomic?: boolean
  /** Read the written entries back, for a response that shows them. */
  readonly readBack?: boolean
  /** Assume that no item is stored yet, and do not look. If one is, the upload is read and decided as always. */
  readonly assumeNew?: boolean
  /** Owners that are set by configuration, instead of the stored ones: the clients of each source. */
  readonly sourceOwners: ConfiguredOwners
  /** The sync run that uploads. */
  readonly syncRun?: UploadingRun | undefined
}

/** A sync run that uploads, and how it keeps what it could not place. */
export interface UploadingRun extends WritingRun {
  /** Items that were rejected already, because they are invalid. */
  readonly rejections: readonly NewRejection[]
  /**
   * Describes an item that the upload rejects; absent where the caller keeps it.
   * @param index of the item among those of this upload
   */
  readonly toRejection?: (index: number, error: DomainError) => NewRejection
}

/**
 * Stores the items of an upload.
 *
 * The first attempt takes no locks, because most uploads repeat what is stored. If another writer changes a row of the
 * upload meanwhile, the store reports it, and the upload is read and decided again with the rows locked.
 * @returns one result per item, in their order
 * @throws {DomainError} `items-rejected` if the upload is atomic and an item is rejected; `busy` if other writers keep changing the same entries; `sync-run-over`
 */
export async function upload(
  items: readonly UploadItem[],
  clientId: string,
  options: UploadOptions,
  store: UploadStore,
): Promise<readonly ItemResult[]> {
  const { dryRun, atomic = false, readBack = false, assumeNew = false, sourceOwners, syncRun } = options
  const sourced = items.map((item) => withSource(item, clientId))
  const keys = { ...toUploadKeys(sourced, clientId), syncRun }
  const decide = (existing: ExistingState): { plan: UploadPlan; changeSet: ChangeSet } => {
    const owners = resolveOwners(existing.owners, sourceOwners, clientId)
    const plan = planUpload(sourced, clientId, { ...existing, owners }, syncRun)
    if (atomic) assertNoneRejected(plan)
    const sources = new Set(
      plan.changes.flatMap((change) => (change.kind === 'upsert' ? [change.source] : [])),
    )
    const newSources = [...sources].filter(
      (source) => source !== defaultSource(clientId) && !owners.has(source),
    )
    const run = syncRun && {
      ...syncRun,
      rejections: [...syncRun.rejections, ...listRejections(plan, syncRun)],
    }
    return { plan, changeSet: { clientId, newSources, changes: plan.changes, readBack, syncRun: run } }
  }

  if (assumeNew && !dryRun && sourced.every(({ content }) => content !== null)) {
    const { plan, changeSet } = decide(await store.find({ ...keys, identities: [] }))
    const written = await store.write(changeSet)
    if (written !== undefined) return plan.toResults(written)
  }
  let { plan, changeSet } = decide(await store.find(keys))
  // An upload of a sync run renews the lease, also if it changes nothing.
  if (dryRun || (changeSet.changes.length === 0 && syncRun === undefined)) return plan.toResults()
  let written = await store.write(changeSet)
  for (let attempt = 1; written === undefined && attempt < maxAttempts; attempt++) {
    written = await store.findAndWrite(keys, (existing) => {
      ;({ plan, changeSet } = decide(existing))
      return changeSet
    })
  }
  if (written !== undefined) return plan.toResults(written)
  throw new DomainError('busy', 'Other clients are writing the same entries; send the upload again')
}

function listRejections(plan: UploadPlan, { toRejection }: UploadingRun): NewRejection[] {
  if (toRejection === undefined) return []
  return plan
    .toResults()
    .flatMap((result, index) => (result.status === 'rejected' ? [toRejection(index, result.error)] : []))
}

function assertNoneRejected(plan: UploadPlan): void {
  const errors = plan
    .toResults()
    .flatMap((result, i) =>
      result.status === 'rejected' ? [{ pointer: `#/${i}`, message: result.error.message }] : [],
    )
  if (errors.length === 0) return
  throw new DomainError('items-rejected', `${errors.length} items are rejected; nothing was stored`, {
    details: { errors: errors.slice(0, maxErrors) },
  })
}

/**
 * Returns one owner per source, as this client sees it: of a source that is configured for several clients, each of them
 * is the owner.
 */
function resolveOwners(
  stored: ReadonlyMap<string, string>,
  configured: ConfiguredOwners,
  clientId: string,
): ReadonlyMap<string, string> {
  const owners = new Map(stored)
  for (const [source, clients] of configured) {
    const [owner] = clients.has(clientId) ? [clientId] : clients
    if (owner !== undefined) owners.set(source, owner)
  }
  return owners
}

/** The source of items without one. No request can name it, because a colon is not valid in the field `source`. */
const defaultSource = (clientId: string) => `client:${clientId}`

function withSource(item: UploadItem, clientId: string): SourcedItem {
  return hasSource(item) ? item : { ...item, source: defaultSource(clientId) }
}

const hasSource = (item: UploadItem): item is SourcedItem => item.source !== null

function toUploadKeys(items: readonly SourcedItem[], clientId: string): UploadKeys {
  const identities = items.flatMap(({ source, externalId }) =>
    externalId === null ? [] : [{ source, externalId }],
  )
  const sources = new Set(items.map((item) => item.source))
  sources.delete(defaultSource(clientId))
  return { identities, sources: [...sources] }
}
