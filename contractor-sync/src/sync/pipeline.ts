import { maxRejections, type RejectionBody } from '@timesheets/contracts/sync-run'
import { ConfigurationError, DisagreementError } from '../errors.ts'
import type { RetryBudget } from '../http/retry.ts'
import type { ApiClient, UploadItem } from '../timesheets-api/client.ts'
import type { UploadItemLine } from '../timesheets-api/upload-line.ts'
import type { EntryDetails, Tracker, TrackerAccess } from '../trackers/tracker.ts'
import { agree } from './agreement.ts'
import { createBookmark, findChangesStart, parseBookmark } from './bookmark.ts'
import { findChangedRows } from './changed-rows.ts'
import { DaySlots } from './day-slots.ts'
import { type DaysOptions, type RunDays, selectDays } from './days.ts'
import { listNames } from './deletion-step.ts'
import type { EarlierMiss } from './deletions.ts'
import { FileCoverage } from './file-coverage.ts'
import { KnownNames } from './known-names.ts'
import { Lease } from './lease.ts'
import type { Rejection } from './mapping.ts'
import type { SyncObserver } from './observer.ts'
import type { People } from './people.ts'
import { type DifferingDay, prove } from './proof.ts'
import type { Report } from './report.ts'
import { listFingerprints, type RunContext, type SyncMode } from './run-context.ts'
import { toRunStats } from './run-stats.ts'
import { SmallHeap } from './small-heap.ts'
import { TrackerSide } from './tracker-side.ts'
import { Uploader } from './uploader.ts'
import { readChanges, readWindow } from './window-read.ts'
import { readEarlierMisses, readWithheldIds, toRejection } from './withheld-deletions.ts'

/** The parts of one run. */
export interface SyncJob {
  readonly mode: SyncMode
  readonly days: DaysOptions
  readonly windowDays: number
  readonly fullEveryDays: number
  /** The run that withheld the deletions that are allowed. */
  readonly allowDeletesOf: number | undefined
  readonly tracker: Tracker
  /** Called once per run, because the directory of people may have changed since the last. */
  readonly readPeople: () => Promise<People>
  readonly api: ApiClient
  readonly retryBudget: RetryBudget
  /** Ends the run. */
  readonly signal: AbortSignal
  readonly observer: Pick<SyncObserver, 'started' | 'total' | 'progress' | 'rejected'>
}

/** The account of a source of files, which belong to none. */
const fileAccount = 'files'

/**
 * Runs one sync: takes the lease, reads the tracker and uploads what differs, compares both sides, repairs, deletes, and
 * compares again. An error ends up in the report, beside the results so far. Uploaded entries stay.
 */
export async function runPipeline(job: SyncJob, report: Report): Promise<void> {
  try {
    await new SyncRun(job, report).run()
  } catch (error) {
    report.error = job.signal.aborted ? job.signal.reason : error
    report.proof ??= {
      outcome: 'not-provable',
      reason: 'the run ended before both sides were compared',
      isExpected: false,
    }
  } finally {
    report.notices = [...(job.tracker.notices ?? [])]
  }
}

class SyncRun {
  readonly #job: SyncJob
  readonly #report: Report
  readonly #now = new Date()
  /** What was rejected before the upload, and withheld: kept by the API. */
  readonly #rejections: RejectionBody[] = []
  #missedBefore: ReadonlyMap<string, EarlierMiss> = new Map()
  #isRepair = false

  constructor(job: SyncJob, report: Report) {
    this.#job = job
    this.#report = report
  }

