import type { RetryBudget } from '../http/retry.ts'
import type { ApiClient, UploadItem } from '../timesheets-api/client.ts'
import type { EntryDetails, Tracker } from '../trackers/tracker.ts'
import type { DaySlots } from './day-slots.ts'
import type { RunDays } from './days.ts'
import type { FileCoverage } from './file-coverage.ts'
import type { IncompleteReads } from './incomplete-reads.ts'
import type { KnownNames } from './known-names.ts'
import type { People } from './people.ts'
import type { SmallHeap } from './small-heap.ts'
import type { TrackerSide } from './tracker-side.ts'

/** `verify` only compares; `plan` also asks the API what an upload would do. Both write nothing. */
export type SyncMode = 'sync' | 'plan' | 'verify'

/** Files that list everything of their people and days. */
export interface CompleteFiles {
  readonly coverage: FileCoverage
  /** Identifies the content of each before it was read, by its name. */
  readonly fingerprints: ReadonlyMap<string, string>
}

/** Whether the tracker lists all entries of a person and day. */
export function listsAll(
  { isWhole, completeFiles }: Pick<RunContext, 'isWhole' | 'completeFiles'>,
  userId: string,
  day: string,
): boolean {
  return isWhole || (completeFiles !== undefined && completeFiles.coverage.listFiles(userId, day).length > 0)
}

/** Identifies the content of the files that are complete for a person and day; undefined for a service. */
export function listFingerprints(
  { completeFiles }: Pick<RunContext, 'completeFiles'>,
  userId: string,
  day: string,
): readonly string[] | undefined {
  if (completeFiles === undefined) return undefined
  const { coverage, fingerprints } = completeFiles
  return coverage.listFiles(userId, day).map((file) => fingerprints.get(file) ?? '')
}

/** What the steps of one run share. */
export interface RunContext {
  readonly mode: SyncMode
  readonly tracker: Tracker
  readonly api: ApiClient
  readonly retryBudget: RetryBudget
  readonly runId: number
  readonly people: People
  /** Names that the tracker's people have and had. */
  readonly knownNames: KnownNames
  readonly days: RunDays
  readonly slots: DaySlots
  readonly trackerSide: TrackerSide
  /** Compute stored digests again from the stored fields. */
  readonly recompute: boolean
  /** Whether the tracker lists everything that it has. A file does not. */
  readonly isWhole: boolean
  /** Files that are declared to be complete; absent if they are not, if the tracker is a service, or in a run of some days. */
  readonly completeFiles: CompleteFiles | undefined
  /** The stored ids of changed rows (`changed-rows.ts`), for each read. */
  readonly pairs: ReadonlyMap<string, string>
  readonly heap: SmallHeap
  /** Ends the run. */
  readonly signal: AbortSignal
  /** Why a read was not complete. */
  readonly incompleteReads: IncompleteReads
  /** Whether a dry run has already asked what would become of an entry. */
  isPlanned(externalId: string): boolean
  /** Uploads an entry, in a dry run once; uploads nothing in a run that only compares. */
  send(item: UploadItem, details?: EntryDetails): Promise<void>
}
