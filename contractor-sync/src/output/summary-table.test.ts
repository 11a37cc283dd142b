import { expect, test } from '@jest/globals'
import { TransientError } from '../errors.ts'
import { Report } from '../sync/report.ts'
import type { IdentifiedEntry } from '../timesheets-api/client.ts'
import type { UploadItemLine } from '../timesheets-api/upload-line.ts'
import { summaryTable } from './summary-table.ts'

const entry: IdentifiedEntry = {
  user_id: '007',
  date: '2017-05-10',
  project: 'StoreZero',
  hours: 5.25,
  source: 'harvest',
  external_id: '1',
}
const details = { person: '007', day: '2017-05-10', project: 'StoreZero', hours: 5.25 }
const options = { source: 'harvest', mode: 'sync', show: 1, showRejected: 1 } as const

function createReport(): Report {
  const report = new Report(options)
  report.window = { from: '2017-05-01' }
  for (let i = 0; i < 1234; i++)
    report.addResult(entry, { index: 0, status: 'created', message: `Created ${i}` }, details)
  const timer = { person: '007', day: '2017-05-11', project: 'StoreZero' }
  for (let i = 1; i <= 11; i++)
    report.addNotUploaded({ kind: 'skipped', why: 'running', externalId: `t${i}`, details: timer })
  report.addNotUploaded({
    kind: 'rejected',
    externalId: '42',
    problem: 'unknown-person',
    reason: 'no user_id',
    details: { ...details, position: 'hours.csv, line 17', hours: 'five' },
  })
  const problem = {
    type: '/problems/invalid-entry',
    title: 'Invalid entry',
    status: 422,
    detail: 'hours must be at most 24',
  }
  report.addResult(entry, { index: 0, status: 'rejected', problem }, details)
  return report
}

test('aligns the counts and the decimal point of the hours, and lists the first rejected entries', () => {
  expect(summaryTable(createReport())).toBe(`harvest, days from 2017-05-01

  read       1,247
  created    1,234
  updated        0
  unchanged      0
  deleted        0
  held           0
  rejected       2
  skipped       11  (11 still running, 0 without hours)
  hours      6,478.50

Still running, so they count on neither side:
${Array.from({ length: 10 }, (_, i) => `  t${i + 1}, 007, 2017-05-11, StoreZero`).join('\n')}
  and 1 more

Rejected (ids of harvest):
  42  unknown-person: no user_id
      hours.csv, line 17, 007, 2017-05-10, StoreZero, hours "five"
  and 1 more (--format json lists all)`)
})

test('an id that leaves no room for a column beside it has a line of its own', () => {
  const report = new Report({ ...options, showRejected: 2 })
  const problem = { problem: 'invalid-entry', reason: 'hours must be at most 24', details }
  for (const externalId of ['42', `row-${'f'.repeat(40)}-1`])
    report.addNotUploaded({ kind: 'rejected', externalId, ...problem })
  expect(summaryTable(report)).toContain(`
  42
    invalid-entry: hours must be at most 24
    007, 2017-05-10, StoreZero, 5.25 h
  row-${'f'.repeat(40)}-1
    invalid-entry: hours must be at most 24
    007, 2017-05-10, StoreZero, 5.25 h`)
})

test('shows text of the tracker on one line, without control characters', () => {
  const report = new Report(options)
  const [externalId, reason] = [`\u001b[2J${'7'.repeat(100_000)}`, `hours: "${'\n'.repeat(100_000)}"`]
  report.addNotUploaded({ kind: 'rejected', externalId, problem: 'unreadable-entry', reason, details: {} })
  const [id, text] = summaryTable(report).split('\n').slice(-2)
  expect(id).toMatch(/^ {2}\\u001b\[2J7+…$/)
  expect(text).toMatch(/^ {4}unreadable-entry: hours: "(\\u000a)+…$/)
  expect(text!.length).toBeLessThan(1500)
})

test('every record read is counted once, and the first messages are kept', () => {
  const report = createReport()
  const accounted = Object.values(report.counts).reduce((sum, count) => sum + count, 0)
  expect(report.read).toBe(accounted + report.skippedTotal)
})

test('shows what changed first: updated, deleted, held, rejected, and then the created ones', () => {
  const report = new Report({ ...options, show: 8 })
  const add = (result: Partial<UploadItemLine>) =>
    report.addResult(entry, { index: 0, status: 'unchanged', ...result }, details)
  for (const message of ['Created 1', 'Created 2', 'Created 3']) add({ status: 'created', message })
  add({ message: 'Unchanged' })
  add({ message: 'Discarded', correction: 'discarded' })
  add({ message: 'Pending', correction: 'pending' })
  add({ status: 'rejected' })
  add({ status: 'held', message: 'Held' })
  add({ status: 'deleted', message: 'Deleted' })
  add({ status: 'updated', message: 'Updated' })
  expect(report.shown.map(({ message }) => message)).toEqual([
    'Updated',
    'Deleted',
    'Held',
    'Rejected entry 1 of 007 (rejected: the API gives no reason)',
    'Pending',
    'Discarded',
    'Created 1',
    'Created 2',
  ])
})

test('corrections that people do not see are not counted as unchanged, and have sums of their own', () => {
  const report = new Report(options)
  const add = (result: Partial<UploadItemLine>) =>
    report.addResult(entry, { index: 0, status: 'unchanged', ...result }, details)
  add({})
  add({ status: 'held' })
  add({ correction: 'pending' })
  add({ correction: 'pending' })
  add({ correction: 'discarded' })
  expect(summaryTable(report)).toBe(`harvest, all days

  read       5
  created    0
  updated    0
  unchanged  1
  deleted    0
  held       1  (5.25 h in the tracker; an approver decides)
  pending    2  (10.50 h in the tracker; held earlier, an approver decides)
  discarded  1  (5.25 h in the tracker; an approver kept the approved hours)
  rejected   0
  skipped    0
  hours      5.25`)
})

test('an entry without hours on both sides is skipped; one that is deleted by it is not', () => {
  const report = new Report(options)
  const tombstone = { user_id: '007', source: 'harvest', external_id: '1', deleted: true } as const
  const add = (result: Partial<UploadItemLine>) =>
    report.addResult(tombstone, { index: 0, status: 'unchanged', message: 'x', ...result }, details)
  add({})
  add({ correction: 'pending' })
  add({ status: 'deleted' })
  expect(report.skipped).toMatchObject({ empty: 1 })
  expect(report.counts).toMatchObject({ unchanged: 0, pending: 1, deleted: 1 })
  expect(report.agreedSeconds).toBe(0)
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
  report.addNotUploaded({ kind: 'skipped', why: 'repeated', externalId: '1' })
  expect(summaryTable(report)).toContain('skipped       12  (11 still running, 0 without hours, 1 repeated)')
})
