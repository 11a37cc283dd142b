import { digestOf } from '@timesheets/contracts/digest'
import type { Content, UploadItem } from '@timesheets/contracts/entry'
import { ProblemError } from '@timesheets/contracts/problem'
import { messageOf, type Status } from '@timesheets/contracts/status'
import type { StoredEntry } from '@timesheets/contracts/stored-entry'
import type { Change, Identity, Known, Written } from './entry-store.ts'

/** An item whose source is settled. */
export interface PlacedItem extends UploadItem {
  readonly source: string
}

/** What became of an item. */
export type Outcome =
  | {
      readonly status: Status
      readonly id: number | null
      readonly userId: string
      readonly message: string
      /** The entry as this upload left it, where it was to be read back. */
      readonly entry?: StoredEntry
    }
  | { readonly status: 'rejected'; readonly problem: ProblemError }

/** What an upload would do, before it does it. */
export interface Plan {
  readonly changes: readonly Change[]
  /** @param written what the changes left behind; absent: they are not written (a dry run) */
  outcomes(written?: Written): readonly Outcome[]
}

/** An entry while items are applied to it, one after the other. */
interface Draft {
  readonly source: string
  readonly externalId: string | null
  readonly row: Change['row']
  userId: string
  content: Content | null
  digest: string | null
  version: number
}

/** An item's own step: what it did, to which draft (none: there was nothing to do it to). */
type Step =
  | ProblemError
  | { readonly status: Status; readonly userId: string; readonly draft: Draft | undefined }

/**
 * Decides what becomes of items, in their order: of the same identity twice, the later stands. The source's
 * last word is what counts: the same again changes nothing; content after a tombstone brings the entry back.
 * @param owners source → the client that it belongs to; a source that is not in it is free
 */
export function planOf(items: readonly (PlacedItem | ProblemError)[], clientId: string, known: Known): Plan {
  const drafts = new Map<string, Draft>()
  for (const { id, userId, digest, version, ...identity } of known.entries) {
    drafts.set(keyOf(identity), { ...identity, row: { id, version }, userId, content: null, digest, version })
  }
  const changed = new Set<Draft>()
  const steps = items.map((item) => {
    if (item instanceof ProblemError) return item
    if ((known.owners.get(item.source) ?? clientId) !== clientId) return notYours(item.source)
    const step = apply(item, drafts)
    if (step.draft !== undefined && step.status !== 'unchanged') changed.add(step.draft)
    return step
  })
  const changes = [...changed]
  return { changes, outcomes: (written) => outcomesOf(steps, changes, written) }
}

function apply(item: PlacedItem, drafts: Map<string, Draft>): Exclude<Step, ProblemError> {
  const { source, externalId, userId, content } = item
  if (externalId === null) {
    return {
      status: 'created',
      userId,
      draft: { source, externalId, row: null, userId, content, digest: digest(item), version: 1 },
    }
  }
  const key = keyOf({ source, externalId })
  const draft = drafts.get(key)
  if (content === null) return draft === undefined ? { status: 'unchanged', userId, draft } : bury(draft)
  const newDigest = digest(item)
  if (draft === undefined) {
    const created = { source, externalId, row: null, userId, content, digest: newDigest, version: 1 }
    drafts.set(key, created)
    return { status: 'created', userId, draft: created }
  }
  if (draft.digest === newDigest) return { status: 'unchanged', userId, draft }
  Object.assign(draft, { userId, content, digest: newDigest, version: draft.version + 1 })
  return { status: 'updated', userId, draft }
}

/** The content stays under the tombstone: what was there can still be read. */
function bury(draft: Draft): Exclude<Step, ProblemError> {
  if (draft.digest === null) return { status: 'unchanged', userId: draft.userId, draft }
  Object.assign(draft, { digest: null, version: draft.version + 1 })
  return { status: 'deleted', userId: draft.userId, draft }
}

function outcomesOf(steps: readonly Step[], changes: readonly Draft[], written?: Written): Outcome[] {
  const placeOf = new Map(changes.map((draft, i) => [draft, i]))
  return steps.map((step) => {
    if (step instanceof ProblemError) return { status: 'rejected', problem: step }
    const { status, userId, draft } = step
    if (draft === undefined) return { status, id: null, userId, message: messageOf(status, null, userId) }
    const place = placeOf.get(draft) ?? -1
    const id = draft.row?.id ?? written?.ids[place]
    const entry = written?.entries[place]
    return {
      status,
      id: id ?? null,
      userId,
      message: messageOf(status, id ?? 'new', userId),
      ...(entry === undefined ? {} : { entry }),
    }
  })
}

function digest({ externalId, content }: PlacedItem): string | null {
  return content === null ? null : digestOf(externalId ?? '', content).toString('hex')
}

/** A source holds no space, so two identities never share a key. */
const keyOf = ({ source, externalId }: Identity) => `${source} ${externalId}`

function notYours(source: string): ProblemError {
  return new ProblemError(
    'source-not-yours',
    `The source "${source}" belongs to another client; use one of your own`,
  )
}
