import type { SyncObserver } from '../sync/observer.ts'
import { formatEntry } from './entry-details.ts'
import { formatError } from './error-message.ts'
import { toPlainText } from './plain-text.ts'
import { ProgressBar } from './progress-bar.ts'
import { summaryTable } from './summary-table.ts'

const maxMessageLength = 500

/** Writes for a person: the report to standard output; progress and errors to standard error. */
export function createTextOutput(): SyncObserver {
  const bar = process.stderr.isTTY ? new ProgressBar(process.stderr) : undefined
  const writeLine = (line: string) => {
    bar?.hide()
    process.stderr.write(`${line}\n`)
  }
  return {
    started() {
      bar?.start()
    },
    total(entries) {
      if (bar !== undefined) bar.total = entries
    },
    progress({ read }) {
      bar?.show(read)
    },
    rejected() {
      // The summary lists the first ones.
    },
    retrying(error, waitMs) {
      writeLine(
        `${toPlainText(error.message, maxMessageLength)}; retrying in ${(waitMs / 1000).toFixed(1)} s`,
      )
    },
    finished(report) {
      bar?.hide()
      const { shown, error } = report
      const lines = shown.map(({ message, details }) => {
        const entry = formatEntry(details)
        return toPlainText(entry === '' ? message : `${message}: ${entry}`, maxMessageLength)
      })
      const paragraph = lines.length === 0 ? '' : `${lines.join('\n')}\n\n`
      process.stdout.write(`${paragraph}${summaryTable(report)}\n`)
      if (error !== undefined) writeLine(`\nThe sync did not finish: ${formatError(error)}`)
    },
    waiting(next) {
      writeLine(`next sync: ${next?.toISOString() ?? 'never'}`)
    },
  }
}
