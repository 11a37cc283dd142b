import type { EntryBody } from '@timesheets/contracts/entry'
import { itemStatuses } from '@timesheets/contracts/status'
import { exitCodes, toExitCode } from '../exit-codes.ts'
import type { IdentifiedEntry, UploadResult } from '../timesheets-api/client.ts'
import type { Window } from '../trackers/window.ts'
import type { NotUploaded, Rejection } from './mapping.ts'

type ItemStatus = (typeof itemStatuses)[number]

/** Messages and rejections kept for the end, to bound the memory; the counts include all. */
const maxKept = 1000

/** With these, Timesheets has the entry as the tracker has it; a held correction still waits for its approver. */
const acceptedStatuses: ReadonlySet<ItemStatus> = new Set(['created', 'updated', 'unchanged'])

interface ReportOptions {
  readonly source: string
  readonly window: Window
  readonly dryRun: boolean
  /** Number of messages to keep. */
  readonly show: number
  /** Number of rejections to keep. */
  readonly showRejected: number
}

/** The results of one run, counted as it goes. */
export class Report {
  readonly source: string
  readonly window: Window
  readonly dryRun: boolean
  readonly startedAt = new Date()
  /** Records that the tracker returned. */
  read = 0
  readonly counts = Object.fromEntries(itemStatuses.map((status) => [status, 0])) as Record<
    ItemStatus,
    number
  >
  readonly skipped = { running: 0, empty: 0, repeated: 0 }
  /** Sum over the entries that Timesheets has as the tracker has them. */
  seconds = 0
  /** The API's first messages: "Created timesheet 14 for employee 007". */
  readonly messages: string[] = []
  readonly rejections: Rejection[] = []
  /** The error that stopped the run; undefined if it finished. */
  error: unknown
  readonly #maxMessages: number
  readonly #maxRejections: number

  constructor({ source, window, dryRun, show, showRejected }: ReportOptions) {
    this.source = source
    this.window = window
    this.dryRun = dryRun
    this.#maxMessages = Math.min(show, maxKept)
    this.#maxRejections = Math.min(showRejected, maxKept)
  }

  addNotUploaded(record: NotUploaded): void {
    this.read += 1
    if (record.kind === 'skipped') this.skipped[record.why] += 1
    else this.#reject(record)
  }

  /** Counts the API's result for an item; returns the rejection if there is one. */
  addResult(item: IdentifiedEntry, { status, message, problem }: UploadResult): Rejection | undefined {
    this.read += 1
    if (status === 'rejected') {
      const slug = problem?.type.split('/').at(-1) ?? 'rejected'
      const reason = problem?.detail ?? 'the API gives no reason'
      return this.#reject({ kind: 'rejected', externalId: item.external_id, problem: slug, reason })
    }
    this.counts[status] += 1
    if (acceptedStatuses.has(status)) this.seconds += toSeconds(item)
    const isWorthShowing = !this.dryRun || status !== 'unchanged'
    if (message !== undefined && isWorthShowing && this.messages.length < this.#maxMessages) {
      this.messages.push(message)
    }
    return undefined
  }

  get skippedTotal(): number {
    return this.skipped.running + this.skipped.empty + this.skipped.repeated
  }

  get exitCode(): number {
    if (this.error !== undefined) return toExitCode(this.error)
    return this.counts.rejected > 0 ? exitCodes.rejected : exitCodes.clean
  }

  #reject(rejection: Rejection): Rejection {
    this.counts.rejected += 1
    if (this.rejections.length < this.#maxRejections) this.rejections.push(rejection)
    return rejection
  }
}

function toSeconds({ hours }: EntryBody): number {
  return Math.round(hours * 3600)
}
