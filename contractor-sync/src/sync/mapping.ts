import type { SyncedEntry } from '../timesheets-api/synced-entry.ts'
import type { Person, Reading, TrackerEntry } from '../trackers/tracker.ts'
import type { People } from './people.ts'

/** What the sync does with a reading: it goes to the API, or aside. */
export type Mapped = { readonly kind: 'item'; readonly item: SyncedEntry } | Aside

/** What is not uploaded, and is accounted for all the same. */
export type Aside =
  /** There are no final hours in it yet, or none at all: a later run takes it when there are. */
  { readonly kind: 'skipped'; readonly why: 'running' | 'empty' } | Rejection

/** An entry that does not reach Timesheets, and why. */
export interface Rejection {
  readonly kind: 'rejected'
  readonly externalId: string
  /** The API's slug of the problem, or ours: `unknown-person`, `unreadable-entry`. */
  readonly problem: string
  readonly reason: string
}

/**
 * Turns what a tracker says into what the API takes. What the API may refuse (notes too long, 30 hours a day)
 * goes there as it is: nothing is cut or bent, and the rules stand in one place.
 */
export function mapReading(reading: Reading, source: string, people: People): Mapped {
  if (reading.kind === 'unreadable') return reject(reading.externalId, 'unreadable-entry', reading.reason)
  if (reading.isRunning) return { kind: 'skipped', why: 'running' }
  if (hasNoSecond(reading)) return { kind: 'skipped', why: 'empty' }
  const { externalId, person, date, project, hours, notes } = reading
  const userId = people.userIdOf(person)
  if (userId === undefined) {
    return reject(
      externalId,
      'unknown-person',
      `nobody here is ${describe(person)}; name them in the directory of people, or in PEOPLE_MAP`,
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

/** The API counts whole seconds, and so what is less than half of one is nothing. */
function hasNoSecond({ hours }: TrackerEntry): boolean {
  return Math.round(Math.abs(hours) * 3600) === 0
}

function reject(externalId: string, problem: string, reason: string): Rejection {
  return { kind: 'rejected', externalId, problem, reason }
}

function describe({ id, email }: Person): string {
  const names = [
    ...(email === undefined ? [] : [email]),
    ...(id === undefined ? [] : [`the tracker's person ${id}`]),
  ]
  return names.length === 0 ? 'a person without a name' : names.join(', ')
}