  async run(): Promise<void> {
    const { tracker, api, retryBudget, mode, observer, signal, allowDeletesOf } = this.#job
    const report = this.#report
    const { source } = tracker
    const isWhole = tracker.checkAccess !== undefined
    const heap = new SmallHeap()
    // Files do not say how many entries they have.
    if (!isWhole) heap.expect(Number.POSITIVE_INFINITY)
    const access = (await tracker.checkAccess?.()) ?? (await this.#findFileAccess())
    const days = await this.#selectDays()
    // A run of some days does not see an entry that moved to another day.
    const fingerprints = days.isFull ? await tracker.fingerprintFiles?.() : undefined
    const completeFiles = fingerprints && { coverage: new FileCoverage(), fingerprints }
    report.window = days.isFull ? {} : { from: days.from, to: days.to }
    observer.started(report)
    const allowed =
      allowDeletesOf === undefined
        ? new Set<string>()
        : await readWithheldIds(allowDeletesOf, api, retryBudget)
    const lease = await Lease.take(api, retryBudget, {
      source,
      account: access.account,
      from: days.from,
      to: days.to,
      mode: days.isFull ? 'full' : 'incremental',
      ...(mode === 'sync' ? {} : { verify: true }),
    })
    report.runId = lease.runId
    const stopping = AbortSignal.any([signal, lease.lost])
    const uploader = new Uploader(
      api,
      retryBudget,
      { dryRun: mode !== 'sync', runId: lease.runId },
      {
        onResult: (item, line, details) => {
          const rejection = this.#onResult(item, line, details, trackerSide)
          // Without an id of its own, it may be an entry that seems to be missing.
          if (rejection !== undefined && completeFiles !== undefined) incompleteReads.push(rejection.reason)
        },
        onProgress: () => observer.progress(report),
      },
    )
    const slots = new DaySlots()
    const trackerSide = new TrackerSide(slots)
    const incompleteReads: string[] = []
    try {
      const people = await this.#job.readPeople()
      // Before the entries, so that the person of each entry is known.
      const listed = (await tracker.listPeople?.()) ?? []
      const before = parseBookmark(lease.bookmark)
      const knownNames = new KnownNames(before.names)
      for (const person of listed) {
        const { id } = person
        if (id !== undefined) for (const name of listNames(person, people)) knownNames.add({ name, id })
      }
      const unpaired: Omit<RunContext, 'pairs'> = {
        mode,
        tracker,
        api,
        retryBudget,
        runId: lease.runId,
        people,
        knownNames,
        days,
        slots,
        trackerSide,
        recompute: days.isFull || mode === 'verify',
        isWhole,
        completeFiles,
        heap,
        signal: stopping,
        incompleteReads,
        send: async (item, details) => {
          stopping.throwIfAborted()
          if (mode === 'verify') report.addCompared()
          else await uploader.send(item, details)
        },
      }
      const context: RunContext = { ...unpaired, pairs: await findChangedRows(unpaired) }
      await this.#read(context, findChangesStart(before, { trackerClock: access.at, now: this.#now }))
      await uploader.flush()
      this.#isRepair = true
      this.#missedBefore = await this.#readEarlierMisses(context)
      const differingDays = await agree(context, {
        access,
        uploader,
        allowed,
        missedBefore: this.#missedBefore,
        onWithheld: (withheld) => {
          report.withheld = withheld
        },
      })
      const open = report.skipped.running + report.counts.rejected
      report.proof = prove(context, { withheld: report.withheld.length, open }, differingDays)
      report.unknownFields = tracker.unknownFields ?? report.unknownFields
      await this.#reportRejections(context)
      if (report.proof.outcome === 'differs' && mode !== 'plan')
        throw new DisagreementError(describeDifference(report.proof.days, mode))
      const isProven = report.proof.outcome !== 'not-provable' || context.incompleteReads.length === 0
      const bookmark =
        isProven && mode === 'sync'
          ? createBookmark(before, { days, names: knownNames.toText(), readAt: access.at, now: this.#now })
          : undefined
      await retryBudget.run(() =>
        lease.end({
          status: 'succeeded',
          stats: toRunStats(this.#report),
          ...(bookmark === undefined ? {} : { bookmark }),
        }),
      )
    } catch (error) {
      const reason = lease.lost.aborted ? lease.lost.reason : error
      // What was sent is stored, and counts in the report. The run reports its first error, not that these fail as well.
      await uploader.flush().catch(() => {})
      // The lease ends by itself.
      await lease.end({ status: 'failed', stats: toRunStats(this.#report) }).catch(() => {})
      throw reason
    }
  }

  /** Files belong to no account: they take the one that their source is bound to. */
  async #findFileAccess(): Promise<TrackerAccess> {
    const { api, retryBudget, tracker } = this.#job
    const [last] = await retryBudget.run(() => api.listRuns(tracker.source, 1))
    return {
      account: last?.account ?? fileAccount,
      restriction:
        tracker.fingerprintFiles === undefined ? 'a file does not say that it is complete' : undefined,
      at: undefined,
    }
  }

  async #selectDays(): Promise<RunDays> {
    const { api, retryBudget, tracker, allowDeletesOf, days, windowDays, fullEveryDays } = this.#job
    const { source } = tracker
    if (allowDeletesOf !== undefined) {
      const run = await retryBudget.run(() => api.getRun(allowDeletesOf))
      if (run.source !== source)
        throw new ConfigurationError(
          `--allow-deletes: run ${allowDeletesOf} is of the source ${run.source}, not ${source}`,
        )
      const isFull = run.mode === 'full'
      const options = { since: run.from, until: run.to, full: false }
      return selectDays(
        isFull ? { ...options, full: true } : options,
        { windowDays, fullEveryDays },
        {},
        this.#now,
      )
    }
    const runs = await retryBudget.run(() => api.listRuns(source, 20, 'succeeded'))
    const last = runs.find(({ bookmark }) => bookmark !== null)
    // Files are read to their end anyway; with all their days, they also show what is missing.
    const isSelected = days.since !== undefined || days.until !== undefined
    const full = days.full || (tracker.fingerprintFiles !== undefined && !isSelected)
    return selectDays(
      { ...days, full },
      { windowDays, fullEveryDays },
      parseBookmark(last?.bookmark ?? null),
      this.#now,
    )
  }

  async #read(context: RunContext, changedSince: string | undefined): Promise<void> {
    const { observer } = this.#job
    const report = this.#report
    const onNotUploaded = (record: Parameters<Report['addNotUploaded']>[0]) => {
      report.addNotUploaded(record)
      if (record.kind === 'rejected') this.#onRejected(record)
    }
    const { tracker, days } = context
    if (tracker.readsChanges && changedSince !== undefined && !days.isFull && !days.isSelected)
      await readChanges(changedSince, context, onNotUploaded)
    await readWindow(context, {
      onTotal: (total) => observer.total(total),
      onNotUploaded,
      onUnchanged: (item, seconds, details) => {
        report.addUnchanged(item, seconds, details)
        observer.progress(report)
      },
      onEmpty: () => report.addEmpty(),
    })
  }

  async #readEarlierMisses({
    tracker,
    api,
    retryBudget,
    days,
    isWhole,
    completeFiles,
  }: RunContext): Promise<ReadonlyMap<string, EarlierMiss>> {
    const mayDelete = isWhole || completeFiles !== undefined
    const isNeeded = mayDelete && tracker.find === undefined && days.isFull
    return isNeeded ? await readEarlierMisses(tracker.source, api, retryBudget) : new Map()
  }

  async #reportRejections(context: RunContext): Promise<void> {
    const { api, retryBudget, runId } = context
    const rejections = [
      ...this.#report.withheld.map((deletion) => {
        const { externalId, userId, day } = deletion
        const thisRead = { at: this.#now, fingerprints: listFingerprints(context, userId, day) }
        return toRejection(deletion, this.#missedBefore.get(externalId) ?? thisRead)
      }),
      ...this.#rejections,
    ].slice(0, maxRejections)
    const batch = 500
    for (let start = 0; start < rejections.length; start += batch)
      await retryBudget.run(() => api.reportRejections(runId, rejections.slice(start, start + batch)))
  }

  #onResult(
    item: UploadItem,
    line: UploadItemLine,
    details: EntryDetails | undefined,
    trackerSide: TrackerSide,
  ): Rejection | undefined {
    const described = details ?? {
      person: item.user_id,
      day: item.date,
      project: item.project,
      hours: item.hours,
    }
    const rejection = this.#report.addResult(item, line, described, { isRepair: this.#isRepair })
    if (rejection === undefined) return undefined
    trackerSide.reject(item)
    this.#job.observer.rejected(rejection)
    return rejection
  }

