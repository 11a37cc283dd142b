import type { InferConfig, Settings } from '@timesheets/runtime/config'
import type { RateBudget } from '../http/rate-limiter.ts'
import type { Window } from './window.ts'

/** Whose hours they are, as far as the tracker tells. */
export interface Person {
  /** The tracker's own id. */
  readonly id?: string
  readonly email?: string
  /** Where the tracker knows what Timesheets calls this person. */
  readonly userId?: string
}

/** Hours worked, as a tracker has them, in words that all trackers share. */
export interface TrackerEntry {
  readonly kind: 'entry'
  /** Its identity in the tracker, for ever. */
  readonly externalId: string
  readonly person: Person
  /** A day, or a date-time with offset, as the contract takes it. */
  readonly date: string
  readonly project: string
  readonly hours: number
  readonly notes: string | null
  /** Its timer runs: the hours are not final. */
  readonly isRunning: boolean
}

/** A record of the tracker that cannot be understood, while others can: it is reported, never dropped. */
export interface UnreadableEntry {
  readonly kind: 'unreadable'
  /** The identity, or where the record stands if that is what cannot be read. */
  readonly externalId: string
  /** Which field, and what is wrong with it. */
  readonly reason: string
}

export type Reading = TrackerEntry | UnreadableEntry

/** Which entries are asked for. */
export interface Selection extends Window {
  /** RFC 3339: only what changed since. Only where `readsChanges`. */
  readonly updatedSince?: string
}

/** What a sync needs of a tracker, and all that it knows of it. */
export interface Tracker {
  /** What the `source` of its entries says. */
  readonly source: string
  /** True where `updatedSince` is understood: edits of any age show. */
  readonly readsChanges: boolean
  /**
   * Every entry of the selection, each at least once, as a stream: no more than a page in memory.
   * @param onTotal told how many there will be, once that is known
   * @throws {Refused} the tracker does not let us in, or its settings lead nowhere
   * @throws {Outage} it is down, or its quota used up
   * @throws {UnexpectedAnswer} its answers are of another shape; the message names the field
   */
  read(selection: Selection, onTotal?: (total: number) => void): AsyncIterable<Reading>
  /** One entry; undefined where the tracker has it no more. Absent where a tracker cannot be asked. */
  readonly find?: (externalId: string) => Promise<Reading | undefined>
  /** Asks for as little as shows that reading will work, and says in a few words what it found. */
  probe(): Promise<string>
}

/**
 * Asks a tracker for JSON: paced by its budget, repeated while it is down, refused with advice.
 * @param advice what an operator should do about a status: 401, 403, …
 * @returns undefined for a 404 that is no fault (`missing: true`)
 */
export type Ask = (
  url: string,
  options: {
    readonly headers?: Readonly<Record<string, string>>
    readonly advice: Readonly<Record<number, string>>
    readonly missing?: boolean
  },
) => Promise<TrackerAnswer>

export interface TrackerAnswer {
  /** Undefined: there is no such thing there. */
  readonly body: unknown
  /** The tracker's own clock when it answered, as far as it says. */
  readonly at: Date | undefined
}

/** A kind of tracker: its own settings, how often it may be asked, and how it is opened. */
export interface TrackerKind<S extends Settings = Settings> {
  /** For people. */
  readonly name: string
  /** The variable that says where it is. */
  readonly locatedBy: string
  readonly settings: S
  /** Null: it is no service, and may be read as fast as may be. */
  readonly rateBudget: RateBudget | null
  /** @param signal ends what the tracker does without `ask`: the reading of a file */
  open(config: InferConfig<S>, ask: Ask, signal?: AbortSignal): Tracker
}

/** Gives a kind's `open` its own configuration's type; to the rest of the program all kinds are alike. */
export function trackerKind<const S extends Settings>(kind: TrackerKind<S>): TrackerKind {
  return kind as unknown as TrackerKind
}
