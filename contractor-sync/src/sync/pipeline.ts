import { Column } from '../compact/column.ts'
import { DisagreementError } from '../errors.ts'
import type { RetryBudget } from '../http/retry.ts'
import type { ApiClient, UploadItem } from '../timesheets-api/client.ts'
import type { UploadItemLine } from '../timesheets-api/upload-line.ts'
import type { EntryDetails, TrackerAccess } from '../trackers/tracker.ts'
import { agree } from './agreement.ts'
import { findRejection } from './api-rules.ts'
import { type Bookmark, createBookmark, findChangesStart, parseBookmark } from './bookmark.ts'
import { findChangedRows } from './changed-rows.ts'
import { DaySlots } from './day-slots.ts'
import type { RunDays } from './days.ts'
import { checkAccess } from './deletion-step.ts'
import type { EarlierMiss } from './deletions.ts'
import { FileCoverage } from './file-coverage.ts'
import { IncompleteReads } from './incomplete-reads.ts'
import { Lease } from './lease.ts'
import type { Rejection } from './mapping.ts'
import type { SyncObserver } from './observer.ts'
import type { People } from './people.ts'
import { describeDifference, prove } from './proof.ts'
import { RejectionLog } from './rejection-log.ts'
import type { Report } from './report.ts'
import { listKnownNames, type Roster, readRoster } from './roster.ts'
import type { RunContext, SyncMode } from './run-context.ts'
import { findAccess, findDays, type RunStart } from './run-start.ts'
import { toRunStats } from './run-stats.ts'
import { SmallHeap } from './small-heap.ts'
import { TrackerSide } from './tracker-side.ts'
import { Uploader } from './uploader.ts'
import { readChanges, readWindow } from './window-read.ts'
import { readEarlierMisses, readWithheldIds } from './withheld-deletions.ts'

/** The parts of one run. */
export interface SyncJob extends RunStart {
  readonly mode: SyncMode
  /** Called once per run, because the directory of people may have changed since the last. */
  readonly readPeople: () => Promise<People>
  readonly api: ApiClient
  readonly retryBudget: RetryBudget
  /** Ends the run. */
  readonly signal: AbortSignal
  readonly observer: Pick<SyncObserver, 'started' | 'total' | 'progress' | 'rejected'>
}

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

/** What a run collects while it reads, for the comparison. */
type Collected = Pick<RunContext, 'days' | 'slots' | 'trackerSide' | 'completeFiles' | 'incompleteReads'>

class SyncRun {
  readonly #job: SyncJob
  readonly #report: Report
  readonly #now = new Date()
  readonly #rejections = new RejectionLog()
  #isRepair = false

  constructor(job: SyncJob, report: Report) {
    this.#job = job
    this.#report = report
  }

