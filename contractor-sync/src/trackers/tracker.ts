import type { NotesChange } from '@timesheets/exports/notes'
import type { InferConfig, Settings } from '@timesheets/runtime/config'
import type { IdTable } from '../compact/id-table.ts'
import type { RateBudget } from '../http/rate-limiter.ts'
import type { Window } from './window.ts'

/** The person of an entry, by the names that the tracker has. */
export interface TrackerPerson {
  /** The tracker's own id. */
  readonly id?: string
  readonly email?: string
  /** The `user_id` in Timesheets, if the tracker knows it. */
  readonly userId?: string
}

/** What people recognize an entry by, as far as it is known. */
export interface EntryDetails {
  /** The `user_id`, or the person's name in the tracker. */
  readonly person?: string | undefined
  readonly day?: string | undefined
  readonly project?: string | undefined
  /** As text if it is not a number. */
  readonly hours?: number | string | undefined
  /** Where it was read: `hours.csv, line 17`. */
  readonly position?: string | undefined
  /** What was changed in its notes, so that its hours can be stored. */
  readonly notes?: NotesChange | undefined
}

/** An entry of a tracker, in the terms that all trackers share. */
export interface TrackerEntry {
  readonly kind: 'entry'
  /** Its identity in the tracker; never changes. */
  readonly externalId: string
  readonly person: TrackerPerson
  /** `YYYY-MM-DD`, or a date-time with offset, as the contract takes it. */
  readonly date: string
  readonly project: string
  readonly hours: number
  readonly notes: string | null
  /** Its timer runs: the hours are not final. */
  readonly isRunning: boolean
  /** Its identity was derived from its content, because a file has no ids. */
  readonly isDerived?: boolean
  /** Where it was read, for a tracker of files: `hours.csv, line 17`. */
  readonly position?: string
  /** The file in which it was read. */
  readonly file?: string
}

/** A record of the tracker that cannot be read. It is reported, never dropped. */
export interface UnreadableRecord {
  readonly kind: 'unreadable'
  /** The identity; the position of the record if the identity cannot be read. */
  readonly externalId: string
  /** The field, and what is wrong with it. */
  readonly reason: string
  readonly details?: EntryDetails
}

/** A record that was read twice with the same content. It is counted, and not uploaded again. */
export interface RepeatedRecord {
  readonly kind: 'repeated'
  readonly externalId: string
}

/** A record of a tracker after validation. */
export type SourceRecord = TrackerEntry | UnreadableRecord | RepeatedRecord

/** What the tracker's credentials belong to, and whether they see everybody. */
export interface TrackerAccess {
  /** The id of the account or workspace. A source is bound to one. */
  readonly account: string
  /** Why it is not shown that the credentials see the hours of all people; undefined if it is. */
  readonly restriction: string | undefined
  /** The clock of the tracker, if it sent it. */
  readonly at: Date | undefined
}

/** What a read uses and reports beside the records. */
export interface ReadOptions {
  /** Numbers the ids of all reads of a run, so that each is kept once, whatever is kept of it. */
  readonly ids?: IdTable
  /** Called with the number of entries as soon as it is known. */
  readonly onTotal?: (total: number) => void
  /** Called if the list was not complete, although it was read to its end: its own total does not match, for example. */
  readonly onIncomplete?: (reason: string) => void
}

/** Which entries to read. Days and `updatedSince` both restrict it. */
export interface Selection extends Window {
  /** RFC 3339: only entries changed since. Requires `readsChanges`. */
  readonly updatedSince?: string
  /** The stored id of a changed row, by the id that is derived from it now (`sync/changed-rows.ts`). */
  readonly pairs?: ReadonlyMap<string, string>
}

/** A tracker as the sync sees it. This interface is all that the sync knows of a tracker. */
export interface Tracker {
  /** The `source` of its entries in Timesheets. */
  readonly source: string
  /** True if `updatedSince` is supported, so that edits of entries of any age are found. */
  readonly readsChanges: boolean
  /**
   * Reads every entry of the selection at least once, as a stream with at most one page in memory.
   * @throws {ConfigurationError} the tracker denies access, or a setting is wrong
   * @throws {TransientError} it is down, or its quota is used up
   * @throws {InvalidResponseError} a response has an unexpected shape; the message names the field
   */
  read(selection: Selection, options?: ReadOptions): AsyncIterable<SourceRecord>
  /** Looks one entry up; returns undefined if the tracker no longer has it. Absent if it has no lookup. */
  readonly find?: (externalId: string) => Promise<SourceRecord | undefined>
  /**
   * Whether an id has the form of this tracker's ids. Of one that another program uploaded under the same source, a lookup says
   * nothing. If absent, every id has it.
   */
  readonly isOwnId?: (externalId: string) => boolean
  /**
   * Asks the tracker what the credentials may see. Absent for a tracker that does not list everything, such as a file:
   * what it does not list may still exist, so nothing is deleted.
   */
  readonly checkAccess?: () => Promise<TrackerAccess>
  /** Lists all people whose hours the tracker may have, active and archived ones. Absent together with `checkAccess`. */
  readonly listPeople?: () => Promise<readonly TrackerPerson[]>
  /**
   * Identifies the content of each file, by its name. Present only if the files are declared to be complete for their people
   * and days, so that what they do not list is deleted. Absent if the tracker is a service. `read` then reports as incomplete
   * what it leaves out of a file.
   */
  readonly fingerprintFiles?: () => Promise<ReadonlyMap<string, string>>
  /** How often each field was sent that this program does not know. */
  readonly unknownFields?: ReadonlyMap<string, number>
  /**
   * What was recognized in files during the last read, and what was left out of them, for people. Absent if the tracker is a
   * service: then `check` reads as little as `probe` does, and otherwise all records.
   */
  readonly notices?: readonly string[]
  /** Reads as little as proves that a run can read, and returns a short description of what it found. */
  probe(): Promise<string>
}

/** The HTTP client of a tracker: keeps its rate budget, retries transient errors, and explains error statuses. */
export interface TrackerClient {
  /**
   * Requests JSON.
   * @param options.errorHints what an operator should do about a status: 401, 403, …
   * @param options.allowNotFound return an undefined body for 404 instead of an error
   * @throws the errors of `requestJson`, after the retries
   * @throws {ConfigurationError} a status that has a hint
   * @throws {InvalidResponseError} any other status than 200
   */
  get(
    url: string,
    options: {
      readonly headers?: Readonly<Record<string, string>>
      readonly errorHints: Readonly<Record<number, string>>
      readonly allowNotFound?: boolean
    },
  ): Promise<TrackerResponse>
}

export interface TrackerResponse {
  /** Parsed JSON; undefined for an allowed 404. */
  readonly body: unknown
  /** The tracker's clock when it responded (`Date` header), if it sent it. */
  readonly at: Date | undefined
}

/** A kind of tracker: its settings, its rate budget, and how to open it. */
export interface TrackerDefinition<S extends Settings = Settings> {
  /** For people: "Harvest". */
  readonly name: string
  /** The environment variable of its URL or path, for error messages. */
  readonly urlSetting: string
  readonly settings: S
  /** Null: no limit, because it is not a service. */
  readonly rateBudget: RateBudget | null
  /** @param signal ends work that does not go through `client`, such as reading a file */
  open(config: InferConfig<S>, client: TrackerClient, signal?: AbortSignal): Tracker
}

/** Types the configuration that `open` receives by the settings of the definition. */
export function defineTracker<const S extends Settings>(definition: TrackerDefinition<S>): TrackerDefinition {
  return definition as unknown as TrackerDefinition
}
