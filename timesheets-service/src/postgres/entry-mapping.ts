import { computeDigest } from '@timesheets/contracts/digest'
import type { Content } from '@timesheets/contracts/entry'
import { appSource, type Decision, type LockedEntry } from '../domain/decision.ts'
import { Prisma } from './generated/client.ts'

/** The latest source version of an approved entry, as the column `correction` stores it. */
export type StoredCorrection = { readonly deleted: true } | StoredContent

interface StoredContent {
  readonly user_id: string
  readonly day: string
  readonly instant: string
  readonly date: string
  readonly project: string
  readonly seconds: number
  readonly notes: string | null
}

/** @param content null for a tombstone */
export function toStoredCorrection(content: Content | null): StoredCorrection {
  if (content === null) return { deleted: true }
  return {
    user_id: content.userId,
    day: content.day,
    instant: new Date(content.instantMs).toISOString(),
    date: content.dateWritten,
    project: content.project,
    seconds: content.seconds,
    notes: content.notes,
  }
}

/** @returns null for a tombstone */
export function fromStoredCorrection(correction: StoredCorrection): Content | null {
  if ('deleted' in correction) return null
  return {
    userId: correction.user_id,
    day: correction.day,
    instantMs: Date.parse(correction.instant),
    dateWritten: correction.date,
    project: correction.project,
    seconds: correction.seconds,
    notes: correction.notes,
  }
}

/** A row as `sql/lock-rows.ts` selects it. */
export interface LockedRow {
  readonly id: bigint
  readonly user_id: string
  readonly source: string
  readonly approved: boolean
  readonly deleted: boolean
  readonly correction: StoredCorrection | null
  readonly correction_state: string | null
  readonly version: number
  readonly updated_at: Date
}

export function toLockedEntry(row: LockedRow): LockedEntry {
  const { user_id: userId, source, approved, deleted, correction, correction_state: state, version } = row
  return {
    id: Number(row.id),
    userId,
    source,
    approved,
    deleted,
    correction:
      correction !== null && (state === 'pending' || state === 'discarded')
        ? { state, content: fromStoredCorrection(correction) }
        : undefined,
    version,
    updatedAt: row.updated_at.toISOString(),
  }
}

/** The columns that store a content. */
export function toContentColumns(content: Content) {
  return {
    userId: content.userId,
    day: new Date(content.day),
    instant: new Date(content.instantMs),
    dateWritten: content.dateWritten,
    project: content.project,
    seconds: content.seconds,
    notes: content.notes,
  }
}

/** The columns that a decision changes. The trigger sets `version` and `updated_at`. */
export function toDecisionColumns(entry: LockedEntry, decision: Decision) {
  const { action, content, approvedBy, correction, returnedReason } = decision
  return {
    action,
    ...(content === undefined ? {} : toAcceptedColumns(entry, content)),
    ...(approvedBy === undefined ? {} : { approvedBy, approvedAt: approvedBy === null ? null : new Date() }),
    ...(correction === undefined ? {} : toCorrectionColumns(correction)),
    ...(returnedReason === undefined ? {} : { returnedReason }),
  } satisfies Prisma.TimesheetUpdateInput
}

/** @param content null deletes the entry */
function toAcceptedColumns(entry: LockedEntry, content: Content | null): Prisma.TimesheetUpdateInput {
  const columns =
    content === null ? { deletedAt: new Date() } : { ...toContentColumns(content), deletedAt: null }
  // A person entered these hours in an app, so no upload compares them: the entry itself is the latest source version.
  if (entry.source.startsWith(appSource(''))) return { ...columns, digest: computeOwnDigest(content) }
  return columns
}

/** The digest of hours that a person entered; they have no external id. */
export function computeOwnDigest(content: Content): Uint8Array<ArrayBuffer>
export function computeOwnDigest(content: Content | null): Uint8Array<ArrayBuffer> | null
export function computeOwnDigest(content: Content | null): Uint8Array<ArrayBuffer> | null {
  return content === null ? null : Uint8Array.from(Buffer.from(computeDigest('', content), 'hex'))
}

/** A discarded correction stays stored, so that it is not held again; an applied one is the entry itself. */
function toCorrectionColumns(correction: 'applied' | 'discarded' | 'none'): Prisma.TimesheetUpdateInput {
  if (correction === 'discarded') return { correctionState: 'discarded' }
  const correctionState = correction === 'applied' ? 'applied' : null
  return { correctionState, correction: Prisma.DbNull, acceptedDigest: null }
}
