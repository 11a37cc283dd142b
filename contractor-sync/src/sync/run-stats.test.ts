import { expect, test } from '@jest/globals'
import { syncStatsSchema } from '@timesheets/contracts/sync-run'
import { Report } from './report.ts'
import { toRunStats } from './run-stats.ts'

const odd = ['', '\0', 'a\u0000b', '\ud800', 'x'.repeat(5000), `${'x'.repeat(199)}😀`, '*', 'tab\there']
const createReport = () => new Report({ source: 'csv', mode: 'verify', show: 0, showRejected: 0 })

test('the API accepts the stats of a run, whatever a tracker names its fields', () => {
  const report = createReport()
  report.unknownFields = new Map(odd.map((name, i) => [name, i + 1]))
  const stats = toRunStats(report)
  expect(syncStatsSchema.parse(stats)).toEqual(stats)
  expect(Object.keys(stats.unknown_fields as object)).toContain('ab')
})

test('the API accepts the stats of a run that differs or is not provable, whatever the names and reasons', () => {
  const none = { count: 0, seconds: 0 }
  for (const text of odd) {
    const report = createReport()
    report.proof = {
      outcome: 'differs',
      days: [{ userId: text, day: '2026-03-01', tracker: { count: 1, seconds: 60 }, stored: none }],
    }
    expect([text, syncStatsSchema.safeParse(toRunStats(report)).error]).toEqual([text, undefined])
    report.proof = { outcome: 'not-provable', reason: text, isExpected: false }
    expect([text, syncStatsSchema.safeParse(toRunStats(report)).error]).toEqual([text, undefined])
  }
})
