import type { SyncConfig } from '../config.ts'
import { InterruptedError } from '../errors.ts'
import { RateLimiter } from '../http/rate-limiter.ts'
import { RetryBudget } from '../http/retry.ts'
import type { AccessToken } from '../timesheets-api/access-token.ts'
import { ApiClient } from '../timesheets-api/client.ts'
import { readDirectory } from '../timesheets-api/people-directory.ts'
import type { Tracker } from '../trackers/tracker.ts'
import { createTrackerClient } from '../trackers/tracker-client.ts'
import { abortAfterGracePeriod } from './grace-period.ts'
import type { SyncObserver } from './observer.ts'
import { People } from './people.ts'
import { runPipeline } from './pipeline.ts'
import { Report } from './report.ts'
import type { SyncMode } from './run-context.ts'

/** Messages that a dry run shows by default, because they are its purpose. */
const defaultShownOfDryRun = 20
const shownRejections = 10
/** SIGKILL follows 30 s after SIGTERM (terminationGracePeriodSeconds); leave time to finish a batch and report. */
const graceMs = 10_000

/** The options of the command line that concern one run. */
export interface RunOptions {
  readonly since: string | undefined
  readonly until: string | undefined
  readonly full: boolean
  readonly mode: SyncMode
  /** The run that withheld the deletions to make; undefined: none are allowed. */
  readonly allowDeletesOf: number | undefined
  /** How many of the API's messages to show; undefined: none, or the first ones of a dry run. */
  readonly show: number | undefined
}

/** Composes one run from its configuration, and runs it. */
export async function run(
  config: SyncConfig,
  options: RunOptions,
  token: AccessToken,
  observer: SyncObserver,
  signal: AbortSignal,
): Promise<Report> {
  const deadline = new AbortController()
  const timer = setTimeout(
    () => deadline.abort(createDeadlineError(config.deadlineSeconds)),
    config.deadlineSeconds * 1000,
  ).unref() // an error below must not keep the process until then
  const stopping = AbortSignal.any([signal, deadline.signal])
  // Aborts what is still pending when the run is over, above all the page read ahead.
  const over = new AbortController()
  const ending = AbortSignal.any([stopping, over.signal])
  const retryBudget = new RetryBudget({
    budgetMs: config.retryDeadlineSeconds * 1000,
    signal: ending,
    onRetry: (error, waitMs) => observer.retrying(error, waitMs),
  })
  const tracker = openTracker(config, retryBudget, ending)
  const { source } = tracker
  const { mode, allowDeletesOf } = options
  const report = new Report({
    source,
    mode,
    show: options.show ?? (mode === 'plan' ? defaultShownOfDryRun : 0),
    showRejected: shownRejections,
  })
  const api = new ApiClient(config, token, abortAfterGracePeriod(ending, graceMs))
  await runPipeline(
    {
      mode,
      days: options,
      windowDays: config.windowDays,
      fullEveryDays: config.fullEveryDays,
      allowDeletesOf,
      tracker,
      readPeople: async () => {
        const directory = await readDirectory(api, source, retryBudget)
        return new People(config.peopleMap, config.unknownPerson, source, directory)
      },
      api,
      retryBudget,
      signal: stopping,
      observer,
    },
    report,
  )
  clearTimeout(timer)
  over.abort()
  observer.finished(report)
  return report
}

function createDeadlineError(seconds: number): InterruptedError {
  return new InterruptedError(
    `Stopped at its time limit of ${seconds} s (SYNC_DEADLINE_SECONDS); run again for the rest`,
  )
}

/** Opens the configured tracker with its rate budget and the run's retry budget. */
export function openTracker(config: SyncConfig, retryBudget: RetryBudget, signal?: AbortSignal): Tracker {
  const { tracker, trackerConfig, requestTimeoutSeconds } = config
  const client = createTrackerClient(tracker, {
    rateLimiter: new RateLimiter(tracker.rateBudget),
    retryBudget,
    requestTimeoutMs: requestTimeoutSeconds * 1000,
    signal,
  })
  return tracker.open(trackerConfig, client, signal)
}
