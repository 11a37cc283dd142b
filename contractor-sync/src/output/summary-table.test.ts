import { expect, test } from '@jest/globals'
import { Outage } from '../errors.ts'
import { Report } from '../sync/report.ts'
import type { SyncedEntry } from '../timesheets-api/synced-entry.ts'
import { summaryTable } from './summary-table.ts'

const entry: SyncedEntry = {
  user_id: '007',
  date: '2017-05-10',
  project: 'StoreZero',
  hours: 5.25,
  source: 'harvest',
  external_id: '1',
}
const options = { source: 'harvest', window: { from: '2017-05-01' }, dryRun: false, show: 1, showRejected: 1 }

function reported(): Report {
  const report = new Report(options)
  for (let i = 0; i < 1234; i++)
    report.addOutcome(entry, { index: 0, status: 'created', message: `Created ${i}` })
  report.addAside({ kind: 'skipped', why: 'running' })
  report.addAside({ kind: 'rejected', externalId: '42', problem: 'unknown-person', reason: 'nobody here' })
  const problem = { type: '/problems/invalid-entry', detail: 'hours must be at most 24' }
  report.addOutcome(entry, { index: 0, status: 'rejected', problem })
  return report
}

test('counts below one another, hours by their point, and the first rejected ones', () => {
  expect(summaryTable(reported())).toBe(`harvest, days from 2017-05-01

  read       1,237
  created    1,234
  updated        0
  unchanged      0
  deleted        0
  held           0
  rejected       2
  skipped        1  (1 still running, 0 without hours)
  hours      6,478.50

Rejected, with the harvest id:
  42  unknown-person: nobody here
  and 1 more (--format json lists all)`)
})

test('what a tracker wrote is shown in a line, and commands the terminal nothing', () => {
  const report = new Report(options)
  const [externalId, reason] = [`\u001b[2J${'7'.repeat(100_000)}`, `hours: "${'\n'.repeat(100_000)}"`]
  report.addAside({ kind: 'rejected', externalId, problem: 'unreadable-entry', reason })
  const line = summaryTable(report).split('\n').at(-1)!
  expect(line).toMatch(/^ {2}\\u001b\[2J7+… {2}unreadable-entry: hours: "(\\u000a)+…$/)
  expect(line.length).toBeLessThan(1500)
})

test('every entry that was read is accounted for, and the first sentences are kept', () => {
  const report = reported()
  const accounted = Object.values(report.counts).reduce((sum, count) => sum + count, 0)
  expect(report.read).toBe(accounted + report.skippedInAll)
  expect(report.messages).toEqual(['Created 0'])
})

test('the code that a run ends with', () => {
  expect(new Report(options).exitCode).toBe(0)
  const report = reported()
  expect(report.exitCode).toBe(3)
  report.failure = new Outage('down')
  expect(report.exitCode).toBe(75)
  report.failure = new Error('a bug')
  expect(report.exitCode).toBe(1)
})
