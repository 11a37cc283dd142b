import { hash } from 'node:crypto'
import type { Tracker, TrackerPerson } from '../trackers/tracker.ts'
import { KnownNames } from './known-names.ts'
import type { People } from './people.ts'

/** The people of the tracker, and who they are in Timesheets. */
export interface Roster {
  readonly people: People
  readonly listed: readonly TrackerPerson[]
  /**
   * A hash of the `user_id` that each of the tracker's people has: with another hash, entries of any day may belong to another
   * one. Undefined for files, which list no people.
   */
  readonly hash: string | undefined
}

/** Reads the people of the tracker, before its entries, so that the person of each entry is known. */
export async function readRoster(
  tracker: Pick<Tracker, 'listPeople'>,
  readPeople: () => Promise<People>,
): Promise<Roster> {
  const people = await readPeople()
  const listed = await tracker.listPeople?.()
  return { people, listed: listed ?? [], hash: listed && hashUserIds(listed, people) }
}

/** The names of the people now, and of those in earlier runs. */
export function listKnownNames(before: string | undefined, { people, listed }: Roster): KnownNames {
  const knownNames = new KnownNames(before)
  for (const person of listed) {
    const { id } = person
    if (id !== undefined) for (const name of listNames(person, people)) knownNames.add({ name, id })
  }
  return knownNames
}

/**
 * The names of a person in Unicode NFC, as the API names people in digests. A person may be stored under the e-mail address if the
 * directory names another `user_id` only since today.
 */
export function listNames(person: TrackerPerson, people: People): string[] {
  const userId = people.resolveUserId(person)
  return [userId, person.email?.trim().toLowerCase()].flatMap((name) => name?.normalize('NFC') ?? [])
}

function hashUserIds(listed: readonly TrackerPerson[], people: People): string {
  const lines = listed.map((person) => JSON.stringify([person.id, people.resolveUserId(person)]))
  return hash('sha256', lines.sort().join('\n'), 'base64url').slice(0, 16)
}
