import { toHours } from '@timesheets/contracts/entry'
import { withholdingReasons } from '../sync/deletions.ts'
import type { DifferingDay, Proof } from '../sync/proof.ts'
import type { Report } from '../sync/report.ts'
import { toPlainText } from './plain-text.ts'

/** The JSON lines and the API have all of them. */
const maxShown = 10
const maxNameLength = 60
const maxReasonLength = 200

const number = new Intl.NumberFormat('en-US')
const hours = new Intl.NumberFormat('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 4 })

/** Says whether both sides hold the same hours, and what was withheld: the last paragraphs of a report. */
export function formatProof(report: Report): string[] {
  const { proof } = report
  return [
    ...formatUnknownFields(report),
    ...formatWithheld(report),
    ...(proof === undefined ? [] : ['', ...describeProof(proof)]),
  ]
}

function describeProof(proof: Proof): string[] {
  if (proof.outcome === 'equal') {
    const { sum, people, days } = proof
    const parts = [
      plural(sum.count, 'entry', 'entries'),
      `${formatHours(sum.seconds)} h`,
      plural(people, 'person', 'people'),
      plural(days, 'day', 'days'),
    ]
    return [`Both sides agree: ${parts.join(', ')}`, `  digest ${sum.digest}`]
  }
  if (proof.outcome === 'not-provable') {
    return [`It is not proven that both sides agree: ${toPlainText(proof.reason, maxReasonLength)}`]
  }
  const { days } = proof
  return [
    `Both sides differ, on ${plural(days.length, 'day', 'days')} of a person:`,
    ...days.slice(0, maxShown).map(formatDay),
    ...(days.length > maxShown ? [`  and ${number.format(days.length - maxShown)} more`] : []),
  ]
}

function formatDay({ userId, day, tracker, stored }: DifferingDay): string {
  const side = ({ count, seconds }: DifferingDay['stored']) =>
    `${plural(count, 'entry', 'entries')}, ${formatHours(seconds)} h`
  return `  ${day}  ${toPlainText(userId, maxNameLength)}  tracker ${side(tracker)}; Timesheets ${side(stored)}`
}

function formatWithheld({ withheld, failingWithheld, runId }: Report): string[] {
  if (withheld.length === 0) return []
  const rows = withheld.slice(0, maxShown).map(({ externalId, userId, day, reason }) => {
    const entry = [externalId, userId, day].map((text) => toPlainText(text, maxNameLength)).join(', ')
    return `  ${entry}: ${withholdingReasons[reason]}`
  })
  return [
    '',
    `Withheld: ${plural(withheld.length, 'entry', 'entries')} that the tracker no longer lists ${withheld.length === 1 ? 'was' : 'were'} not deleted:`,
    ...rows,
    ...(withheld.length > maxShown ? [`  and ${number.format(withheld.length - maxShown)} more`] : []),
    ...(failingWithheld.length === 0
      ? []
      : [`If they are really gone: contractor-sync run --allow-deletes=${runId}`]),
  ]
}

function formatUnknownFields({ unknownFields }: Report): string[] {
  if (unknownFields.size === 0) return []
  const fields = [...unknownFields].map(
    ([name, count]) => `${toPlainText(name, maxNameLength)} (${plural(count, 'record', 'records')})`,
  )
  return ['', `Unknown fields of the tracker, which were ignored: ${fields.join(', ')}`]
}

/** The proof as the JSON report has it. */
export function toProofJson({ proof }: Report) {
  if (proof === undefined) return undefined
  if (proof.outcome === 'not-provable') return { outcome: proof.outcome, reason: proof.reason }
  if (proof.outcome === 'equal') {
    const { sum, people, days, open } = proof
    const { count: entries, seconds, digest } = sum
    return { outcome: proof.outcome, entries, hours: toHours(seconds), people, days, open, digest }
  }
  const side = ({ count, seconds }: DifferingDay['stored']) => ({ entries: count, hours: toHours(seconds) })
  return {
    outcome: proof.outcome,
    days: proof.days.map(({ userId, day, tracker, stored }) => ({
      userId,
      day,
      tracker: side(tracker),
      stored: side(stored),
    })),
  }
}

const formatHours = (seconds: number) => hours.format(toHours(seconds))

const plural = (count: number, one: string, many: string) =>
  `${number.format(count)} ${count === 1 ? one : many}`
