import type { Content } from '@timesheets/contracts/entry'
import type { Action } from '@timesheets/contracts/history'
import { type Caller, isOwn } from './caller.ts'
import { DomainError, noSuchEntry } from './domain-error.ts'

/** An entry during a decision: its row is locked against every other writer. */
export interface LockedEntry {
  readonly id: number
  readonly userId: string
  readonly source: string
  readonly approved: boolean
  readonly deleted: boolean
  /** The latest source version, where it differs from the accepted version: a content, or null for a tombstone. */
  readonly correction:
    | { readonly state: 'pending' | 'discarded'; readonly content: Content | null }
    | undefined
  readonly version: number
  /** When this version was written: an instant in ISO 8601. */
  readonly updatedAt: string
}

/** What a person does to an entry. A field that is absent stays as it is. */
export interface Decision {
  readonly action: Action
  /** The new accepted version; null deletes the entry. */
  readonly content?: Content | null
  readonly approvedBy?: string | null
  readonly correction?: 'applied' | 'discarded' | 'none'
  readonly returnedReason?: string | null
}

/** The source of hours that people enter in an app. An upload cannot name such a source. */
export const appSource = (clientId: string) => `app:${clientId}`

/**
 * A person changes their own hours.
 * @throws {DomainError} `no-such-entry`, `owned-by-source`, `approved`
 */
export function change(entry: LockedEntry, content: Content, person: Caller): Decision {
  assertEditableByOwner(entry, person)
  return { action: 'updated', content, correction: 'none', returnedReason: null }
}

/**
 * A person deletes their own hours.
 * @throws {DomainError} `no-such-entry`, `owned-by-source`, `approved`
 */
export function remove(entry: LockedEntry, person: Caller): Decision {
  assertEditableByOwner(entry, person)
  return { action: 'deleted', content: null, correction: 'none', returnedReason: null }
}

/**
 * An approver approves an entry and applies its pending correction. An entry that the correction deletes is not
 * approved.
 * @returns undefined if the entry is approved already and has no pending correction
 * @throws {DomainError} `no-such-entry`, `self-approval`
 */
export function approve(entry: LockedEntry, approver: Caller): Decision | undefined {
  assertNotOwnHours(entry, approver)
  const pending = entry.correction?.state === 'pending' ? entry.correction : undefined
  if (pending === undefined) {
    if (entry.approved) return undefined
    return { action: 'approved', approvedBy: approver.userId, returnedReason: null }
  }
  return {
    action: 'correction-applied',
    content: pending.content,
    approvedBy: pending.content === null ? null : approver.userId,
    correction: 'applied',
    returnedReason: null,
  }
}

/**
 * An approver reopens an approved entry: the latest source version becomes the accepted version. With a reason, the
 * entry is sent back to its owner, also if it was not approved.
 * @returns undefined if the entry is open already and no reason is given
 * @throws {DomainError} `no-such-entry`, `self-approval`
 */
export function reopen(
  entry: LockedEntry,
  approver: Caller,
  reason: string | undefined,
): Decision | undefined {
  assertNotOwnHours(entry, approver)
  const returnedReason = reason ?? null
  if (!entry.approved) return reason === undefined ? undefined : { action: 'returned', returnedReason }
  const latest = entry.correction === undefined ? {} : { content: entry.correction.content }
  const action = reason === undefined ? 'reopened' : 'returned'
  return { action, ...latest, approvedBy: null, correction: 'none', returnedReason }
}

/**
 * An approver discards a correction: the accepted version stays, and the same source version is not held again.
 * @returns undefined if the correction is discarded already
 * @throws {DomainError} `no-such-entry`, `no-such-correction`, `self-approval`
 */
export function discard(entry: LockedEntry, approver: Caller): Decision | undefined {
  assertNotOwnHours(entry, approver)
  if (entry.correction === undefined)
    throw new DomainError('no-such-correction', `Timesheet ${entry.id} has no correction`)
  if (entry.correction.state === 'discarded') return undefined
  return { action: 'correction-discarded', correction: 'discarded' }
}

/**
 * Checks the caller's precondition (`If-Match`).
 * @param isExpected whether the caller accepts this version
 * @throws {DomainError} `stale-version`, with the current version
 */
export function assertVersion(
  entry: { readonly id: number; readonly version: number },
  isExpected: (version: number) => boolean,
): void {
  if (isExpected(entry.version)) return
  throw new DomainError(
    'stale-version',
    `Timesheet ${entry.id} is at version ${entry.version} now; read it again`,
    { details: { version: entry.version } },
  )
}

/**
 * Checks that an approver has seen the current version.
 * @param seenAt when the approver read the entry: an instant in ISO 8601; undefined skips the check
 * @throws {DomainError} `changed-since`
 */
export function assertUnchangedSince(entry: LockedEntry, seenAt: string | undefined): void {
  if (seenAt === undefined || Date.parse(entry.updatedAt) <= Date.parse(seenAt)) return
  throw new DomainError(
    'changed-since',
    `Timesheet ${entry.id} has changed since ${seenAt}; read it again before you approve it`,
    { details: { version: entry.version } },
  )
}

function assertEditableByOwner(entry: LockedEntry, person: Caller): void {
  // 404 rather than 403 for entries of others, so that their existence is not revealed.
  if (entry.deleted || !isOwn(person, entry.userId)) throw noSuchEntry(entry.id)
  if (!entry.source.startsWith(appSource(''))) {
    throw new DomainError(
      'owned-by-source',
      `Timesheet ${entry.id} comes from "${entry.source}"; change it there`,
    )
  }
  if (entry.approved)
    throw new DomainError('approved', `Timesheet ${entry.id} is approved; ask an approver to reopen it`)
}

/** Approvers decide neither on their own hours nor on a correction that would move hours to themselves. */
function assertNotOwnHours(entry: LockedEntry, approver: Caller): void {
  if (entry.deleted) throw noSuchEntry(entry.id)
  const corrected = entry.correction?.content?.userId ?? entry.userId
  if (isOwn(approver, entry.userId) || isOwn(approver, corrected)) {
    throw new DomainError(
      'self-approval',
      `Timesheet ${entry.id} is your own; another approver decides on it`,
    )
  }
}
