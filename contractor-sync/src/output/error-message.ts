import { toPlainText } from './plain-text.ts'

const maxLength = 1000

/** Errors that an operator can act on. Of any other error only a programmer can, and needs the stack. */
const operationalErrors = [
  'ConfigurationError',
  'TransientError',
  'InvalidResponseError',
  'InterruptedError',
  'SyncRunConflictError',
  'DisagreementError',
  'RejectedRowsError',
]

/** Formats an error for people. */
export function formatError(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  // It has a line per setting on a terminal.
  if (error.name === 'ConfigError') return error.message
  return operationalErrors.includes(error.name)
    ? toPlainText(error.message, maxLength)
    : (error.stack ?? error.message)
}
