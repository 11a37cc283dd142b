import type { CommandLine } from '../cli/arguments.ts'
import type { SyncConfig } from '../config.ts'
import { Pace } from '../http/rate-limiter.ts'
import { Patience } from '../http/retry.ts'
import type { AccessToken } from '../timesheets-api/access-token.ts'
import { ApiClient } from '../timesheets-api/client.ts'
import { readDirectory } from '../timesheets-api/people-directory.ts'
import type { Tracker } from '../trackers/tracker.ts'
import { askOf } from '../trackers/tracker-client.ts'
import { dayBefore, type Window } from '../trackers/window.ts'
import { graceAfter } from './grace-period.ts'
import type { Output } from './observer.ts'
import { People } from './people.ts'
import { sync } from './pipeline.ts'
import { Report } from './report.ts'

/** Sentences of a dry run that are shown unless told otherwise: it is run to see them. */
const shownOfDryRun = 20
const shownRejected = 10
/** For the batch that is under way when a run is told to end: whoever told it kills it after 30 s, report or not. */
const graceMs = 10_000

export type RunOptions = Pick<CommandLine, 'since' | 'until' | 'full' | 'dryRun' | 'show'>

/** Puts a run together from its configuration, and runs it. */
export async function run(
  config: SyncConfig,
  options: RunOptions,
  token: AccessToken,
  output: Output,
  signal: AbortSignal,
): Promise<Report> {
  // What is still under way when the run is over, a page ahead above all, is given up.
  const over = new AbortController()
  const ending = AbortSignal.any([signal, over.signal])
  const patience = new Patience({
    budgetMs: config.retryDeadlineSeconds * 1000,
    signal: ending,
    onWait: (failure, waitMs) => output.waiting(failure, waitMs),
  })
  const tracker = openTracker(config, patience, ending)
  const { source } = tracker
  const { dryRun } = options
  const report = new Report({
    source,
    window: windowOf(config, options),
    dryRun,
    show: options.show ?? (dryRun ? shownOfDryRun : 0),
    showRejected: shownRejected,
  })
  output.started(report)
  const api = new ApiClient(config, token, graceAfter(ending, graceMs))
  await sync(
    {
      tracker,
      people: async () => {
        const directory = await readDirectory(api, source, patience)
        return new People(config.peopleMap, config.unknownPerson, source, directory)
      },
      api,
      patience,
      batchSize: config.batchSize,
      signal,
      observer: output,
    },
    report,
  )
  over.abort()
  output.finished(report)
  return report
}

/** The tracker that is chosen, within its rate budget and with the run's patience. */
export function openTracker(config: SyncConfig, patience: Patience, signal?: AbortSignal): Tracker {
  const { tracker: kind, trackerConfig, requestTimeoutSeconds } = config
  const pace = new Pace(kind.rateBudget)
  return kind.open(
    trackerConfig,
    askOf(kind, { pace, patience, requestTimeoutMs: requestTimeoutSeconds * 1000, signal }),
    signal,
  )
}

/** Up to today there is no end: whatever is dated later belongs to it. */
function windowOf({ windowDays }: SyncConfig, { since, until, full }: RunOptions): Window {
  if (full) return {}
  if (until === undefined) return { from: since ?? dayBefore(new Date(), windowDays) }
  return { from: since ?? dayBefore(new Date(until), windowDays), to: until }
}
