import { computeDigest } from '@timesheets/contracts/digest'
import type { Content } from '@timesheets/contracts/entry'
import { appSource, type Decision, type HeldEntry } from '../domain/decision.ts'
import { type CorrectionWord, contentOfWord } from './correction-word.ts'
import { Prisma } from './generated/client.ts'
import type { TimesheetModel } from './generated/models.ts'

/** What a decision changes in a row; version and time are the trigger's. */
export function changesOf(row: TimesheetModel, decision: Decision): Prisma.TimesheetUpdateInput {
  const { content, approvedBy, correction, returnedReason } = decision
  // What a person enters has no source that could say otherwise: the entry itself is the last word.
  const isOwn = row.source.startsWith(appSource(''))
  return {
    ...(content === undefined
      ? {}
      : content === null
        ? { deletedAt: new Date() }
        : { ...columnsOf(content), deletedAt: null }),
    ...(isOwn && content !== undefined
      ? { digest: content === null ? null : (computeDigest('', content) as Uint8Array<ArrayBuffer>) }
      : {}),
    ...(approvedBy === undefined ? {} : { approvedBy, approvedAt: approvedBy === null ? null : new Date() }),
    ...(correction === undefined ? {} : correctionColumns(correction)),
    ...(returnedReason === undefined ? {} : { returnedReason }),
  }
}

/** A discarded word is remembered; an applied one is the entry itself. */
function correctionColumns(correction: 'applied' | 'discarded' | 'none'): Prisma.TimesheetUpdateInput {
  if (correction === 'discarded') return { correctionState: 'discarded' }
  const correctionState = correction === 'applied' ? 'applied' : null
  return { correctionState, correction: Prisma.DbNull, acceptedDigest: null }
}

/** The columns that hold a content. */
export function columnsOf(content: Content) {
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

/** A row as a decision sees it. */
export function heldEntryOf(row: TimesheetModel): HeldEntry {
  const state = row.correctionState
  return {
    id: Number(row.id),
    userId: row.userId,
    source: row.source,
    approved: row.approvedAt !== null,
    deleted: row.deletedAt !== null,
    correction:
      state === 'pending' || state === 'discarded'
        ? { state, word: contentOfWord(row.correction as unknown as CorrectionWord) }
        : undefined,
    version: row.version,
  }
}
