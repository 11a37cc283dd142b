import { expect, test } from '@jest/globals'
import { formatMessage, itemStatuses, type Status, statusCodes } from './status.ts'

test.each<[Status, number | 'new' | null, string]>([
  ['created', 14, 'Created timesheet 14 for employee 007'],
  ['updated', 14, 'Updated timesheet 14 for employee 007'],
  ['unchanged', 14, 'Timesheet 14 for employee 007 is unchanged'],
  ['deleted', 14, 'Deleted timesheet 14 for employee 007'],
  ['unchanged', null, 'Nothing to delete for employee 007'],
  ['created', 'new', 'Would create a timesheet for employee 007'],
  ['updated', 'new', 'Would update the new timesheet for employee 007'],
  ['unchanged', 'new', 'Would not change the new timesheet for employee 007'],
  ['deleted', 'new', 'Would delete the new timesheet for employee 007'],
])('formats the status %s with the id %s as "%s"', (status, id, message) => {
  expect(formatMessage(status, id, '007')).toBe(message)
})

test('formats the largest safe id with all its digits', () => {
  expect(formatMessage('created', 9_007_199_254_740_991, 'Zoë')).toBe(
    'Created timesheet 9007199254740991 for employee Zoë',
  )
})

test('every status has an HTTP status and is counted in the summary', () => {
  expect(statusCodes).toMatchObject({ created: 201, updated: 200, unchanged: 200, deleted: 200 })
  expect([...itemStatuses].sort()).toEqual([...Object.keys(statusCodes), 'rejected'].sort())
})
