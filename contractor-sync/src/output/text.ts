import type { SyncObserver } from '../sync/observer.ts'
import { formatEntry } from './entry-details.ts'
import { formatError } from './error-message.ts'
import { toPlainText } from './plain-text.ts'
import { ProgressBar } from './progress-bar.ts'
import { summaryTable } from './summary-table.ts'
import { wrapLines } from './wrap.ts'

const maxMessageLength = 500

const number = new Intl.NumberFormat('en-US')

/** Writes for a person: the report to standard output; progress and errors to standard error. */
export function createTextOutput(): SyncObserver {
  const bar = process.stderr.isTTY ? new ProgressBar(process.stderr) : undefined
  let total: number | undefined
  const writeLine = (line: string) => {
    bar?.hide()
    process.stderr.write(`${wrapLines(line, process.stderr)}\n`)
  }
  return {
    started() {
      total = undefined
      bar?.start()
    },
    total(entries) {
      total = entries
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
      const { shown, notShown, read, error } = report
      const lines = shown.map(({ message, details }) => {
        const entry = formatEntry(details)
        return toPlainText(entry === '' ? message : `${message}: ${entry}`, maxMessageLength)
      })
      if (lines.length > 0 && notShown > 0) lines.push(`and ${number.format(notShown)} more`)
      const paragraph = lines.length === 0 ? '' : `${lines.join('\n')}\n\n`
      process.stdout.write(`${wrapLines(`${paragraph}${summaryTable(report)}`, process.stdout)}\n`)
      if (error === undefined) return
      const progress =
        total === undefined ? '' : `, after ${number.format(read)} of ${number.format(total)} entries`
      writeLine(`\nThe sync did not finish${progress}: ${formatError(error)}`)
    },
    waiting(next) {
      writeLine(`next sync: ${next?.toISOString() ?? 'never'}`)
    },
  }
}
