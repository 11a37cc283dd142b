import { ConfigError } from '@timesheets/runtime/config'
import {
  ConfigurationError,
  InterruptedError,
  RejectedRowsError,
  SyncRunConflictError,
  TransientError,
} from './errors.ts'

/** The exit codes of every command. They are a public interface: `--help`, the docs and the CronJob rely on them. */
export const exitCodes = {
  clean: 0,
  /** An invalid response, a bug, or both sides still differ. */
  unexpected: 1,
  /** Wrong settings or missing rights: another try does not help. (Shells use 2 for a usage error, too.) */
  refused: 2,
  /** The run finished, but entries were rejected, deletions withheld, or the tracker's list was not complete. */
  rejected: 3,
  /** An outage, a quota, another run of the source, a signal, or the deadline of the run; `EX_TEMPFAIL` of sysexits.h. */
  tryLater: 75,
} as const

/** Returns the exit code for an error that stopped a run. */
export function toExitCode(error: unknown): number {
  if (error instanceof ConfigurationError || error instanceof ConfigError) return exitCodes.refused
  if (error instanceof RejectedRowsError) return exitCodes.rejected
  const mayPass = [TransientError, InterruptedError, SyncRunConflictError]
  if (mayPass.some((type) => error instanceof type)) return exitCodes.tryLater
  return exitCodes.unexpected
}
