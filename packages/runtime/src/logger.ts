import { type Logger, pino } from 'pino'

export type { Logger }

/** What a log must never hold, wherever an object has it. */
const redactedPaths = [
  'authorization',
  '*.authorization',
  '*.*.authorization',
  '*.cookie',
  '*.*.cookie',
  '["x-timesheets-identity"]',
  '*["x-timesheets-identity"]',
  '*.*["x-timesheets-identity"]',
  'access_token',
  '*.access_token',
  'client_secret',
  '*.client_secret',
  'password',
  '*.password',
]

/**
 * The logger of one process: JSON lines on standard output, each with the process's name.
 * @param level pino's level: trace, debug, info, warn, error, fatal, silent
 */
export function createLogger(name: string, level: string): Logger {
  return pino({
    name,
    level,
    base: { name },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: redactedPaths, censor: '[redacted]' },
  })
}
