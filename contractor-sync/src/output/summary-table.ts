import { toHours } from '@timesheets/contracts/entry'
import type { Report } from '../sync/report.ts'
import { describeWindow } from '../trackers/window.ts'
import { plainText } from './plain-text.ts'

/** A line is for reading; JSON lines have all of it. */
const shownOfId = 60
const shownOfReason = 200

const number = new Intl.NumberFormat('en-US')
const hours = new Intl.NumberFormat('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 4 })

/** A report for a person: what was read, what became of it, and what was not taken, in columns that line up. */
export function summaryTable(report: Report): string {
  const { source, window, dryRun, read, counts, skipped, skippedInAll } = report
  const rows: [string, string, string?][] = [
    ['read', number.format(read)],
    ...Object.entries(counts).map(([word, count]): [string, string] => [word, number.format(count)]),
    ['skipped', number.format(skippedInAll), whySkipped(skipped)],
    ['hours', hours.format(toHours(report.seconds))],
  ]
  // Hours have decimals; their point stands below the last digit of the counts.
  const whole = Math.max(...rows.map(([, value]) => wholePart(value).length))
  const label = Math.max(...rows.map(([name]) => name.length))
  const lines = rows.map(([name, value, remark = '']) =>
    `  ${name.padEnd(label)}  ${' '.repeat(whole - wholePart(value).length)}${value}${remark}`.trimEnd(),
  )
  const title = `${source}, ${describeWindow(window)}${dryRun ? ' (dry run: nothing was written)' : ''}`
  return [title, '', ...lines, ...rejectedLines(report)].join('\n')
}

function whySkipped({ running, empty }: Report['skipped']): string {
  return running + empty === 0
    ? ''
    : `  (${number.format(running)} still running, ${number.format(empty)} without hours)`
}

function rejectedLines({ source, counts, rejections }: Report): string[] {
  if (rejections.length === 0) return []
  const rows = rejections.map(({ externalId, problem, reason }) => ({
    id: plainText(externalId, shownOfId),
    why: plainText(`${problem}: ${reason}`, shownOfReason),
  }))
  const width = Math.max(...rows.map(({ id }) => id.length))
  const more = counts.rejected - rejections.length
  return [
    '',
    `Rejected, with the ${source} id:`,
    ...rows.map(({ id, why }) => `  ${id.padEnd(width)}  ${why}`),
    ...(more > 0 ? [`  and ${number.format(more)} more (--format json lists all)`] : []),
  ]
}

const wholePart = (value: string) => value.split('.')[0]!
