import { plainText } from '../output/plain-text.ts'
import type { SyncObserver } from './pipeline.ts'
import type { Report } from './report.ts'

/** Where a run tells what it does: to a person, or to whatever collects lines. */
export interface Output extends SyncObserver {
  started(report: Report): void
  /** Something failed, and is tried again after so long. */
  waiting(failure: Error, waitMs: number): void
  finished(report: Report): void
  /** A word beside the runs: the daemon's. */
  note(text: string, members?: Readonly<Record<string, unknown>>): void
}

const shownOfMessage = 1000

/** How a failure is told: the message for what an operator can mend, the stack of what only a programmer can. */
export function explain(failure: unknown): string {
  if (!(failure instanceof Error)) return String(failure)
  // A line for each fault, on a terminal.
  if (failure.name === 'ConfigError') return failure.message
  const isForOperators = ['Refused', 'Outage', 'UnexpectedAnswer', 'Interrupted'].includes(failure.name)
  return isForOperators ? plainText(failure.message, shownOfMessage) : (failure.stack ?? failure.message)
}
