import { toHours } from '@timesheets/contracts/entry'
import { createLogger } from '@timesheets/runtime/logger'
import type { Rejection } from '../sync/mapping.ts'
import type { SyncObserver } from '../sync/observer.ts'
import type { Report } from '../sync/report.ts'
import { formatError } from './error-message.ts'
import { toProofJson } from './proof.ts'

const progressEveryMs = 5000

/** Writes JSON lines to standard output, for log collectors. Each rejected entry has its own line. */
export function createJsonOutput(level: string): SyncObserver {
  // Both loggers share one destination, so that lines keep their order.
  const logger = createLogger('contractor-sync', level, process.stdout)
  // The report is the result of the run, so it is written at every log level.
  const results = createLogger('contractor-sync', 'info', process.stdout)
  let total: number | undefined
  let lastProgressMs = performance.now()
  return {
    started({ source, window, mode, dryRun }) {
      total = undefined
      logger.info({ source, ...window, mode, dryRun }, 'sync started')
    },
    total(entries) {
      total = entries
    },
    progress(report) {
      if (performance.now() - lastProgressMs < progressEveryMs) return
      lastProgressMs = performance.now()
      logger.info({ read: report.read, total, ...report.counts }, 'sync in progress')
    },
    rejected(rejection) {
      logger.warn(toRejectionJson(rejection), 'entry rejected')
    },
    retrying(error, waitMs) {
      logger.warn({ reason: error.message, waitMs: Math.round(waitMs) }, 'retrying')
    },
    finished(report) {
      for (const { externalId, userId, day, reason } of report.withheld)
        logger.warn({ externalId, userId, day, reason, runId: report.runId }, 'deletion withheld')
      for (const { outcome, message, details } of report.shown) {
        // A rejection has its own line already.
        if (outcome !== 'rejected') logger.info({ dryRun: report.dryRun, outcome, ...details }, message)
      }
      const { error, exitCode } = report
      const fields = { ...toJson(report), exitCode }
      if (error === undefined) results.info(fields, 'sync finished')
      // `total` beside `read` shows how far it came; undefined if the tracker did not say how many there are.
      else results.error({ ...fields, total, reason: formatError(error) }, 'sync did not finish')
    },
    waiting(next) {
      logger.info({ next }, `next sync: ${next?.toISOString() ?? 'never'}`)
    },
  }
}

function toJson(report: Report) {
  const {
    source,
    window,
    mode,
    dryRun,
    read,
    counts,
    skippedTotal,
    skipped,
    running,
    seconds,
    rejections,
    changedNotes,
    notices,
  } = report
  return {
    runId: report.runId,
    source,
    ...window,
    mode,
    dryRun,
    read,
    ...counts,
    skipped: skippedTotal,
    skippedRunning: skipped.running,
    firstRunning: running.map(({ externalId, details }) => ({ externalId, ...details })),
    skippedEmpty: skipped.empty,
    skippedRepeated: skipped.repeated,
    hours: toHours(report.agreedSeconds),
    // The tracker's hours of entries that have other hours in Timesheets.
    hoursHeld: toHours(seconds.held),
    hoursPending: toHours(seconds.pending),
    hoursDiscarded: toHours(seconds.discarded),
    withheld: report.withheld.length,
    unknownFields: Object.fromEntries(report.unknownFields),
    proof: toProofJson(report),
    notesRepaired: changedNotes.repaired,
    notesShortened: changedNotes.shortened,
    firstChangedNotes: changedNotes.firstIds,
    // What was recognized in files, and left out of them.
    ...(notices.length === 0 ? {} : { notices }),
    firstRejected: rejections.map(toRejectionJson),
    durationMs: Date.now() - report.startedAt.getTime(),
  }
}

function toRejectionJson({ externalId, problem, reason, details }: Rejection) {
  return { externalId, ...details, problem, reason }
}
