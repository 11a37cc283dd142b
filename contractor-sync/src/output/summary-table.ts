import { toHours } from '@timesheets/contracts/entry'
import { type Outcome, outcomes, type Report } from '../sync/report.ts'
import { describeWindow } from '../trackers/window.ts'
import { formatEntry } from './entry-details.ts'
import { toPlainText } from './plain-text.ts'
import { formatProof } from './proof.ts'

const maxIdLength = 60
/** A longer id, such as the derived one of a row, leaves too little room for a column beside it. */
const maxIdColumn = 20
/** The JSON lines have the whole text. */
const maxReasonLength = 200
const maxNotices = 10
const maxNoticeLength = 500

const number = new Intl.NumberFormat('en-US')
const hours = new Intl.NumberFormat('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 4 })

/** Formats a report for a person: the counts in aligned columns, and the first rejected entries. */
export function summaryTable(report: Report): string {
  const { source, window, mode, read, counts, skipped, skippedTotal } = report
  const rows: [label: string, value: string, remark?: string][] = [
    ['read', number.format(read)],
    // A run that only compares does not know what would become of an entry that differs.
    ...(mode === 'verify' ? [] : outcomes)
      .filter((outcome) => counts[outcome] > 0 || !rareOutcomes.includes(outcome))
      .map((outcome): [string, string, string] => [
        outcome,
        number.format(counts[outcome]),
        describeOutcome(outcome, report),
      ]),
    ['skipped', number.format(skippedTotal), describeSkipped(skipped)],
    ...(mode === 'verify'
      ? []
      : [['hours', hours.format(toHours(report.agreedSeconds))] as [string, string]]),
  ]
  // Align the decimal point of the hours with the end of the counts.
  const valueWidth = Math.max(...rows.map(([, value]) => integerPart(value).length))
  const labelWidth = Math.max(...rows.map(([label]) => label.length))
  const lines = rows.map(([label, value, remark = '']) =>
    `  ${label.padEnd(labelWidth)}  ${' '.repeat(valueWidth - integerPart(value).length)}${value}${remark}`.trimEnd(),
  )
  const title = `${source}, ${describeWindow(window)}${modeRemarks[mode]}`
  return [
    title,
    '',
    ...lines,
    ...formatRunning(report),
    ...formatNotes(report),
    ...formatNotices(report),
    ...formatRejections(report),
    ...formatProof(report),
  ].join('\n')
}

const modeRemarks = {
  sync: '',
  plan: ' (dry run: nothing was written)',
  verify: ' (verify: nothing was written)',
} as const

/** Shown only if there are some. */
const rareOutcomes: readonly Outcome[] = ['pending', 'discarded']

/** Explains the entries that have other hours in Timesheets, with the sum of the tracker's hours. */
function describeOutcome(outcome: Outcome, { counts, seconds }: Report): string {
  if (counts[outcome] === 0) return ''
  const sum = `${hours.format(toHours(seconds[outcome]))} h in the tracker`
  if (outcome === 'held') return `  (${sum}; an approver decides)`
  if (outcome === 'pending') return `  (${sum}; held earlier, an approver decides)`
  return outcome === 'discarded' ? `  (${sum}; an approver kept the approved hours)` : ''
}

function describeSkipped({ running, empty, repeated }: Report['skipped']): string {
  if (running + empty + repeated === 0) return ''
  const parts = [`${number.format(running)} still running`, `${number.format(empty)} without hours`]
  if (repeated > 0) parts.push(`${number.format(repeated)} repeated`)
  return `  (${parts.join(', ')})`
}

function formatRunning({ running, skipped }: Report): string[] {
  if (running.length === 0) return []
  const more = skipped.running - running.length
  return [
    '',
    'Still running, so they count on neither side:',
    ...running.map(({ externalId, details }) =>
      toPlainText(
        `  ${[externalId, details.person, formatEntry(details)].filter(Boolean).join(', ')}`,
        maxReasonLength,
      ),
    ),
    ...(more > 0 ? [`  and ${number.format(more)} more`] : []),
  ]
}

function formatNotes({ changedNotes: { repaired, shortened, firstIds } }: Report): string[] {
  const changes = [
    ...(shortened > 0 ? [`${number.format(shortened)} shortened`] : []),
    ...(repaired > 0 ? [`${number.format(repaired)} repaired`] : []),
  ]
  if (changes.length === 0) return []
  const ids = firstIds.map((id) => toPlainText(id, maxIdLength)).join(', ')
  return [
    '',
    `Notes changed, so that the hours could be stored: ${changes.join(', ')} (${ids}${firstIds.length < repaired + shortened ? ', …' : ''})`,
  ]
}

function formatNotices({ notices }: Report): string[] {
  if (notices.length === 0) return []
  const more = notices.length - maxNotices
  return [
    '',
    'Files:',
    ...notices.slice(0, maxNotices).map((notice) => `  ${toPlainText(notice, maxNoticeLength)}`),
    ...(more > 0 ? [`  and ${number.format(more)} more (--format json lists all)`] : []),
  ]
}

function formatRejections({ source, counts, rejections }: Report): string[] {
  if (rejections.length === 0) return []
  const rows = rejections.map(({ externalId, problem, reason, details }) => ({
    id: toPlainText(externalId, maxIdLength),
    reason: toPlainText(`${problem}: ${reason}`, maxReasonLength),
    entry: toPlainText(
      [details.position, details.person, formatEntry(details)].filter(Boolean).join(', '),
      maxReasonLength,
    ),
  }))
  const width = Math.max(...rows.map(({ id }) => id.length))
  const isTable = width <= maxIdColumn
  const indent = isTable ? `  ${' '.repeat(width)}  ` : '    '
  const more = counts.rejected - rejections.length
  return [
    '',
    `Rejected (ids of ${source}):`,
    ...rows.flatMap(({ id, reason, entry }) => [
      ...(isTable ? [`  ${id.padEnd(width)}  ${reason}`] : [`  ${id}`, `${indent}${reason}`]),
      ...(entry === '' ? [] : [`${indent}${entry}`]),
    ]),
    ...(more > 0 ? [`  and ${number.format(more)} more (--format json lists all)`] : []),
  ]
}

const integerPart = (value: string) => value.split('.')[0]!
