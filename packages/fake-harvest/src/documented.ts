import type { User } from './contractors.ts'
import type { TimeEntry } from './time-entry.ts'

/**
 * The example user and time entry of Harvest's documentation, so that responses can be compared with it.
 * https://help.getharvest.com/api-v2/timesheets-api/timesheets/time-entries/#list-all-time-entries
 */
export const documentedUser: User = {
  id: 1782959,
  first_name: 'Kim',
  last_name: 'Allen',
  email: 'kim@example.com',
  telephone: '',
  timezone: 'Eastern Time (US & Canada)',
  has_access_to_all_future_projects: true,
  is_contractor: false,
  is_active: true,
  weekly_capacity: 126_000,
  default_hourly_rate: 100,
  cost_rate: 50,
  roles: ['Developer'],
  access_roles: ['administrator'],
  avatar_url: 'https://contractors.example/avatar.png',
  created_at: '2017-06-26T22:32:52Z',
  updated_at: '2017-06-27T16:47:14Z',
}

export const documentedEntry: TimeEntry = {
  id: 636709355,
  spent_date: '2017-03-02',
  user: { id: 1782959, name: 'Kim Allen' },
  client: { id: 5735774, name: 'ABC Corp' },
  project: { id: 14307913, name: 'Marketing Website' },
  task: { id: 8083365, name: 'Graphic Design' },
  hours: 2.11,
  hours_without_timer: 2.11,
  rounded_hours: 2.25,
  notes: null,
  is_locked: true,
  locked_reason: 'Item Approved and Locked for this Time Period',
  approval_status: 'approved',
  is_closed: true,
  is_billed: false,
  timer_started_at: null,
  started_time: '3:00pm',
  ended_time: '5:00pm',
  is_running: false,
  invoice: null,
  external_reference: null,
  billable: true,
  budgeted: true,
  billable_rate: 100,
  cost_rate: 50,
  created_at: '2017-06-27T15:50:15Z',
  updated_at: '2017-06-27T16:47:14Z',
}
