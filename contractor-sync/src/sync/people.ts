import { type Directory, emptyDirectory } from '../timesheets-api/people-directory.ts'
import type { Person } from '../trackers/tracker.ts'

/** What becomes of somebody whom neither the map nor the directory names. */
export const unknownPersonRules = ['email', 'reject', 'tracker-id'] as const
export type UnknownPersonRule = (typeof unknownPersonRules)[number]

/** The tracker's id or e-mail of a person → the `user_id` in Timesheets. */
export type PeopleMap = ReadonlyMap<string, string>

/** Who is who: the tracker's people, by the names that Timesheets has for them. */
export class People {
  readonly #map: PeopleMap
  readonly #rule: UnknownPersonRule
  readonly #source: string
  readonly #directory: Directory

  /**
   * @param map of the operator, who has the last word
   * @param rule for those whom neither map nor directory names: `email`, the e-mail itself, in lower case, is the `user_id`,
   *   and who has none is unknown; `tracker-id`, the same, and who has none is `<source>:<id>`; `reject`, all are unknown
   */
  constructor(
    map: PeopleMap,
    rule: UnknownPersonRule,
    source: string,
    directory: Directory = emptyDirectory,
  ) {
    this.#map = map
    this.#rule = rule
    this.#source = source
    this.#directory = directory
  }

  /** @returns undefined for somebody unknown */
  userIdOf({ id, email, userId }: Person): string | undefined {
    for (const name of [id, email, userId]) {
      const mapped = name === undefined ? undefined : this.#map.get(keyOf(name))
      if (mapped !== undefined) return mapped
    }
    if (userId !== undefined) return userId
    const { byTrackerId, byEmail } = this.#directory
    const address = email === undefined ? '' : keyOf(email)
    const known = byTrackerId.get(id ?? '') ?? byEmail.get(address)
    if (known !== undefined) return known
    if (this.#rule === 'reject') return undefined
    if (address !== '') return address
    return this.#rule === 'tracker-id' && id !== undefined ? `${this.#source}:${id}` : undefined
  }
}

/**
 * Reads a map of people: a JSON object.
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
      if (typeof userId !== 'string' || userId === '') throw new Error(`names no user_id for "${name}"`)
      return [keyOf(name), userId]
    }),
  )
}

/** E-mail addresses are written in any case, and mean the same person. */
const keyOf = (name: string) => name.trim().toLowerCase()
