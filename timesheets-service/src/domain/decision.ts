import type { Content } from '@timesheets/contracts/entry'
import type { Action } from '@timesheets/contracts/history'
import { ProblemError } from '@timesheets/contracts/problem'
import { type Caller, isOwn } from './caller.ts'

/** An entry as a decision finds it, held against every other writer. */
export interface HeldEntry {
  readonly id: number
  readonly userId: string
  readonly source: string
  readonly approved: boolean
  readonly deleted: boolean
  /** The source's last word where it is not the accepted entry: a content, or null for a tombstone. */
  readonly correction: { readonly state: 'pending' | 'discarded'; readonly word: Content | null } | undefined
  readonly version: number
}

/** What a person does to an entry. Absent members stay as they are. */
export interface Decision {
  readonly action: Action
  /** The accepted entry from now on; null: it is deleted. */
  readonly content?: Content | null
  readonly approvedBy?: string | null
  readonly correction?: 'applied' | 'discarded' | 'none'
  readonly returnedReason?: string | null
}

/** Whose sources no upload can name: what people enter in an app. */
export const appSource = (clientId: string) => `app:${clientId}`

/**
 * A person changes hours of their own.
 * @throws {ProblemError} `not-found`, `owned-by-source`, `approved`
 */
export function change(entry: HeldEntry, content: Content, person: Caller): Decision {
  demandOwnAndOpen(entry, person)
  return { action: 'updated', content, correction: 'none', returnedReason: null }
}

/**
 * A person deletes hours of their own.
 * @throws {ProblemError} `not-found`, `owned-by-source`, `approved`
 */
export function remove(entry: HeldEntry, person: Caller): Decision {
  demandOwnAndOpen(entry, person)
  return { action: 'deleted', content: null, correction: 'none', returnedReason: null }
}

/**
 * An approver approves an entry; a pending correction takes effect with it. What it deletes is approved no more.
 * @returns undefined where it is so already
 * @throws {ProblemError} `not-found`, `self-approval`
 */
export function approve(entry: HeldEntry, approver: Caller): Decision | undefined {
  demandAnothers(entry, approver)
  const pending = entry.correction?.state === 'pending' ? entry.correction : undefined
  if (pending === undefined) {
    if (entry.approved) return undefined
    return { action: 'approved', approvedBy: approver.userId, returnedReason: null }
  }
  return {
    action: 'correction-applied',
    content: pending.word,
    approvedBy: pending.word === null ? null : approver.userId,
    correction: 'applied',
    returnedReason: null,
  }
}

/**
 * An approver reopens an approved entry: the source's last word becomes the entry. With a reason it is sent back,
 * also where it was not approved.
 * @returns undefined where there is nothing to do
 * @throws {ProblemError} `not-found`, `self-approval`
 */
export function reopen(entry: HeldEntry, approver: Caller, reason: string | undefined): Decision | undefined {
  demandAnothers(entry, approver)
  const returnedReason = reason ?? null
  if (!entry.approved) return reason === undefined ? undefined : { action: 'returned', returnedReason }
  const word = entry.correction === undefined ? {} : { content: entry.correction.word }
  const action = reason === undefined ? 'reopened' : 'returned'
  return { action, ...word, approvedBy: null, correction: 'none', returnedReason }
}

/**
 * An approver discards a pending correction: the accepted entry stands, and the same word does not come back.
 * @returns undefined where it is discarded already
 * @throws {ProblemError} `not-found`, `self-approval`
 */
export function discard(entry: HeldEntry, approver: Caller): Decision | undefined {
  demandAnothers(entry, approver)
  if (entry.correction === undefined)
    throw new ProblemError('not-found', `Timesheet ${entry.id} has no correction`)
  if (entry.correction.state === 'discarded') return undefined
  return { action: 'correction-discarded', correction: 'discarded' }
}

function demandOwnAndOpen(entry: HeldEntry, person: Caller): void {
  // Another's entry is as good as none: who may not read it shall not learn that it is there.
  if (entry.deleted || !isOwn(person, entry.userId)) throw notFound(entry.id)
  if (!entry.source.startsWith(appSource(''))) {
    throw new ProblemError(
      'owned-by-source',
      `Timesheet ${entry.id} comes from "${entry.source}"; change it there`,
    )
  }
  if (entry.approved)
    throw new ProblemError('approved', `Timesheet ${entry.id} is approved; ask an approver to reopen it`)
}

/** Nobody decides on their own hours, nor on a correction that makes hours their own. */
function demandAnothers(entry: HeldEntry, approver: Caller): void {
  if (entry.deleted) throw notFound(entry.id)
  const corrected = entry.correction?.word?.userId ?? entry.userId
  if (isOwn(approver, entry.userId) || isOwn(approver, corrected)) {
    throw new ProblemError(
      'self-approval',
      `Timesheet ${entry.id} is your own; another approver decides on it`,
    )
  }
}

export function notFound(id: number | string): ProblemError {
  return new ProblemError('not-found', `There is no timesheet ${id}`)
}
