import { itemStatuses } from '@timesheets/contracts/status'
import { unappliedCorrectionStates } from '@timesheets/contracts/upload'
import type { NotesChange } from '@timesheets/exports/notes'
import { exitCodes, toExitCode } from '../exit-codes.ts'
import type { UploadItem } from '../timesheets-api/client.ts'
import type { UploadItemLine } from '../timesheets-api/upload-line.ts'
import type { EntryDetails } from '../trackers/tracker.ts'
import type { Window } from '../trackers/window.ts'
import type { WithheldDeletion } from './deletions.ts'
import type { NotUploaded, Rejection } from './mapping.ts'
import type { Proof } from './proof.ts'
import type { SyncMode } from './run-context.ts'

/**
 * The result for an entry: a status of the API; or `pending` or `discarded`, for an entry that is unchanged since an
 * earlier run and has a correction that waits for an approver or was discarded.
 */
export const outcomes = [
  ...itemStatuses.filter((status) => status !== 'rejected'),
  ...unappliedCorrectionStates,
  'rejected',
] as const
export type Outcome = (typeof itemStatuses)[number] | (typeof unappliedCorrectionStates)[number]

/** Messages and rejections kept for the end, to bound the memory; the counts include all. */
const maxKept = 1000

/** Ids of entries with changed notes that are kept; the counts include all. */
const maxNotesIds = 5

/** Running timers that are kept; the counts include all. */
const maxRunning = 10

/** With these, people see in Timesheets what the tracker has. */
const agreedOutcomes: readonly Outcome[] = ['created', 'updated', 'unchanged']

/** The order in which messages are shown: changes of known entries first, what did not change last. */
const byInterest: readonly Outcome[] = [
  'updated',
  'deleted',
  'held',
  'rejected',
  'pending',
  'discarded',
  'created',
  'unchanged',
]

/** What happened to one entry, for people. */
export interface ShownResult {
  readonly outcome: Outcome
  /** The API's message, or its reason for a rejection. */
  readonly message: string
  readonly details: EntryDetails
}

interface ReportOptions {
  readonly source: string
  readonly mode: SyncMode
  /** Number of results to show. */
  readonly show: number
  /** Number of rejections to keep. */
  readonly showRejected: number
}

/** The results of one run, counted as it goes. */
export class Report {
  readonly source: string
  /** The days that are compared; known when the run has started. */
  window: Window = {}
  readonly mode: SyncMode
  /** Whether the source can be proven equal at all: not by files that do not say that they are complete. */
  isProvable = true
  readonly startedAt = new Date()
  /** Records that the tracker returned. */
  read = 0
  readonly counts = countFromZero()
  /** Sums of the tracker's hours, in seconds. */
  readonly seconds = countFromZero()
  /** `empty`: the entry has no hours in the tracker, and none in Timesheets. */
  readonly skipped = { running: 0, empty: 0, repeated: 0 }
  readonly rejections: Rejection[] = []
  /** The first timers that still run. They are on neither side of the comparison. */
  readonly running: { readonly externalId: string; readonly details: EntryDetails }[] = []
  /** Entries whose notes were changed so that their hours could be stored, with the first ids. */
  readonly changedNotes = { repaired: 0, shortened: 0, firstIds: [] as string[] }
  /** What was recognized in files, and left out of them. */
  notices: readonly string[] = []
  /** The error that stopped the run; undefined if it finished. */
  error: unknown
  /** The sync run in the API; undefined until it has started. */
  runId: number | undefined
  /** Whether both sides hold the same hours; undefined if the run ended before it could compare. */
  proof: Proof | undefined
  /** Deletions that were not made. */
  withheld: readonly WithheldDeletion[] = []
  /** How often the tracker sent each field that this program does not know. */
  unknownFields: ReadonlyMap<string, number> = new Map()
  readonly #shown = new Map(byInterest.map((outcome) => [outcome, [] as ShownResult[]]))
  #showable = 0
  readonly #maxShown: number
  readonly #maxRejections: number

  constructor({ source, mode, show, showRejected }: ReportOptions) {
    this.source = source
    this.mode = mode
    this.#maxShown = Math.min(show, maxKept)
    this.#maxRejections = Math.min(showRejected, maxKept)
  }

  addNotUploaded(record: NotUploaded): void {
    this.read += 1
    if (record.kind === 'rejected') {
      this.#reject(record)
      return
    }
    this.skipped[record.why] += 1
    if (record.why === 'running' && this.running.length < maxRunning) {
      const { externalId, details } = record
      this.running.push({ externalId, details })
    }
  }

