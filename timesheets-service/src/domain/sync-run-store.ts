import type {
  Rejection,
  StartedSyncRun,
  SyncRun,
  SyncRunBody,
  SyncRunPatch,
  SyncRunState,
} from '@timesheets/contracts/sync-run'

/** What a run could not place. */
export interface NewRejection {
  readonly externalId: string | null
  readonly problem: Rejection['problem']
  /** What was sent: any JSON value. */
  readonly sent: unknown
}

/** Selects runs. */
export interface SyncRunFilter {
  /** Only runs of these sources; undefined for all. */
  readonly sources?: readonly string[] | undefined
  /** Only runs of this client. */
  readonly client?: string | undefined
  readonly state?: SyncRunState | undefined
  /** Only runs before this one. */
  readonly before?: number | undefined
  readonly limit: number
}

/** A part of a list of runs. */
export interface SyncRunPage {
  readonly runs: readonly SyncRun[]
  /** Whether there are runs after these. */
  readonly hasMore: boolean
}

/** Selects the entries of a source by their latest source version. */
export interface DigestRequest {
  readonly source: string
  /** First day, inclusive, `YYYY-MM-DD`. */
  readonly from: string
  /** Last day, inclusive. */
  readonly to: string
  /** Compute each digest again from the stored fields. */
  readonly recompute: boolean
}

/** The counts of a run's report. */
export interface SourceStats {
  readonly rejected: number
  readonly withheld: number
  readonly held: number
  readonly deleted: number
  readonly differingDays: number
  /** Whether a run of the source can prove that both sides are equal. */
  readonly provable: boolean
}

/** What the last runs of a source found. */
export interface SourceState {
  readonly source: string
  /** When the last run ended that proved both sides equal. */
  readonly provenAt: Date | null
  /** When the last run succeeded that was not only a comparison. */
  readonly succeededAt: Date | null
  /** The stats of the last run that compared both sides. One that failed before says nothing about them. */
  readonly comparedStats: SourceStats | null
  /** The same without runs that only compare. */
  readonly syncedStats: SourceStats | null
  /** The stats of the last run that wrote, also if it failed. */
  readonly writtenStats: SourceStats | null
}

/** Stores sync runs, and reads what they compare. */
export interface SyncRunStore {
  /**
   * Takes the lease of a source. A run of the source whose lease has expired is over then.
   * @param isOwner whether the client owns the source, by the first client that wrote to it
   * @throws {DomainError} `source-not-yours`, `other-account`, `sync-run-active`
   */
  start(
    body: SyncRunBody,
    clientId: string,
    isOwner: (firstClient: string | undefined) => boolean,
  ): Promise<StartedSyncRun>

  /**
   * Renews the lease of a run, and stores its report. The same end again changes nothing.
   * @throws {DomainError} `sync-run-over`
   */
  patch(run: SyncRun, patch: SyncRunPatch): Promise<SyncRun>

  /** @returns undefined if there is no such run */
  find(id: number): Promise<SyncRun | undefined>

  /** Lists runs, newest first. Where their reports are large, a page has fewer runs than its limit. */
  list(filter: SyncRunFilter): Promise<SyncRunPage>

  /** The first client that wrote to a source; undefined if none has. */
  findFirstClient(source: string): Promise<string | undefined>

  /** The sources to which a client wrote first. */
  listFirstSources(clientId: string): Promise<readonly string[]>

  /**
   * Sums the digests of a source by day and person, as NDJSON in chunks of bounded size. An entry whose latest source version
   * does not change while they are read is counted exactly once.
   */
  sumDigests(request: DigestRequest): AsyncIterable<string>

  /** Reads the digests of the entries of a person, by id, as NDJSON in chunks of bounded size. */
  listEntries(request: DigestRequest, userId: string): AsyncIterable<string>

  /**
   * Keeps rejections that the sync reports, and renews the lease.
   * @returns how many were not kept before
   * @throws {DomainError} `sync-run-over`, `too-many-rejections`
   */
  addRejections(run: SyncRun, rejections: readonly NewRejection[]): Promise<number>

  /** Lists the rejections of a run, oldest first. */
  listRejections(runId: number, after: number | undefined, limit: number): Promise<readonly Rejection[]>

  /** Lists the sources that a sync has written to, the oldest first. */
  listSourceStates(limit: number): Promise<readonly SourceState[]>

  /**
   * Deletes some of the rejections that are older than this. Replicas that do so at the same time delete different ones.
   * @returns whether there may be more
   */
  deleteOldRejections(days: number): Promise<boolean>
}