  async run(): Promise<void> {
    const { retryBudget, observer, tracker, readPeople } = this.#job
    this.#report.isProvable = tracker.checkAccess !== undefined || tracker.fingerprintFiles !== undefined
    const access = await findAccess(this.#job)
    const roster = await readRoster(tracker, readPeople)
    const days = await findDays(this.#job, roster.hash, this.#now)
    this.#report.window = days.isFull ? {} : { from: days.from, to: days.to }
    observer.started(this.#report)
    const collected = await this.#createCollected(days)
    const allowed = await this.#readAllowedDeletions()
    const lease = await this.#takeLease(access, days)
    const uploader = this.#createUploader(lease, collected)
    try {
      const before = parseBookmark(lease.bookmark)
      const context = await this.#createContext(before, { lease, uploader, collected, roster })
      await this.#read(context, findChangesStart(before, { trackerClock: access.at, now: this.#now }))
      await uploader.flush()
      await this.#prove(context, { access, uploader, allowed })
      const bookmark = this.#createBookmark(before, context, { access, roster })
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

  async #createCollected(days: RunDays): Promise<Collected> {
    // A run of some days does not see an entry that moved to another day.
    const fingerprints = days.isFull ? await this.#job.tracker.fingerprintFiles?.() : undefined
    const completeFiles = fingerprints && { coverage: new FileCoverage(), fingerprints }
    const slots = new DaySlots()
    return {
      days,
      slots,
      trackerSide: new TrackerSide(slots),
      completeFiles,
      incompleteReads: new IncompleteReads(),
    }
  }

  async #readAllowedDeletions(): Promise<ReadonlySet<string>> {
    const { api, retryBudget, allowDeletesOf } = this.#job
    return allowDeletesOf === undefined ? new Set() : await readWithheldIds(allowDeletesOf, api, retryBudget)
  }

  async #takeLease({ account }: TrackerAccess, { isFull, from, to }: RunDays): Promise<Lease> {
    const { api, retryBudget, tracker, mode } = this.#job
    const lease = await Lease.take(api, retryBudget, {
      source: tracker.source,
      account,
      from,
      to,
      mode: isFull ? 'full' : 'incremental',
      ...(mode === 'sync' ? {} : { verify: true }),
    })
    this.#report.runId = lease.runId
    return lease
  }

  #createUploader({ runId }: Lease, { trackerSide, completeFiles, incompleteReads }: Collected): Uploader {
    const { api, retryBudget, mode, observer } = this.#job
    return new Uploader(
      api,
      retryBudget,
      { dryRun: mode !== 'sync', runId },
      {
        onResult: (item, line, details) => {
          const rejection = this.#onResult(item, line, details, trackerSide)
          // Without an id of its own, it may be an entry that seems to be missing.
          if (rejection !== undefined && completeFiles !== undefined) incompleteReads.add(rejection.reason)
        },
        onProgress: () => observer.progress(this.#report),
      },
    )
  }

  async #createContext(
    before: Bookmark,
    parts: {
      readonly lease: Lease
      readonly uploader: Uploader
      readonly collected: Collected
      readonly roster: Roster
    },
  ): Promise<RunContext> {
    const { lease, uploader, collected, roster } = parts
    const { tracker, api, retryBudget, mode, signal } = this.#job
    const isWhole = tracker.checkAccess !== undefined
    const heap = new SmallHeap()
    // Files do not say how many entries they have.
    if (!isWhole) heap.expect(Number.POSITIVE_INFINITY)
    const stopping = AbortSignal.any([signal, lease.lost])
    const { idTable } = collected.trackerSide
    /** By the number of an id: 1 if a dry run has asked what would become of it. It changes nothing, so it would ask again. */
    const planned = new Column(Uint8Array)
    const markPlanned = (item: UploadItem) => {
      const number = idTable.add(item.external_id)
      const isFirst = planned.get(number) === 0
      planned.set(number, 1)
      return isFirst
    }
    const unpaired: Omit<RunContext, 'pairs'> = {
      ...collected,
      mode,
      tracker,
      api,
      retryBudget,
      runId: lease.runId,
      people: roster.people,
      knownNames: listKnownNames(before.names, roster),
      recompute: collected.days.isFull || mode === 'verify',
      isWhole,
      heap,
      signal: stopping,
      isPlanned: (externalId) => mode === 'plan' && planned.get(idTable.add(externalId)) === 1,
      send: async (item, details) => {
        stopping.throwIfAborted()
        if (mode === 'verify') this.#compare(item, details, collected)
        else if (mode === 'sync' || markPlanned(item)) await uploader.send(item, details)
      },
    }
    return { ...unpaired, pairs: await findChangedRows(unpaired) }
  }

  /** Counts an entry that differs, in a run that only compares. What the API would reject is on neither side. */
  #compare(item: UploadItem, details: EntryDetails | undefined, collected: Collected): void {
    const found = findRejection(item, this.#now)
    if (found === undefined) {
      // One that a lookup found, the list does not have.
      if (!this.#isRepair) this.#report.addCompared()
      return
    }
    const rejection: Rejection = {
      kind: 'rejected',
      externalId: item.external_id,
      ...found,
      details: details ?? describeItem(item),
    }
    this.#report.addNotUploaded(rejection)
    collected.trackerSide.reject(item)
    if (collected.completeFiles !== undefined) collected.incompleteReads.add(rejection.reason)
    this.#rejections.add(rejection)
    this.#job.observer.rejected(rejection)
  }

  async #read(context: RunContext, changedSince: string | undefined): Promise<void> {
    const { observer } = this.#job
    const report = this.#report
    const onNotUploaded = (record: Parameters<Report['addNotUploaded']>[0]) => {
      report.addNotUploaded(record)
      if (record.kind !== 'rejected') return
      this.#job.observer.rejected(record)
      this.#rejections.add(record)
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

  /**
   * Compares both sides, repairs, deletes, and compares again.
   * @throws DisagreementError if they still differ
   */
  async #prove(
    context: RunContext,
    options: {
      readonly access: TrackerAccess
      readonly uploader: Uploader
      readonly allowed: ReadonlySet<string>
    },
  ): Promise<void> {
    const report = this.#report
    const { mode, tracker } = context
    this.#isRepair = true
    const missedBefore = await this.#readEarlierMisses(context)
    const access = await this.#checkAccessAgain(options.access, context)
    const differingDays = await agree(context, {
      ...options,
      access,
      missedBefore,
      onWithheld: (withheld) => {
        report.withheld = withheld
      },
    })
    const open = report.skipped.running + report.counts.rejected
    report.proof = prove(context, { withheld: report.withheld.length, open }, differingDays)
    report.unknownFields = tracker.unknownFields ?? report.unknownFields
    await this.#rejections.send(context, report.withheld, { before: missedBefore, at: this.#now })
    if (report.proof.outcome === 'differs' && mode !== 'plan')
      throw new DisagreementError(describeDifference(report.proof.days, mode))
  }

  /** What the credentials of a service see after the read. If it was not shown to be everything, the read was not complete. */
  async #checkAccessAgain(access: TrackerAccess, context: RunContext): Promise<TrackerAccess> {
    if (!context.isWhole) return access
    const restriction = access.restriction ?? (await checkAccess(access.account, context))
    if (restriction !== undefined) context.incompleteReads.add(restriction)
    return { ...access, restriction }
  }

  /** The bookmark of the next run; undefined if it stays, because a read was not complete or nothing was written. */
  #createBookmark(
    before: Bookmark,
    { mode, days, isWhole, knownNames, incompleteReads }: RunContext,
    { access, roster }: { readonly access: TrackerAccess; readonly roster: Roster },
  ): string | undefined {
    const isProven = this.#report.proof?.outcome !== 'not-provable' || incompleteReads.first === undefined
    if (!isProven || mode !== 'sync') return undefined
    return createBookmark(before, {
      days,
      isWhole,
      people: roster.hash,
      names: knownNames.toText(),
      readAt: access.at,
      now: this.#now,
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

  #onResult(
    item: UploadItem,
    line: UploadItemLine,
    details: EntryDetails | undefined,
    trackerSide: TrackerSide,
  ): Rejection | undefined {
    const rejection = this.#report.addResult(item, line, details ?? describeItem(item), {
      isRepair: this.#isRepair,
    })
    if (rejection === undefined) return undefined
    trackerSide.reject(item)
    this.#job.observer.rejected(rejection)
    return rejection
  }
}

function describeItem(item: UploadItem): EntryDetails {
  return { person: item.user_id, day: item.date, project: item.project, hours: item.hours }
}
