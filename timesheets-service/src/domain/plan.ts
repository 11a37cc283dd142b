import { computeDigest } from '@timesheets/contracts/digest'
import type { Content, UploadItem } from '@timesheets/contracts/entry'
import { ProblemError } from '@timesheets/contracts/problem'
import { formatMessage, type Status } from '@timesheets/contracts/status'
import type { StoredEntry } from '@timesheets/contracts/stored-entry'
import type { Acceptance, Change, Identity, Known, KnownEntry, Written } from './entry-store.ts'

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
  readonly row: Acceptance['row']
  readonly approved: boolean
  /** Digest of the source's last word as it was read. */
  readonly readDigest: string | null
  /** Digest of the accepted entry of an approved row: what the source may come back to. */
  readonly acceptedDigest: string | null
  /** Whose it is, as far as the source's last word says. */
  userId: string
  /** The last content that an item gave; null: none did, or a tombstone took a held one's place. */
  content: Content | null
  /** Of the source's last word; null: a tombstone. */
  digest: string | null
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
  for (const entry of known.entries) drafts.set(keyOf(entry), draftOf(entry))
  const changed = new Set<Draft>()
  const steps = items.map((item) => {
    if (item instanceof ProblemError) return item
    if ((known.owners.get(item.source) ?? clientId) !== clientId) return notYours(item.source)
    const step = apply(item, drafts)
    if (step.draft !== undefined && step.status !== 'unchanged') changed.add(step.draft)
    return step
  })
  // Items may lead back to where it began.
  const changedDrafts = [...changed].filter(
    (draft) => draft.row === null || draft.digest !== draft.readDigest,
  )
  return {
    changes: changedDrafts.map(changeOf),
    outcomes: (written) => outcomesOf(steps, changedDrafts, written),
  }
}

function draftOf(entry: KnownEntry): Draft {
  const { id, version, source, externalId, userId, digest, approved } = entry
  const acceptedDigest = entry.acceptedDigest ?? digest
  const row = { id, version }
  return {
    source,
    externalId,
    row,
    approved,
    readDigest: digest,
    acceptedDigest,
    userId,
    content: null,
    digest,
  }
}

function apply(item: PlacedItem, drafts: Map<string, Draft>): Exclude<Step, ProblemError> {
  const { externalId, userId, content } = item
  if (externalId === null) return { status: 'created', userId, draft: newDraft(item) }
  const key = keyOf({ source: item.source, externalId })
  const draft = drafts.get(key)
  if (draft === undefined) {
    if (content === null) return { status: 'unchanged', userId, draft }
    const created = newDraft(item)
    drafts.set(key, created)
    return { status: 'created', userId, draft: created }
  }
  const newDigest = digest(item)
  const owner = content === null ? draft.userId : userId
  if (draft.digest === newDigest) return { status: 'unchanged', userId: owner, draft }
  draft.digest = newDigest
  if (content !== null) Object.assign(draft, { userId, content })
  if (draft.approved) return { status: 'held', userId: owner, draft }
  return { status: content === null ? 'deleted' : 'updated', userId: owner, draft }
}

function newDraft(item: PlacedItem): Draft {
  const { source, externalId, userId, content } = item
  return {
    source,
    externalId,
    row: null,
    approved: false,
    readDigest: null,
    acceptedDigest: null,
    userId,
    content,
    digest: digest(item),
  }
}

/** An approved entry is never overwritten: what its source says since is held beside it. */
function changeOf(draft: Draft): Change {
  const { source, externalId, row, content, digest, acceptedDigest } = draft
  if (!draft.approved || row === null) return { kind: 'accept', source, externalId, content, digest, row }
  return { kind: 'hold', word: digest === null ? null : content, digest, acceptedDigest, row }
}

function outcomesOf(steps: readonly Step[], changes: readonly Draft[], written?: Written): Outcome[] {
  const placeOf = new Map(changes.map((draft, i) => [draft, i]))
  return steps.map((step) => {
    if (step instanceof ProblemError) return { status: 'rejected', problem: step }
    const { status, userId, draft } = step
    if (draft === undefined) return { status, id: null, userId, message: formatMessage(status, null, userId) }
    const place = placeOf.get(draft) ?? -1
    const id = draft.row?.id ?? written?.ids[place]
    const entry = written?.entries[place]
    return {
      status,
      id: id ?? null,
      userId,
      message: formatMessage(status, id ?? 'new', userId),
      ...(entry === undefined ? {} : { entry }),
    }
  })
}

function digest({ externalId, content }: PlacedItem): string | null {
  return content === null ? null : computeDigest(externalId ?? '', content).toString('hex')
}

/** A source holds no space, so two identities never share a key. */
const keyOf = ({ source, externalId }: Identity) => `${source} ${externalId}`

function notYours(source: string): ProblemError {
  return new ProblemError(
    'source-not-yours',
    `The source "${source}" belongs to another client; use one of your own`,
  )
}
