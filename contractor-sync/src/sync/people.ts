import { emptyDirectory, type PeopleDirectory } from '../timesheets-api/people-directory.ts'
import type { TrackerPerson } from '../trackers/tracker.ts'

/** UNKNOWN_PERSON: what to do about a person who is neither in the map nor in the directory. */
export const unknownPersonRules = ['email', 'reject', 'tracker-id'] as const
export type UnknownPersonRule = (typeof unknownPersonRules)[number]

/** PEOPLE_MAP: a person's id or e-mail in the tracker → the `user_id` in Timesheets. Keys are in lower case. */
export type PeopleMap = ReadonlyMap<string, string>

/** Finds the `user_id` of a tracker's people. */
export class People {
  readonly #map: PeopleMap
  readonly #rule: UnknownPersonRule
  readonly #source: string
  readonly #directory: PeopleDirectory

  /**
   * @param map the operator's map, which comes first
   * @param rule for a person in neither map nor directory: `email` takes the e-mail address, in lower case, as `user_id`,
   *   and rejects a person without one; `tracker-id` does the same, but takes `<source>:<id>` for a person without one;
   *   `reject` rejects both
   */
  constructor(
    map: PeopleMap,
    rule: UnknownPersonRule,
    source: string,
    directory: PeopleDirectory = emptyDirectory,
  ) {
    this.#map = map
    this.#rule = rule
    this.#source = source
    this.#directory = directory
  }

  /** @returns undefined for an unknown person */
  resolveUserId({ id, email, userId }: TrackerPerson): string | undefined {
    for (const name of [id, email, userId]) {
      const mapped = name === undefined ? undefined : this.#map.get(normalizeName(name))
      if (mapped !== undefined) return mapped
    }
    if (userId !== undefined) return userId
    const { byTrackerId, byEmail } = this.#directory
    const address = email === undefined ? '' : normalizeName(email)
    const known = byTrackerId.get(id ?? '') ?? byEmail.get(address)
    if (known !== undefined) return known
    if (this.#rule === 'reject') return undefined
    if (address !== '') return address
    return this.#rule === 'tracker-id' && id !== undefined ? `${this.#source}:${id}` : undefined
  }
}

/**
 * Parses PEOPLE_MAP, a JSON object.
 * @throws an Error that says what is wrong, for the configuration's report
 */
export function parsePeopleMap(text: string): PeopleMap {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new Error('is not JSON')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error('is not a JSON object: {"kim@example.com": "007", "1782959": "007"}')
  }
  return new Map(
    Object.entries(value).map(([name, userId]) => {
      if (typeof userId !== 'string' || userId === '') throw new Error(`has no user_id for "${name}"`)
      return [normalizeName(name), userId]
    }),
  )
}

/** E-mail addresses are compared without regard to case. */
const normalizeName = (name: string) => name.trim().toLowerCase()
