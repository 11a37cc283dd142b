/** Selects entries for a list or a report. A field that is undefined does not filter. Tombstones never match. */
export interface EntryFilter {
  /** Entries of one person, under any of their names. */
  readonly userIds?: readonly string[] | undefined
  /** First day, inclusive, `YYYY-MM-DD`. */
  readonly from?: string | undefined
  /** Last day, inclusive, `YYYY-MM-DD`. */
  readonly to?: string | undefined
  readonly project?: string | undefined
  readonly source?: string | undefined
  readonly approved?: boolean | undefined
  /** An instant in ISO 8601. */
  readonly updatedAfter?: string | undefined
  /** Only entries that need a decision: unapproved ones, and ones with a pending correction. */
  readonly needsDecision?: boolean | undefined
}

/** The position of an entry in a list that is sorted by day, then id, newest first. */
export interface KeysetPosition {
  /** `YYYY-MM-DD` */
  readonly day: string
  readonly id: number
}
