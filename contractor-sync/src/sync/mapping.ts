import type { IdentifiedEntry } from '../timesheets-api/client.ts'
import type { SourceRecord, TrackerEntry, TrackerPerson } from '../trackers/tracker.ts'
import type { People } from './people.ts'

/** What happens to a record: it is uploaded, or not. */
export type MappingResult = { readonly kind: 'item'; readonly item: IdentifiedEntry } | NotUploaded

/** A record that is counted, and not uploaded. */
export type NotUploaded = Skipped | Rejection

/** A record without final hours, which a later run uploads when it has some, or one that was already read. */
export interface Skipped {
  readonly kind: 'skipped'
  readonly why: 'running' | 'empty' | 'repeated'
}

/** An entry that does not reach Timesheets. */
export interface Rejection {
  readonly kind: 'rejected'
  readonly externalId: string
  /** The slug of the API's problem, or `unknown-person`, `unreadable-entry`, `too-large`. */
  readonly problem: string
  readonly reason: string
}

/**
 * Maps a record of a tracker to an entry of the API. Values that the API may reject (long notes, 30 hours a day) are
 * passed on unchanged, so that the rules have one place.
 */
export function mapRecord(record: SourceRecord, source: string, people: People): MappingResult {
  if (record.kind === 'unreadable') return reject(record.externalId, 'unreadable-entry', record.reason)
  if (record.kind === 'repeated') return { kind: 'skipped', why: 'repeated' }
  if (record.isRunning) return { kind: 'skipped', why: 'running' }
  if (isEmpty(record)) return { kind: 'skipped', why: 'empty' }
  const { externalId, person, date, project, hours, notes } = record
  const userId = people.resolveUserId(person)
  if (userId === undefined) {
    return reject(
      externalId,
      'unknown-person',
      `no user_id is known for ${describePerson(person)}; add it to the directory of people, or to PEOPLE_MAP`,
    )
  }
  return {
    kind: 'item',
    item: {
      user_id: userId,
      date,
      project,
      hours,
      ...(notes === null || notes === '' ? {} : { notes }),
      source,
      external_id: externalId,
    },
  }
}

/** The API stores whole seconds, so less than half a second is zero. */
function isEmpty({ hours }: TrackerEntry): boolean {
  return Math.round(Math.abs(hours) * 3600) === 0
}

function reject(externalId: string, problem: string, reason: string): Rejection {
  return { kind: 'rejected', externalId, problem, reason }
}

function describePerson({ id, email }: TrackerPerson): string {
  const names = [
    ...(email === undefined ? [] : [email]),
    ...(id === undefined ? [] : [`person ${id} of the tracker`]),
  ]
  return names.length === 0 ? 'a person without a name' : names.join(', ')
}
