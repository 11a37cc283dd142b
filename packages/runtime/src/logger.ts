import { type BaseLogger, type DestinationStream, pino } from 'pino'
import { redactMembers } from './redact.ts'

/** Without pino's `child`, whose bindings go past the redaction. */
export type Logger = Pick<BaseLogger, 'debug' | 'info' | 'warn' | 'error' | 'fatal'>

/**
 * The logger of one process: JSON lines on standard output, each with the process's name.
 * @param level pino's level: trace, debug, info, warn, error, fatal, silent
 * @param destination where the lines go instead
 */
export function createLogger(name: string, level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: { name },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: {
      level: (label: string) => ({ level: label }),
      log: (members: object) => redactMembers(members),
    },
    // An error has been written out by then.
    serializers: { err: (error: unknown) => error },
  }
  return destination === undefined ? pino(options) : pino(options, destination)
}
