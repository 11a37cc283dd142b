import { ConfigurationError } from '../errors.ts'
import type { RetryBudget } from '../http/retry.ts'
import type { ApiClient } from '../timesheets-api/client.ts'
import type { Tracker, TrackerAccess } from '../trackers/tracker.ts'
import { parseBookmark } from './bookmark.ts'
import { type DaysOptions, type RunDays, selectDays } from './days.ts'

/** What is known of a run before it takes the lease. */
export interface RunStart {
  readonly tracker: Tracker
  readonly api: Pick<ApiClient, 'listRuns' | 'getRun'>
  readonly retryBudget: Pick<RetryBudget, 'run'>
  readonly days: DaysOptions
  readonly windowDays: number
  readonly fullEveryDays: number
  /** The run that withheld the deletions that are allowed. */
  readonly allowDeletesOf: number | undefined
}

/** The account of a source of files, which belong to none. */
const fileAccount = 'files'

/** Finds what the tracker's credentials may see. Files belong to no account: they take the one that their source is bound to. */
export async function findAccess({ tracker, api, retryBudget }: RunStart): Promise<TrackerAccess> {
  if (tracker.checkAccess !== undefined) return await tracker.checkAccess()
  const [last] = await retryBudget.run(() => api.listRuns(tracker.source, 1))
  const areComplete = tracker.fingerprintFiles !== undefined
  return {
    account: last?.account ?? fileAccount,
    restriction: areComplete ? undefined : 'a file does not say that it is complete',
    at: undefined,
  }
}

/**
 * Finds the days of a run: those of the run that withheld the allowed deletions; else by the options and the bookmark of the last
 * run that ended well. If a person of the tracker has another `user_id` since the last run of all days, entries of any day move.
 * @param people which `user_id` each of the tracker's people has (`Roster.hash`); undefined for files
 * @throws ConfigurationError if the run that withheld the allowed deletions is of another source
 */
export async function findDays(start: RunStart, people: string | undefined, now: Date): Promise<RunDays> {
  const { tracker, api, retryBudget, days, allowDeletesOf } = start
  const { source } = tracker
  if (allowDeletesOf !== undefined) {
    const run = await retryBudget.run(() => api.getRun(allowDeletesOf))
    if (run.source !== source)
      throw new ConfigurationError(
        `--allow-deletes: run ${allowDeletesOf} is of the source ${run.source}, not ${source}`,
      )
    return selectDays({ since: run.from, until: run.to, full: run.mode === 'full' }, start, {}, now)
  }
  const runs = await retryBudget.run(() => api.listRuns(source, 20, 'succeeded'))
  const last = runs.find(({ bookmark }) => bookmark !== null)
  // Files are read to their end anyway; with all their days, they also show what is missing.
  const isSelected = days.since !== undefined || days.until !== undefined
  const before = parseBookmark(last?.bookmark ?? null)
  const havePeopleChanged = people !== undefined && people !== before.people
  const full = days.full || ((tracker.fingerprintFiles !== undefined || havePeopleChanged) && !isSelected)
  const { fullAt, filesFullAt } = before
  const lastFull = { fullAt: tracker.checkAccess === undefined ? filesFullAt : fullAt }
  return selectDays({ ...days, full }, start, lastFull, now)
}
