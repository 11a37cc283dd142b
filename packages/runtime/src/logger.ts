import { type BaseLogger, type DestinationStream, pino } from 'pino'
import { redactFields } from './redact.ts'

/** Pino's methods except `child`, because the bindings of a child are not redacted. */
export type Logger = Pick<BaseLogger, 'debug' | 'info' | 'warn' | 'error' | 'fatal'>

/**
 * Creates the logger of a process. It writes JSON lines with the name of the process to standard output, and redacts
 * secret fields.
 * @param level a level of pino: trace, debug, info, warn, error, fatal or silent
 * @param destination replaces standard output
 */
export function createLogger(name: string, level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: { name },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: {
      level: (label: string) => ({ level: label }),
      log: (fields: object) => redactFields(fields),
    },
    // redactFields has serialized errors already.
    serializers: { err: (error: unknown) => error },
  }
  return destination === undefined ? pino(options) : pino(options, destination)
}
