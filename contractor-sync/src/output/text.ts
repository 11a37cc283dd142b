import { explain, type Output } from '../sync/observer.ts'
import { plainText } from './plain-text.ts'
import { ProgressBar } from './progress-bar.ts'
import { summaryTable } from './summary-table.ts'

const shownOfSentence = 500

/** For a person: the report on standard output; progress and trouble on standard error. */
export function createTextOutput(): Output {
  const bar = process.stderr.isTTY ? new ProgressBar(process.stderr) : undefined
  const say = (line: string) => {
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
      // The first ones stand in the summary.
    },
    waiting(failure, waitMs) {
      say(`${plainText(failure.message, shownOfSentence)}; trying again in ${(waitMs / 1000).toFixed(1)} s`)
    },
    finished(report) {
      bar?.hide()
      const { messages, failure } = report
      const lines = messages.map((message) => plainText(message, shownOfSentence))
      const sentences = lines.length === 0 ? '' : `${lines.join('\n')}\n\n`
      process.stdout.write(`${sentences}${summaryTable(report)}\n`)
      if (failure !== undefined) say(`\nNot finished: ${explain(failure)}`)
    },
    note(text) {
      say(text)
    },
  }
}
