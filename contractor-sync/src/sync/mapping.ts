import { fitNotes } from '@timesheets/exports/notes'
import type { UploadItem } from '../timesheets-api/client.ts'
import type { EntryDetails, SourceRecord, TrackerEntry, TrackerPerson } from '../trackers/tracker.ts'
import type { People } from './people.ts'

/** Far above what the API accepts (200 characters), and below its limit for a line. */
const maxTextLength = 10_000
const tooLarge = 'the name of its project is too long (200 characters at most)'

/** What happens to a record: it is uploaded, or not. */
export type MappingResult = MappedItem | NotUploaded

export interface MappedItem {
  readonly kind: 'item'
  readonly item: UploadItem
  readonly details: EntryDetails
}

/** A record that is counted, and not uploaded. */
export type NotUploaded = Skipped | Rejection

/** A record without final hours, which a later run uploads when it has some, or one that was already read. */
export type Skipped =
  | {
      readonly kind: 'skipped'
      readonly why: 'running'
      readonly externalId: string
      readonly details: EntryDetails
    }
  | { readonly kind: 'skipped'; readonly why: 'repeated'; readonly externalId: string }

/** An entry that does not reach Timesheets. */
export interface Rejection {
  readonly kind: 'rejected'
  readonly externalId: string
  /** The slug of the API's problem, or `unknown-person`, `unreadable-entry`, `too-large`. */
  readonly problem: string
  readonly reason: string
  readonly details: EntryDetails
}

/**
 * Maps a record of a tracker to an item of an upload. An entry without hours becomes a tombstone, because it may have
 * hours in Timesheets from an earlier run. Notes are made to fit, because they must not cost hours. Other values that the
 * API may reject (30 hours a day) are passed on unchanged, so that the rules have one place.
 */
export function mapRecord(record: SourceRecord, source: string, people: People): MappingResult {
  if (record.kind === 'unreadable') {
    const { externalId, reason, details = {} } = record
    return reject(externalId, 'unreadable-entry', reason, details)
  }
  if (record.kind === 'repeated') return { kind: 'skipped', why: 'repeated', externalId: record.externalId }
  const { externalId, person, date, project, hours, notes, position } = record
  const userId = people.resolveUserId(person)
  const known = {
    person: userId ?? describePerson(person),
    day: date,
    project,
    ...(position === undefined ? {} : { position }),
  }
  if (record.isRunning) return { kind: 'skipped', why: 'running', externalId, details: known }
  const details = { ...known, hours }
  if (isEmpty(record)) {
    // The identity alone decides what is deleted: this must not fail because the person is no longer known.
    const user_id = userId ?? source
    return { kind: 'item', item: { user_id, source, external_id: externalId, deleted: true }, details }
  }
  if (userId === undefined) {
    return reject(externalId, 'unknown-person', explainUnknown(person), details)
  }
  const { notes: fitting, change } = fitNotes(notes ?? '')
  const item = {
    user_id: userId,
    date,
    project,
    hours,
    ...(fitting === '' ? {} : { notes: fitting }),
    source,
    external_id: externalId,
  }
  if (project.length > maxTextLength) return reject(externalId, 'too-large', tooLarge, details)
  return { kind: 'item', item, details: change === undefined ? details : { ...details, notes: change } }
}

/** The API stores whole seconds, so less than half a second is zero. */
function isEmpty({ hours }: TrackerEntry): boolean {
  return Math.round(Math.abs(hours) * 3600) === 0
}

function reject(externalId: string, problem: string, reason: string, details: EntryDetails): Rejection {
  return { kind: 'rejected', externalId, problem, reason, details }
}

function explainUnknown(person: TrackerPerson): string {
  const described = describePerson(person)
  return described === undefined
    ? 'the row names no person'
    : `no user_id is known for ${described}; add it to the directory of people, or to PEOPLE_MAP`
}

function describePerson({ id, email }: TrackerPerson): string | undefined {
  const names = [
    ...(email === undefined ? [] : [email]),
    ...(id === undefined ? [] : [`person ${id} of the tracker`]),
  ]
  return names.length === 0 ? undefined : names.join(', ')
}
