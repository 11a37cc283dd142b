import { ConfigError } from '@timesheets/runtime/config'
import { Interrupted, Outage, Refused } from './errors.ts'

/** What a run ends with, for whoever starts it: the numbers are a promise, also made by `--help`. */
export const exitCodes = {
  clean: 0,
  unexpected: 1,
  /** Configuration or authorization: repeating is useless. (A shell's own "usage error", too.) */
  refused: 2,
  /** Finished, but some entries were not taken. */
  rejected: 3,
  /** An outage, a quota, or an interruption; `EX_TEMPFAIL` of sysexits.h. */
  tryLater: 75,
} as const

/** The exit code of what stopped a run. */
export function exitCodeOf(failure: unknown): number {
  if (failure instanceof Refused || failure instanceof ConfigError) return exitCodes.refused
  if (failure instanceof Outage || failure instanceof Interrupted) return exitCodes.tryLater
  return exitCodes.unexpected
}
