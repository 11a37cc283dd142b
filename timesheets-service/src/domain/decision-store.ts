import type { Content } from '@timesheets/contracts/entry'
import type { StoredEntry } from '@timesheets/contracts/stored-entry'
import type { Actor } from './caller.ts'
import type { Decision, LockedEntry } from './decision.ts'
import type { DomainError } from './domain-error.ts'

/** An entry after a decision. */
export interface DecisionResult {
  readonly entry: StoredEntry
  readonly isChanged: boolean
}

/** Makes a decision about a locked entry; undefined leaves the entry as it is. Throws a `DomainError` to reject it. */
export type Decide = (entry: LockedEntry) => Decision | undefined

/** Entries by id, or the entries of one person in a range of days (both inclusive, `YYYY-MM-DD`). */
export type EntrySelection =
  | { readonly ids: readonly number[] }
  | { readonly userId: string; readonly from: string; readonly to: string }

/** Stores what people enter and decide. Each call is one transaction that locks the entries it decides on. */
export interface DecisionStore {
  /** Stores hours that a person enters. */
  create(content: Content, actor: Actor): Promise<StoredEntry>

  /** @throws {DomainError} `no-such-entry`, `busy`, and what `decide` throws */
  decideOne(id: number, actor: Actor, decide: Decide): Promise<DecisionResult>

  /**
   * Decides on each selected entry by itself; a rejection does not affect the others.
   * @returns results by entry id; an id that does not exist has none
   * @throws {DomainError} `too-many-entries`, `busy`
   */
  decideMany(
    selection: EntrySelection,
    actor: Actor,
    decide: Decide,
  ): Promise<ReadonlyMap<number, DecisionResult | DomainError>>
}
