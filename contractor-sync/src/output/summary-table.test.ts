import { expect, test } from '@jest/globals'
import { TransientError } from '../errors.ts'
import { Report } from '../sync/report.ts'
import type { IdentifiedEntry } from '../timesheets-api/client.ts'
import { summaryTable } from './summary-table.ts'

const entry: IdentifiedEntry = {
  user_id: '007',
  date: '2017-05-10',
  project: 'StoreZero',
  hours: 5.25,
  source: 'harvest',
  external_id: '1',
}
const options = { source: 'harvest', window: { from: '2017-05-01' }, dryRun: false, show: 1, showRejected: 1 }

function createReport(): Report {
  const report = new Report(options)
  for (let i = 0; i < 1234; i++)
    report.addResult(entry, { index: 0, status: 'created', message: `Created ${i}` })
  report.addNotUploaded({ kind: 'skipped', why: 'running' })
  report.addNotUploaded({
    kind: 'rejected',
    externalId: '42',
    problem: 'unknown-person',
    reason: 'no user_id',
  })
  const problem = {
    type: '/problems/invalid-entry',
    title: 'Invalid entry',
    status: 422,
    detail: 'hours must be at most 24',
  }
  report.addResult(entry, { index: 0, status: 'rejected', problem })
  return report
}

test('aligns the counts and the decimal point of the hours, and lists the first rejected entries', () => {
  expect(summaryTable(createReport())).toBe(`harvest, days from 2017-05-01

  read       1,237
  created    1,234
  updated        0
  unchanged      0
  deleted        0
  held           0
  rejected       2
  skipped        1  (1 still running, 0 without hours)
  hours      6,478.50

Rejected (ids of harvest):
  42  unknown-person: no user_id
  and 1 more (--format json lists all)`)
})

test('shows text of the tracker on one line, without control characters', () => {
  const report = new Report(options)
  const [externalId, reason] = [`\u001b[2J${'7'.repeat(100_000)}`, `hours: "${'\n'.repeat(100_000)}"`]
  report.addNotUploaded({ kind: 'rejected', externalId, problem: 'unreadable-entry', reason })
  const line = summaryTable(report).split('\n').at(-1)!
  expect(line).toMatch(/^ {2}\\u001b\[2J7+… {2}unreadable-entry: hours: "(\\u000a)+…$/)
  expect(line.length).toBeLessThan(1500)
})

test('every record read is counted once, and the first messages are kept', () => {
  const report = createReport()
  const accounted = Object.values(report.counts).reduce((sum, count) => sum + count, 0)
  expect(report.read).toBe(accounted + report.skippedTotal)
  expect(report.messages).toEqual(['Created 0'])
})

test('the exit code follows from the error, or from rejected entries', () => {
  expect(new Report(options).exitCode).toBe(0)
  const report = createReport()
  expect(report.exitCode).toBe(3)
  report.error = new TransientError('down')
  expect(report.exitCode).toBe(75)
  report.error = new Error('a bug')
  expect(report.exitCode).toBe(1)
})

test('repeated records are counted and shown', () => {
  const report = createReport()
  report.addNotUploaded({ kind: 'skipped', why: 'repeated' })
  expect(summaryTable(report)).toContain('skipped        2  (1 still running, 0 without hours, 1 repeated)')
})
