import type { EntryBody } from '@timesheets/contracts/entry'
import { itemStatuses } from '@timesheets/contracts/status'
import { exitCodeOf, exitCodes } from '../exit-codes.ts'
import type { Outcome } from '../timesheets-api/client.ts'
import type { SyncedEntry } from '../timesheets-api/synced-entry.ts'
import type { Window } from '../trackers/window.ts'
import type { Aside, Rejection } from './mapping.ts'

type StatusWord = (typeof itemStatuses)[number]

/** Messages and rejections that are kept for the end; the numbers count all. */
const maxKept = 1000

/** After these, Timesheets has what the tracker says; a correction that is held waits for its approver. */
const standsAsSent: ReadonlySet<StatusWord> = new Set(['created', 'updated', 'unchanged'])

interface ReportOptions {
  readonly source: string
  readonly window: Window
  readonly dryRun: boolean
  /** Messages to keep. */
  readonly show: number
  /** Rejections to keep. */
  readonly showRejected: number
}

/** What a run did, counted as it goes. */
export class Report {
  readonly source: string
  readonly window: Window
  readonly dryRun: boolean
  readonly startedAt = new Date()
  /** Different entries that the tracker gave. */
  read = 0
  readonly counts = Object.fromEntries(itemStatuses.map((word) => [word, 0])) as Record<StatusWord, number>
  readonly skipped = { running: 0, empty: 0 }
  /** Of what stands in Timesheets as the tracker has it. */
  seconds = 0
  /** The first sentences, as the API says them. */
  readonly messages: string[] = []
  readonly rejections: Rejection[] = []
  /** What stopped the run; undefined: it came to its end. */
  failure: unknown
  readonly #maxMessages: number
  readonly #maxRejections: number

  constructor({ source, window, dryRun, show, showRejected }: ReportOptions) {
    this.source = source
    this.window = window
    this.dryRun = dryRun
    this.#maxMessages = Math.min(show, maxKept)
    this.#maxRejections = Math.min(showRejected, maxKept)
  }

  /** Counts what is not uploaded. */
  addAside(aside: Aside): void {
    this.read += 1
    if (aside.kind === 'skipped') this.skipped[aside.why] += 1
    else this.#reject(aside)
  }

  /** Counts what became of an item; of one that was rejected, says so. */
  addOutcome(item: SyncedEntry, { status, message, problem }: Outcome): Rejection | undefined {
    this.read += 1
    if (status === 'rejected') {
      const slug = problem?.type.split('/').at(-1) ?? 'rejected'
      const reason = problem?.detail ?? 'the API does not say why'
      return this.#reject({ kind: 'rejected', externalId: item.external_id, problem: slug, reason })
    }
    this.counts[status] += 1
    if (standsAsSent.has(status)) this.seconds += secondsOf(item)
    const isWorthShowing = !this.dryRun || status !== 'unchanged'
    if (message !== undefined && isWorthShowing && this.messages.length < this.#maxMessages) {
      this.messages.push(message)
    }
    return undefined
  }

  get skippedInAll(): number {
    return this.skipped.running + this.skipped.empty
  }

  get exitCode(): number {
    if (this.failure !== undefined) return exitCodeOf(this.failure)
    return this.counts.rejected > 0 ? exitCodes.rejected : exitCodes.clean
  }

  #reject(rejection: Rejection): Rejection {
    this.counts.rejected += 1
    if (this.rejections.length < this.#maxRejections) this.rejections.push(rejection)
    return rejection
  }
}

function secondsOf({ hours }: EntryBody): number {
  return Math.round(hours * 3600)
}