  #onRejected(rejection: Rejection): void {
    this.#job.observer.rejected(rejection)
    if (this.#rejections.length >= maxRejections) return
    const { externalId, problem, reason, details } = rejection
    this.#rejections.push({
      external_id: shorten(externalId, 256),
      problem: { type: `/problems/${problem}`, detail: shorten(reason, 1000) },
      sent: Object.fromEntries(
        Object.entries(details).map(([name, value]) => [
          name,
          typeof value === 'string' ? shorten(value, 300) : value,
        ]),
      ),
    })
  }
}

/** Text that the API accepts: not empty, well-formed, without U+0000. */
function shorten(text: string, maxLength: number): string {
  return text.replaceAll('\0', '').slice(0, maxLength).toWellFormed() || 'unknown'
}

function describeDifference(days: readonly DifferingDay[], mode: SyncMode): string {
  const [first] = days
  const what = days.length === 1 ? '1 day of a person differs' : `${days.length} days of people differ`
  const example = `${first!.userId} on ${first!.day}: ${first!.tracker.count} entries in the tracker, ${first!.stored.count} in Timesheets`
  return mode === 'verify'
    ? `${what} (${example}); a sync repairs that`
    : `${what} although they were sent again (${example}); sync again, and see the log of the API if it stays`
}
