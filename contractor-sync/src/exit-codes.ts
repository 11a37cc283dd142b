import { ConfigError } from '@timesheets/runtime/config'
import { ConfigurationError, InterruptedError, RejectedRowsError, TransientError } from './errors.ts'

/** The exit codes of every command. They are a public interface: `--help`, the docs and the CronJob rely on them. */
export const exitCodes = {
  clean: 0,
  unexpected: 1,
  /** Wrong settings or missing rights: another try does not help. (Shells use 2 for a usage error, too.) */
  refused: 2,
  /** The run finished, but some entries were rejected. */
  rejected: 3,
  /** An outage, a quota, a signal, or the deadline of the run; `EX_TEMPFAIL` of sysexits.h. */
  tryLater: 75,
} as const

/** Returns the exit code for an error that stopped a run. */
export function toExitCode(error: unknown): number {
  if (error instanceof ConfigurationError || error instanceof ConfigError) return exitCodes.refused
  if (error instanceof RejectedRowsError) return exitCodes.rejected
  if (error instanceof TransientError || error instanceof InterruptedError) return exitCodes.tryLater
  return exitCodes.unexpected
}
