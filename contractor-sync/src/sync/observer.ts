import type { Rejection } from './mapping.ts'
import type { Report } from './report.ts'

/** Receives the events of runs: `output/` shows them to a person, or writes them as JSON lines. */
export interface SyncObserver {
  started(report: Report): void
  /** The number of entries that the tracker will return, as soon as it is known. */
  total(entries: number): void
  progress(report: Report): void
  rejected(rejection: Rejection): void
  /** A request failed, and is sent again after `waitMs`. */
  retrying(error: Error, waitMs: number): void
  finished(report: Report): void
  /** The daemon waits for its next slot; null if the schedule has none. */
  waiting(next: Date | null): void
}
