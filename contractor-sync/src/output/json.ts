import { toHours } from '@timesheets/contracts/entry'
import { createLogger } from '@timesheets/runtime/logger'
import { explain, type Output } from '../sync/observer.ts'
import type { Report } from '../sync/report.ts'

const progressEveryMs = 5000

/** JSON lines on standard output, for whatever collects logs: every rejected entry has a line of its own. */
export function createJsonOutput(level: string): Output {
  // One destination, so that lines keep their order.
  const logger = createLogger('contractor-sync', level, process.stdout)
  // What a run came to is its result, and no matter of how much is logged.
  const results = createLogger('contractor-sync', 'info', process.stdout)
  let total: number | undefined
  let toldAtMs = performance.now()
  return {
    started({ source, window, dryRun }) {
      total = undefined
      logger.info({ source, ...window, dryRun }, 'sync started')
    },
    total(entries) {
      total = entries
    },
    progress(report) {
      if (performance.now() - toldAtMs < progressEveryMs) return
      toldAtMs = performance.now()
      logger.info({ read: report.read, total, ...report.counts }, 'sync goes on')
    },
    rejected({ externalId, problem, reason }) {
      logger.warn({ externalId, problem, reason }, 'entry rejected')
    },
    waiting(failure, waitMs) {
      logger.warn({ reason: failure.message, waitMs: Math.round(waitMs) }, 'trying again')
    },
    finished(report) {
      for (const message of report.messages) logger.info({ dryRun: report.dryRun }, message)
      const { failure, exitCode } = report
      const members = { ...summaryOf(report), exitCode }
      if (failure === undefined) results.info(members, 'sync finished')
      else results.error({ ...members, reason: explain(failure) }, 'sync did not finish')
    },
    note(text, members = {}) {
      logger.info(members, text)
    },
  }
}

/** A report as JSON has it. */
function summaryOf(report: Report) {
  const { source, window, dryRun, read, counts, skippedInAll, skipped, seconds, rejections, startedAt } =
    report
  return {
    source,
    ...window,
    dryRun,
    read,
    ...counts,
    skipped: skippedInAll,
    skippedRunning: skipped.running,
    skippedEmpty: skipped.empty,
    hours: toHours(seconds),
    firstRejected: rejections.map(({ externalId, problem, reason }) => ({ externalId, problem, reason })),
    durationMs: Date.now() - startedAt.getTime(),
  }
}