  /** Counts an entry that is stored as the tracker has it, and was not uploaded. */
  addUnchanged(item: UploadItem, seconds: number, details?: EntryDetails): void {
    this.read += 1
    this.counts.unchanged += 1
    this.seconds.unchanged += seconds
    if (details?.notes !== undefined) this.#addChangedNotes(item.external_id, details.notes)
  }

  /** Counts an entry that a run which only compares found to differ. */
  addCompared(): void {
    this.read += 1
  }

  /** Counts an entry that has no hours, in the tracker and here. */
  addEmpty(): void {
    this.read += 1
    this.skipped.empty += 1
  }

  /**
   * Counts the API's result for an item; returns the rejection if there is one.
   * @param options.isRepair the entry was counted when it was read
   */
  addResult(
    item: UploadItem,
    { status, message, correction, problem }: UploadItemLine,
    details: EntryDetails,
    { isRepair = false }: { readonly isRepair?: boolean } = {},
  ): Rejection | undefined {
    if (!isRepair) this.read += 1
    else if (status === 'unchanged') return undefined
    if (status === 'rejected') {
      const slug = problem?.type.split('/').at(-1) ?? 'rejected'
      const reason = problem?.detail ?? 'the API gives no reason'
      return this.#reject({ kind: 'rejected', externalId: item.external_id, problem: slug, reason, details })
    }
    const outcome = correction ?? status
    if (item.deleted && outcome === 'unchanged') {
      this.skipped.empty += 1
      return undefined
    }
    this.counts[outcome] += 1
    if (details.notes !== undefined) this.#addChangedNotes(item.external_id, details.notes)
    if (!item.deleted) this.seconds[outcome] += Math.round(item.hours * 3600)
    const isWorthShowing = !this.dryRun || status !== 'unchanged'
    if (message !== undefined && isWorthShowing) this.#show({ outcome, message, details })
    return undefined
  }

  /** The first results of each kind, the most interesting kind first. */
  get shown(): readonly ShownResult[] {
    return [...this.#shown.values()].flat().slice(0, this.#maxShown)
  }

  /** The number of results that are not among `shown`. */
  get notShown(): number {
    return this.#showable - this.shown.length
  }

  /** Whether the API was only asked what an upload would do. */
  get dryRun(): boolean {
    return this.mode === 'plan'
  }

  get skippedTotal(): number {
    return this.skipped.running + this.skipped.empty + this.skipped.repeated
  }

  /** Sum over the entries that people see in Timesheets as the tracker has them. */
  get agreedSeconds(): number {
    return agreedOutcomes.reduce((sum, outcome) => sum + this.seconds[outcome], 0)
  }

  /** Withheld deletions that a person has to look at. The others only wait for a second read. */
  get failingWithheld(): readonly WithheldDeletion[] {
    return this.withheld.filter(({ reason }) => reason !== 'awaiting-second-read')
  }

  get exitCode(): number {
    if (this.error !== undefined) return toExitCode(this.error)
    const isDone = this.counts.rejected === 0 && this.failingWithheld.length === 0
    const isProven = this.proof?.outcome !== 'not-provable' || this.proof.isExpected
    return isDone && isProven ? exitCodes.clean : exitCodes.rejected
  }

  #addChangedNotes(externalId: string, change: NotesChange): void {
    this.changedNotes[change] += 1
    if (this.changedNotes.firstIds.length < maxNotesIds) this.changedNotes.firstIds.push(externalId)
  }

  #reject(rejection: Rejection): Rejection {
    const { externalId, problem, reason, details } = rejection
    this.counts.rejected += 1
    if (this.rejections.length < this.#maxRejections) this.rejections.push(rejection)
    const owner = details.person === undefined ? '' : ` of ${details.person}`
    const message = `Rejected entry ${externalId}${owner} (${problem}: ${reason})`
    this.#show({ outcome: 'rejected', message, details })
    return rejection
  }

  #show(result: ShownResult): void {
    this.#showable += 1
    const shown = this.#shown.get(result.outcome)!
    if (shown.length < this.#maxShown) shown.push(result)
  }
}

function countFromZero(): Record<Outcome, number> {
  return Object.fromEntries(outcomes.map((outcome) => [outcome, 0])) as Record<Outcome, number>
}
