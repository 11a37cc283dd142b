/** Which entries a list or a report is asked for; what is undefined does not matter. Tombstones never count. */
export interface EntryFilter {
  /** Whose: of several names, those of one person. */
  readonly userIds?: readonly string[] | undefined
  /** Days, both inclusive. */
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly project?: string | undefined
  readonly source?: string | undefined
  readonly approved?: boolean | undefined
  /** An instant, in ISO 8601. */
  readonly updatedAfter?: string | undefined
  /** Only what waits for a decision: unapproved, or with a pending correction. */
  readonly waiting?: boolean | undefined
}

/** A place in a list: below it stands what is older. */
export interface Place {
  /** `YYYY-MM-DD` */
  readonly day: string
  readonly id: number
}

/** What of the database a first page could see, so that later pages see the same, whatever is written meanwhile. */
export interface Sight {
  /** When it was taken, by the database's clock: milliseconds since 1970. */
  readonly takenAtMs: number
  /** Transactions from this one on had not begun to write. */
  readonly xmax: number
  /** Of those before, the ones that had not ended. */
  readonly inProgress: readonly number[]
}

/** As what a list is read: by default as it stands now. */
export interface Moment {
  /** As it stood then: an instant, in ISO 8601. */
  readonly asOf?: string | undefined
  /** As the first page saw it. */
  readonly sight?: Sight | undefined
}
